/** A new owner's first room: one press creates it, its key and its first link, and goes to the page before the call. */

import "./frame.js";
import { loadRoomKey } from "../keys/key-store.js";
import { createAnyonesLink } from "../keys/make-invite-link.js";
import { setRoomKey } from "../keys/set-room-key.js";
import { postForm } from "../lib/request.js";
import { byId, find, part } from "../ui/lib/page.js";
import { controlsReady, pageReady } from "../ui/lib/ready.js";
import { guardSubmit } from "../ui/lib/submit-guard.js";

/** @typedef {{slug: string, name: string, by: string, epoch: number, setKeyUrl: string, invitesUrl: string, manageUrl: string, callUrl: string}} NewRoom */

const form = byId("first-room", HTMLFormElement);
const person = find(form, "[name=display_name]", HTMLInputElement);
const room = find(form, "[name=name]", HTMLInputElement);

/** Sends the form as without scripts when the page has to show errors. */
async function create() {
  part(form, "failed").hidden = true;
  const { status, data } = await postForm(form);
  if (status === 201) return prepare(data);
  if (status === 0) part(form, "failed").hidden = false;
  else form.submit();
}

/** @param {NewRoom} created */
async function prepare({ slug, name, by, epoch, setKeyUrl, invitesUrl, manageUrl, callUrl }) {
  try {
    if (epoch === 0) await setRoomKey({ slug, epoch: 1, url: setKeyUrl, byHosts: false });
    const key = await loadRoomKey(slug);
    if (key?.raw) await createAnyonesLink({ url: invitesUrl, slug, epoch: key.epoch, key: key.raw, byHosts: key.byHosts, name, by });
    location.assign(callUrl);
  } catch {
    // The room's page says why there is no key, and has the button to try again.
    location.assign(manageUrl);
  }
}

/** The suggested name of the room follows the person's name until they choose another. */
function followName() {
  const template = person.dataset.roomName ?? "";
  const suggest = () => template.replace("{name}", person.value.trim());
  let suggested = room.value === suggest();
  room.addEventListener("input", () => (suggested = false));
  person.addEventListener("input", () => suggested && person.value.trim() !== "" && (room.value = suggest()));
}

followName();
guardSubmit(form, create);
controlsReady(form);
pageReady();
