/**
 * The list of my rooms.
 *
 * @module
 */

import { prepareSharing } from "../files/shared-files.js";
import { localizeTimes } from "../ui/times.js";

localizeTimes(document);
prepareSharing();
