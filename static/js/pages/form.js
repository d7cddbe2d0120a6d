/** Pages with a form or a text to copy, and nothing else. */

import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { watchLimits } from "../ui/lib/length-limit.js";

watchLimits();
enableCopyButtons(document);
