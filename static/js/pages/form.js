/** Pages that are a form and nothing else. */

import { watchLimits } from "../ui/lib/length-limit.js";

watchLimits();
