/** The page of a room for its hosts: its link, then sections for links, people, join rule, key and settings. */

import "./frame.js";
import "./watch.js";
import { guardCompositions } from "../lib/keyboard.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { joinRuleChanged } from "../ui/lobby/join-rule-form.js";
import { InviteList } from "../ui/invites/invite-list.js";
import { inviteMade, inviteRevoked } from "../ui/invites/invite-made.js";
import { refreshInvites } from "../ui/invites/refresh-invites.js";
import { roomKeySet } from "../ui/keys/room-key-button.js";
import "../ui/invites/second-device.js";
import { pluralForm } from "../ui/lib/formats.js";
import { find } from "../ui/lib/page.js";
import { requestJoinByLink } from "../ui/rooms/join-link.js";
import { pageReady } from "../ui/lib/ready.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";

/** @import { Listing } from "../ui/invites/invite-made.js" */

guardCompositions(document);
keepFocus(document);
enableCopyButtons(document);
pageReady();

document.addEventListener("click", requestJoinByLink);

/** Opens the section that the address names, or one inside of it. */
function openNamedSection() {
  const target = document.getElementById(location.hash.slice(1));
  const section = target?.closest("details");
  if (!target || !section || section.open) return;
  section.open = true;
  target.scrollIntoView();
}

/** @param {Listing} listing */
function countLinks({ invites }) {
  const count = invites.filter(({ state }) => state === "active").length;
  const { textNone, textOne, textOther } = summaryOf("links").dataset;
  const form = count === 0 ? textNone : pluralForm(count) === "one" ? textOne : textOther;
  summaryOf("links").textContent = (form ?? "").replace("{count}", String(count));
}

/** @param {string} rule @param {boolean} requiresHost */
function showJoinRule(rule, requiresHost) {
  const { textOpen, textKnock, textLocked, textHost } = summaryOf("join-rule").dataset;
  const words = (rule === "open" ? textOpen : rule === "knock" ? textKnock : textLocked) ?? "";
  summaryOf("join-rule").textContent = requiresHost ? (textHost ?? "").replace("{rule}", words) : words;
  for (const badge of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-badge-for]"))) {
    badge.hidden = badge.dataset.badgeFor !== rule;
  }
}

/** The line beside a section's title that says how it is now. @param {string} name */
function summaryOf(name) {
  return find(document, `[data-now="${name}"]`, HTMLElement);
}

inviteMade.listen(document, (listing) => {
  const list = document.querySelector("mp-invite-list");
  if (list instanceof InviteList) list.showInvites(listing);
  countLinks(listing);
});
inviteRevoked.listen(document, countLinks);

// Badges, links and the form all depend on the key: reloading is simpler than changing four places.
roomKeySet.listen(document, () => location.reload());

joinRuleChanged.listen(document, ({ rekeyed, joinRule, requiresHost }) => {
  if (rekeyed) return location.reload();
  showJoinRule(joinRule, requiresHost);
  refreshInvites({ joinRule });
});

addEventListener("hashchange", openNamedSection);
openNamedSection();

// The browser's Back button shows the page as it was; the room may have a key since.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) refreshInvites({});
});
