/** A person who signs out at a shared computer is asked about what would stay in the browser. */

import { setWorking } from "../lib/focus-keeper.js";
import { formatNumber, formatSize } from "../lib/formats.js";
import { byId, part } from "../lib/page.js";
import { forgetAllHere, isAnything, whatIsKept } from "./kept-here.js";

/** On the page that asks whether to sign out. */
export async function askAboutKept() {
  const kept = await whatIsKept();
  if (!isAnything(kept)) return;
  const form = byId("sign-out", HTMLFormElement);
  const notice = byId("sign-out-kept", HTMLElement);
  for (const which of /** @type {const} */ (["files", "rooms", "waiting"])) {
    const row = part(notice, which);
    row.hidden = kept[which] === 0;
    const words = (kept[which] === 1 ? row.dataset.textOne : row.dataset.textMany) ?? "";
    part(row, "words").textContent = words.replace("{count}", formatNumber(kept[which])).replace("{size}", formatSize(kept.bytes));
  }
  const keep = part(form, "keep", HTMLButtonElement);
  const forget = part(form, "forget", HTMLButtonElement);
  for (const element of [notice, forget, keep]) element.hidden = false;
  part(form, "plain").hidden = true;
  forget.addEventListener("click", async () => {
    setWorking(forget, true);
    await forgetAllHere();
    form.requestSubmit(keep);
  });
}
