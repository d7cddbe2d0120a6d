/** The page of what this browser has received and not saved. */

import "./frame.js";
import { received } from "../files/received/received-files.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";
import { pageReady } from "../ui/lib/ready.js";
import { ReceivedPage } from "../ui/received/received-page.js";

keepFocus(document);
const page = new ReceivedPage();
pageReady();
await received.tidy().catch(() => {});
await page.begin();
