import { postJson } from "../../lib/request.js";
import { tabStorage } from "../../lib/storage.js";
import { browserZone } from "./formats.js";

const KEY = "reported-zone";

/**
 * Sends the browser's time zone to the account (templates/components/account.html), unless the person chose one. Once in a tab for
 * each difference: the server knows some zones by another name.
 */
export async function reportTimeZone() {
  const account = document.querySelector("[data-browser-zone]");
  if (!(account instanceof HTMLElement)) return;
  const zone = browserZone();
  const change = `${account.dataset.browserZone} → ${zone}`;
  if (!zone || zone === account.dataset.browserZone || tabStorage.load(KEY) === change) return;
  const { status } = await postJson(account.dataset.zoneUrl ?? "", { zone });
  if (status === 204) tabStorage.save(KEY, change);
}
