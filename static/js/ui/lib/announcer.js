/**
 * What screen readers say, each message once: by `say` what is not shown, by `showNotice` and `toast` what is. An open dialog
 * makes the rest of the page inert, its live regions too: all three speak in the dialog then.
 */

/** @typedef {"polite" | "assertive"} Urgency */

/** Long enough for a message to be read after those before it. */
const KEPT_MS = 15_000;
const MAX_KEPT = 20;
/** Readers miss a text that appears together with its live region. */
const REGION_FIRST_MS = 100;

/** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
const pending = new WeakMap();

/** The body of a small window beside the page: while the person is in it, everything is said there. @type {HTMLElement | null} */
let besidePage = null;

/** @param {HTMLElement | null} body with regions of `addAnnouncer`; null: the window is closed */
export function speakBesidePage(body) {
  besidePage = body;
}

/** @param {string} message @param {Urgency} [urgency] assertive: interrupts what is being said */
export function say(message, urgency = "polite") {
  sayIn(focusedBeside() ?? openDialog() ?? document.body, message, urgency);
}

/**
 * Shows a notice with a message in the live region inside it, which may be the notice itself.
 * @param {HTMLElement} notice @param {HTMLElement} region @param {string} message empty: hides the notice
 */
export function showNotice(notice, region, message) {
  clearTimeout(pending.get(notice));
  if (notice.hidden) region.textContent = "";
  notice.hidden = message === "";
  if (message === "" || message === region.textContent) return;
  const write = () => {
    region.textContent = message;
    sayIfInert(region, message);
  };
  pending.set(notice, setTimeout(write, REGION_FIRST_MS));
}

/**
 * For what appears in a live region of the page: says it if that is inert now.
 * @param {Element} region @param {string} message
 */
export function sayIfInert(region, message) {
  const dialog = openDialog();
  if (focusedBeside()) say(message);
  else if (dialog ? !dialog.contains(region) : region.closest("[inert]")) say(message);
}

function focusedBeside() {
  return besidePage?.ownerDocument.hasFocus() ? besidePage : null;
}

function openDialog() {
  return [...document.querySelectorAll("dialog:modal")].at(-1);
}

/** @param {Element} place @param {string} message @param {Urgency} urgency */
function sayIn(place, message, urgency) {
  const region = place.querySelector(`:scope > .announcer[aria-live=${urgency}]`);
  if (!region) return;
  const line = document.createElement("p");
  line.textContent = message;
  while (region.childElementCount >= MAX_KEPT) region.firstElementChild?.remove();
  region.append(line);
  setTimeout(() => line.remove(), KEPT_MS);
}

/** Gives a dialog or window its own regions, long before there is something to say: readers ignore those that appear with their text. @param {HTMLElement} place */
export function addAnnouncer(place) {
  for (const urgency of ["polite", "assertive"]) {
    const region = document.createElement("div");
    region.className = "announcer visually-hidden";
    region.setAttribute("aria-live", urgency);
    place.append(region);
  }
}
