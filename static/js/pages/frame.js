/** The frame around every page: times and numbers are written in the reader's way, and the account learns the browser's time zone. */

import { localize } from "../ui/lib/formats.js";
import { reportTimeZone } from "../ui/lib/time-zone.js";

localize(document);
void reportTimeZone();
