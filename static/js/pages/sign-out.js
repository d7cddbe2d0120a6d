/** The page that asks whether to sign out. */

import { askAboutReceived } from "../ui/received/sign-out.js";

await askAboutReceived();
