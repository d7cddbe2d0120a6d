/**
 * The list of my rooms.
 *
 * @module
 */

import { localizeTimes } from "../ui/times.js";

localizeTimes(document);
