/** The page of the keys that this browser has. */

import "./frame.js";
import { BrowserKeys } from "../ui/keys/browser-keys.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";
import { pageReady } from "../ui/lib/ready.js";

keepFocus(document);
const page = new BrowserKeys();
pageReady();
await page.show();
document.getElementById(location.hash.slice(1))?.focus();
