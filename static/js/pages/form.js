/** Pages with a text to copy. */

import { enableCopyButtons } from "../ui/lib/copy-button.js";

enableCopyButtons(document);
