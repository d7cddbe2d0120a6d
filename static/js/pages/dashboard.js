/** The dashboard: the list of rooms. */

import { prepareSharing } from "../files/share/share-target.js";

prepareSharing();
