/** Pages with a text to copy. */

import "./frame.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";

enableCopyButtons(document);
