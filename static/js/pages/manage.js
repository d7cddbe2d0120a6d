/**
 * The page where an owner looks after a room: its key, its links, its settings.
 *
 * @module
 */

import { enableCopyButtons } from "../ui/copy-button.js";
import "../ui/door-form.js";
import { InviteForm } from "../ui/invite-form.js";
import { InviteList } from "../ui/invite-list.js";
import "../ui/room-lock.js";
import "../ui/second-device.js";
import { localizeTimes } from "../ui/times.js";

localizeTimes(document);
enableCopyButtons(document);

document.addEventListener("invite-made", (event) => {
  const list = document.querySelector("mp-invite-list");
  if (list instanceof InviteList) list.show(/** @type {CustomEvent} */ (event).detail);
});

// Badges, links and the form all depend on the key: the page is asked for again rather than patched in four places.
document.addEventListener("room-locked", () => location.reload());

document.addEventListener("door-changed", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.rekeyed) location.reload();
});

// Coming back with the browser's Back button shows the page as it was: the key may have come since.
addEventListener("pageshow", ({ persisted }) => {
  const form = document.querySelector("mp-invite-form");
  if (persisted && form instanceof InviteForm) form.refresh();
});
