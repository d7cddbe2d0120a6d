/**
 * The page that every invite link opens: the call page before it knows its room. The fragment stays in this browser. The server gets
 * the token to say whose meeting it is, and again on *Join*. static/js/pages/call.js waits for what it says.
 */

import { Invitation } from "../call/invitation.js";
import { inviteLink, parseInviteLink } from "../keys/invite.js";
import { cleanName } from "../lib/clean-name.js";
import { tabStorage } from "../lib/storage.js";
import { showInside } from "../ui/call/room-details.js";
import { watchCodeForm } from "../ui/invites/code-form.js";
import { showInvitation } from "../ui/invites/invitation-heading.js";
import { InviteStates } from "../ui/invites/invite-states.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { byId, find, part, providePageData, readPageData } from "../ui/lib/page.js";
import { isSupported, pageReady } from "../ui/lib/ready.js";

/** @import { Invite } from "../keys/invite.js" */
/** @import { CallPageData } from "../ui/lib/page.js" */

/** Over a sign-in, in this tab. */
const CARRIED = "meeting-point.invite";

const root = /** @type {HTMLElement} */ (document.querySelector(".invite-page"));
const { lookUrl = "", redeemUrl = "", pagePath = "/i", callUrl = "" } = root.dataset;
const prejoin = byId("prejoin", HTMLElement);
const heading = byId("prejoin-title", HTMLElement);
const button = find(prejoin, "[type=submit]", HTMLButtonElement);
const page = readPageData();
const invitation = new Invitation({ look: lookUrl, redeem: redeemUrl, call: callUrl });
const states = new InviteStates(root, invitation);
/** Whether the person has pressed *Join*, which *Try again* repeats. */
let joining = false;
let stopped = "";

page.invitation = invitation;
/** @type {Promise<CallPageData>} */
const known = new Promise((resolve) => {
  invitation.on("ready", (look) => {
    Object.assign(page, look);
    showInvitation(heading, { room: look.roomName, by: look.inviter });
    showInside(look.inside);
    byId("address-note", HTMLElement).hidden = look.relayOnly;
    states.hide();
    prejoin.hidden = false;
    useEarlyPress();
    resolve(page);
    if (joining) byId("join-form", HTMLFormElement).requestSubmit();
    else if (stopped !== "") heading.focus();
    stopped = "";
  });
});
providePageData(known);
invitation.on("stopped", ({ reason, slug }) => stop(reason, slug));
prejoin.addEventListener("submit", () => (joining = true));
part(root, "again").addEventListener("click", () => {
  // Only a new page gets another cookie.
  if (stopped === "no_cookies") location.reload();
  else void invitation.look();
});
watchCodeForm(root, open);
new MutationObserver(useEarlyPress).observe(button, { attributeFilter: ["data-pressed"] });
for (const name of ["sign-in", "sign-up"]) {
  part(root, name).addEventListener("click", (event) => {
    const { invite } = history.state ?? {};
    if (typeof invite !== "string" || tabStorage.save(CARRIED, invite)) return;
    event.preventDefault();
    stop("no_storage");
  });
}
// A second link pasted into the same tab changes the fragment without a new page.
addEventListener("hashchange", () => parseInviteLink(location.hash) !== null && page.invitation !== null && location.reload());
enableCopyButtons(root);
begin();

function begin() {
  const carried = tabStorage.load(CARRIED) ?? "";
  const address = location.pathname + location.hash;
  // Mail scanners move the fragment into the path, so the search covers the whole URL; a reload finds it in the history's entry.
  const places = [location.hash, location.href, `#${location.pathname.slice(pagePath.length + 1)}`, history.state?.invite ?? "", carried];
  const link = places.map((place) => parseInviteLink(place)).find((found) => found !== null) ?? null;
  tabStorage.save(CARRIED, null);
  if (link !== null) return open(link);
  history.replaceState(null, "", pagePath + location.search);
  stop(address === pagePath ? "none" : "damaged");
}

/** @param {Invite} link */
function open(link) {
  // In a browser that cannot open it, the link stays in the address for one that can.
  if (!canCall()) return stop("unable");
  // Out of the address, where others read it, and still there for a reload.
  const invite = inviteLink("", link.secret, link).replace("/i", "");
  history.replaceState({ invite }, "", pagePath + location.search);
  delete document.documentElement.dataset.invitation;
  showInvitation(heading, link);
  invitation.link = link;
  joining = false;
  void invitation.look();
  useEarlyPress();
}

/** @returns {boolean} */
function canCall() {
  return isSupported() && globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined && "RTCPeerConnection" in globalThis;
}

/**
 * Uses the link as soon as *Join* is pressed with a name, while static/js/pages/call.js cannot hear it yet; the look need not be answered
 * by then: both count as the same guest, whichever comes first.
 */
function useEarlyPress() {
  const name = cleanName(byId("display-name", HTMLInputElement).value || page.displayName);
  if ("pressed" in button.dataset && name !== "") invitation.redeemAhead();
}

/** @param {string} reason @param {string} [slug] */
function stop(reason, slug) {
  stopped = reason;
  delete document.documentElement.dataset.invitation;
  prejoin.hidden = true;
  pageReady();
  states.show(reason, slug);
}
