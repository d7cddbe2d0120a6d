/** The dashboard: the list of rooms. */

import { prepareSharing } from "../files/share/share-target.js";
import { localizeTimes } from "../ui/lib/times.js";

localizeTimes(document);
prepareSharing();
