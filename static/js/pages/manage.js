/** The page of a room for its hosts: key, links, settings. */

import { guardCompositions } from "../lib/keyboard.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { joinRuleChanged } from "../ui/lobby/join-rule-form.js";
import { InviteForm } from "../ui/invites/invite-form.js";
import { InviteList } from "../ui/invites/invite-list.js";
import { inviteMade } from "../ui/invites/invite-made.js";
import { roomKeySet } from "../ui/keys/room-key-button.js";
import "../ui/invites/second-device.js";
import { pageReady } from "../ui/lib/ready.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";

guardCompositions(document);
keepFocus(document);
enableCopyButtons(document);
pageReady();

inviteMade.listen(document, (listing) => {
  const list = document.querySelector("mp-invite-list");
  if (list instanceof InviteList) list.showInvites(listing);
});

// Badges, links and the form all depend on the key: reloading is simpler than changing four places.
roomKeySet.listen(document, () => location.reload());

joinRuleChanged.listen(document, ({ rekeyed }) => rekeyed && location.reload());

// The browser's Back button shows the page as it was; the room may have a key since.
addEventListener("pageshow", ({ persisted }) => {
  const form = document.querySelector("mp-invite-form");
  if (persisted && form instanceof InviteForm) form.refresh();
});
