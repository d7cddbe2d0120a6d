/** The page that asks whether to sign out. */

import "./account.js";
import { askAboutKept } from "../ui/keys/sign-out.js";

await askAboutKept();
