/** Who signs out at a shared computer is asked about received files that would stay in the browser. */

import { nextDeadline } from "../../files/received/deadline.js";
import { received } from "../../files/received/received-files.js";
import { setWorking } from "../lib/focus-keeper.js";
import { formatSize } from "../lib/formats.js";
import { byId, find, part } from "../lib/page.js";

/** On the page that asks whether to sign out. */
export async function askAboutReceived() {
  if (!Number.isFinite(nextDeadline())) return;
  const files = (await received.list()).flatMap((one) => one.files);
  if (files.length === 0) return;
  const form = byId("sign-out", HTMLFormElement);
  const notice = byId("sign-out-received", HTMLElement);
  const size = formatSize(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const words = (files.length === 1 ? notice.dataset.textOne : notice.dataset.textMany) ?? "";
  find(notice, "p", HTMLElement).textContent = words.replace("{count}", String(files.length)).replace("{size}", size);
  const keep = part(form, "keep", HTMLButtonElement);
  const remove = part(form, "remove", HTMLButtonElement);
  for (const element of [notice, remove, keep]) element.hidden = false;
  part(form, "plain").hidden = true;
  remove.addEventListener("click", async () => {
    setWorking(remove, true);
    await received.removeAll().catch(() => 0);
    form.requestSubmit(keep);
  });
}
