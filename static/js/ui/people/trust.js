/** Labels for whom a connection relies on: the server, the room key, a safety code, a device. Never just "secure". */

import { byId, find, text } from "../lib/page.js";

/** @import { Person } from "../../call/person.js" */
/**
 * @typedef {"" | "changed" | "server" | "key" | "before" | "verified"} Trust changed: this person was verified on another device;
 * before: the code was compared in an earlier call, and the device is the same; verified: compared in this call
 */

/** From the weakest to the strongest. @type {readonly Trust[]} */
const ORDER = Object.freeze(["", "changed", "server", "key", "before", "verified"]);

/** @type {Readonly<Record<Trust, string>>} */
const ICONS = Object.freeze({ "": "", changed: "flag", server: "server", key: "key", before: "verified", verified: "verified" });

/** Returns "" for oneself and without a connection. @param {Person} person @returns {Trust} */
export function trustOf({ self, state, locked, safety, device }) {
  if (self || state === "refused") return "";
  if (safety?.confirmed) return "verified";
  if (device?.state) return device.state;
  return locked ? "key" : "server";
}

/** For sorting: the weakest first. @param {Person} person */
export function trustRank(person) {
  return ORDER.indexOf(trustOf(person));
}

/** The name that was verified, if the person has another one now, or else "". @param {Person} person */
export function formerName(person) {
  const { name, safety, device } = person;
  const trust = trustOf(person);
  const as = trust === "verified" ? safety?.confirmedAs : trust === "before" ? device?.as : name;
  return as && as !== name ? as : "";
}

/** @param {Person} person @returns {string} */
export function trustLabel(person) {
  const as = formerName(person);
  return as ? text(`trust.${trustOf(person)}.as`, { name: as }) : text(`trust.${trustOf(person)}`);
}

/** Colours a badge. @param {Element} badge @param {string} trust as it may have been stored */
export function showTrustTone(badge, trust) {
  badge.classList.toggle("badge--warn", trust === "server" || trust === "changed");
  badge.classList.toggle("badge--good", trust === "verified" || trust === "before");
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
  const label = trustLabel(person);
  button.dataset.trust = trust;
  button.dataset.renamed = String(formerName(person) !== "");
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
