/** The page that asks which room shared files go to. */

import "./frame.js";
import { safeName } from "../files/protocol/safe-name.js";
import { forgetShared, prepareSharing, sharedFiles, sharingHere } from "../files/share/share-target.js";
import { byId, text } from "../ui/lib/page.js";
import { pageReady } from "../ui/lib/ready.js";

const what = byId("share-what", HTMLElement);

async function show() {
  const chosen = await sharedFiles();
  const [first] = chosen;
  const key = chosen.length > 1 ? "many" : first ? "one" : "none";
  what.textContent = text(`share.${key}`, { count: chosen.length - 1, name: first ? safeName(first.file.name) : "" });
  const forget = document.getElementById("share-forget");
  if (forget) forget.hidden = chosen.length === 0;
}

document.querySelector("#share-forget button")?.addEventListener("click", async () => {
  await forgetShared();
  await show();
  what.focus();
});
for (const link of document.querySelectorAll(".share-rooms a")) link.addEventListener("click", () => sharingHere(true));
prepareSharing();
for (const list of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".share-rooms"))) list.hidden = false;
pageReady();
await show();
