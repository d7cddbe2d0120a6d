/** The page that every invite link opens. The fragment stays in this browser; the server gets the token, on Join. */

import { guardCompositions } from "../lib/keyboard.js";
import { HOSTS } from "../signaling/roles.js";
import { fromBase64Url, toBase64Url } from "../lib/encoding.js";
import { inviteToken, parseInviteLink, unwrapRoomKey } from "../keys/invite.js";
import { loadLobbyKey, loadRoomKey, saveLobbyKey, saveRoomKey } from "../keys/key-store.js";
import { roomKeyCheck } from "../keys/room-key.js";
import { watchCodeForm } from "../ui/invites/code-form.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { byId, part } from "../ui/lib/page.js";
import { keepFocus, setWorking } from "../ui/lib/focus-keeper.js";
import { pageReady } from "../ui/lib/ready.js";
import { postJson } from "../lib/request.js";
import { tabStorage } from "../lib/storage.js";

/** @import { Holds } from "../keys/invite.js" */
/** @import { Bytes } from "../lib/encoding.js" */

/** Reasons that may pass: the same link can work a moment later. */
const PASSING = new Set(["offline", "slow_down", "room_closed"]);
/** What the host can change. */
const HOST_HELPS = new Set(["damaged", "unknown", "expired", "revoked", "used_up", "room_closed", "room_expired", "removed", "key_misfit"]);
/** A member who has joined before needs no link. */
const ACCOUNT_HELPS = new Set(["expired", "revoked", "used_up"]);
const CARRIED = "meeting-point.invite";

/** A stop with a block of its own on the page. */
class Stop extends Error {
  /**
   * @param {string} state the `data-state` of the block
   * @param {string} [slug] the room, when the person may enter it without the link
   */
  constructor(state, slug) {
    super(state);
    this.state = state;
    this.slug = slug;
  }
}

const page = /** @type {HTMLElement} */ (document.querySelector(".invite-page"));
const join = part(page, "join", HTMLButtonElement);
const files = part(page, "files", HTMLButtonElement);
const again = part(page, "again", HTMLButtonElement);

/** @type {Bytes | null} */
let secret = null;

guardCompositions(document);
keepFocus(document);
join.addEventListener("click", () => void attempt(""));
// For files only, the call page asks for no camera: its query says so.
files.addEventListener("click", () => void attempt("?files"));
again.addEventListener("click", () => {
  show("ready");
  void attempt("");
});
watchCodeForm(page, (invite) => {
  secret = invite.secret;
  show(able() ? "ready" : "unable");
});
// The secret survives signing in, in this tab's storage, and no longer.
for (const name of ["sign-in", "sign-up"]) {
  part(page, name).addEventListener("click", (event) => {
    if (secret === null || tabStorage.save(CARRIED, `#k=1${toBase64Url(secret)}`)) return;
    event.preventDefault();
    show("no_storage");
  });
}
// A second link pasted into the same tab changes the fragment without a new page.
addEventListener("hashchange", begin);
begin();
enableCopyButtons(page);
pageReady();

/** Takes the secret out of the address bar. */
function begin() {
  if (secret !== null && !location.hash) return;
  const bare = page.dataset.pagePath ?? "/i";
  const carried = location.pathname + location.hash;
  // Mail scanners move the fragment into the path, so the search covers the whole URL.
  secret = parseInviteLink(location.hash)?.secret ?? parseInviteLink(location.href)?.secret ?? null;
  if (secret === null) secret = carriedOver();
  if (secret === null) secret = parseInviteLink(`#${location.pathname.slice(bare.length + 1)}`)?.secret ?? null;
  history.replaceState(null, "", bare);
  if (secret === null) show(carried === bare ? "none" : "damaged");
  else show(able() ? "ready" : "unable");
}

/** @returns {Bytes | null} the secret from before signing in */
function carriedOver() {
  const kept = tabStorage.load(CARRIED) ?? "";
  tabStorage.save(CARRIED, null);
  return parseInviteLink(kept)?.secret ?? null;
}

/** @returns {boolean} */
function able() {
  return globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined && "RTCPeerConnection" in globalThis;
}

/** @param {string} query of the call's URL */
async function attempt(query) {
  if (join.disabled || secret === null) return;
  for (const button of [join, files]) setWorking(button, true);
  part(page, "working").hidden = false;
  try {
    const slug = await redeem(secret);
    location.replace(callUrl(slug) + query);
  } catch (error) {
    const stop = error instanceof Stop ? error : new Stop("no_storage");
    show(stop.state, stop.slug);
  } finally {
    for (const button of [join, files]) setWorking(button, false);
    part(page, "working").hidden = true;
  }
}

/**
 * @param {Bytes} from the invite secret
 * @returns {Promise<string>} the room's slug, once its key is stored
 */
async function redeem(from) {
  const token = toBase64Url(await inviteToken(from));
  const { status, data } = await postJson(page.dataset.redeemUrl ?? "", { token });
  if (status === 0 || status >= 500) throw new Stop("offline");
  // Django's check of the CSRF cookie refuses with a page of words, our own refusals are JSON with a reason.
  if (status === 403 && data.reason === undefined) throw new Stop("no_cookies");
  if (status !== 200) {
    const known = page.querySelector(`[data-state="${CSS.escape(String(data.reason))}"]`) !== null;
    throw new Stop(known ? data.reason : "offline", data.slug);
  }
  await keepKey(from, data);
  return data.slug;
}

/**
 * Unwraps the key and stores it; a room key only if its check value fits. A lobby key needs no check: a wrong one opens
 * nothing that a host sends.
 * @param {Bytes} from
 * @param {{slug: string, epoch: number, role: string, key_kind: Holds, wrapped: string | null,
 *   key_check: string | null}} answer
 */
async function keepKey(from, { slug, epoch, role, key_kind: holds, wrapped, key_check: check }) {
  const [kept, lobby] = await Promise.all([loadRoomKey(slug), loadLobbyKey(slug)]);
  // A room never loses its key, and epochs only rise: otherwise the server lies.
  if (epoch < Math.max(kept?.epoch ?? 0, lobby?.epoch ?? 0)) throw new Stop("key_misfit");
  if (epoch === 0) return;
  if (wrapped === null || check === null) throw new Stop("key_misfit");
  try {
    const key = await unwrapRoomKey(from, fromBase64Url(wrapped), slug, epoch, holds);
    if (holds === "lobby") return await saveLobbyKey(slug, epoch, key);
    if (toBase64Url(await roomKeyCheck(key, slug, epoch)) !== check) throw new Stop("key_misfit");
    const extractable = HOSTS.includes(role) || (kept?.epoch === epoch && kept.raw !== undefined);
    await saveRoomKey(slug, epoch, key, { extractable, byHosts: holds === "room-by-hosts" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") throw new Stop("key_misfit");
    if (error instanceof RangeError || error instanceof SyntaxError) throw new Stop("key_misfit");
    throw error;
  }
}

/** @param {string} slug */
function callUrl(slug) {
  return (page.dataset.callUrl ?? "").replace("SLUG", encodeURIComponent(slug));
}

/** @param {string} state @param {string} [slug] */
function show(state, slug) {
  for (const block of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-state]"))) {
    block.hidden = block.dataset.state !== state;
  }
  page.dataset.shown = state;
  again.hidden = !PASSING.has(state);
  const heading = /** @type {HTMLElement} */ (page.querySelector(`[data-state="${state}"] h1`));
  part(page, "sign-in").hidden = state !== "not_yours" && state !== "account_needed" && !ACCOUNT_HELPS.has(state);
  part(page, "sign-in-hint").hidden = !ACCOUNT_HELPS.has(state);
  part(page, "host-message").hidden = !HOST_HELPS.has(state);
  const message = byId("host-message", HTMLTextAreaElement);
  message.value = (message.dataset.text ?? "").replace("{reason}", heading?.textContent ?? "");
  part(page, "sign-up").hidden = state !== "account_needed";
  const inside = part(page, "inside", HTMLAnchorElement);
  inside.hidden = slug === undefined;
  if (slug !== undefined) inside.href = callUrl(slug);
  if (state !== "ready") heading?.focus();
}
