/** Labels for whom a connection relies on: the server, the room key, a verified safety code. Never just "secure". */

import { byId, find, text } from "../lib/page.js";

/** @import { Person } from "../../call/person.js" */
/** @typedef {"" | "server" | "key" | "verified"} Trust */

/** @type {Readonly<Record<Trust, string>>} */
const ICONS = Object.freeze({ "": "", server: "server", key: "key", verified: "verified" });

/** Returns "" for oneself and without a connection. @param {Person} person @returns {Trust} */
export function trustOf({ self, state, locked, safety }) {
  if (self || state === "refused") return "";
  if (safety?.confirmed) return "verified";
  return locked ? "key" : "server";
}

/** Describes who sends files, for the list of received files. @param {Person | undefined} person @param {string} room name */
export function describeSender(person, room) {
  return { room, sender: person?.name ?? "", trust: person ? trustOf(person) : "" };
}

/** @param {HTMLButtonElement} button opens the safety code @param {Person} person */
export function showTrust(button, person) {
  const trust = trustOf(person);
  button.hidden = trust === "";
  if (trust === "") return;
  const label = text(`trust.${trust}`);
  button.dataset.trust = trust;
  // What the head of the call says of the room need not be repeated on every tile.
  button.dataset.usual = String(trust === document.querySelector("[data-room-trust]")?.getAttribute("data-room-trust"));
  button.dataset.pid = person.pid;
  button.title = text("trust.open", { label, name: person.name });
  button.setAttribute("aria-label", button.title);
  find(button, ".trust-button__label", HTMLElement).textContent = label;
  showTrustIcon(button, trust);
}

/** @param {Element} root contains one `use` @param {Trust} trust */
export function showTrustIcon(root, trust) {
  const icons = byId("safety-dialog", HTMLElement).dataset.icons;
  find(root, "use", SVGUseElement).setAttribute("href", `${icons}#${ICONS[trust]}`);
}
