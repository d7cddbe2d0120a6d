/**
 * The list of who is here. Two tabs of one person are one entry.
 *
 * @module
 */

import { initials } from "./names.js";
import { find, fromTemplate, hasText, text } from "./page-data.js";
import { personMenu } from "./person-menu.js";
import { showTrust, trustOf } from "./trust.js";

/**
 * @typedef {object} Person
 * @property {string} pid
 * @property {string} member the membership: equal for two tabs of one person
 * @property {string} role
 * @property {string} name
 * @property {boolean} muted
 * @property {boolean} camera
 * @property {boolean} self
 * @property {string} state connecting, connected, interrupted, failed, refused or self
 * @property {string} [reason] why they are refused
 * @property {import("../pages/late-notice.js").Lateness} [late] why a connection takes longer than it should
 * @property {boolean} [locked] whether they have proved that they hold the room's key
 * @property {import("../keys/safety-codes.js").Safety} [safety] the safety code with them
 * @property {string} [route] direct or relay
 * @property {boolean} [pinned] whether one keeps them large
 * @property {boolean} [hushed] whether one does not want to hear them
 */

/**
 * Fills the list anew.
 *
 * @param {HTMLElement} list
 * @param {Person[]} people oneself first
 */
export function showPeople(list, people) {
  /** @type {Map<string, Person[]>} */
  const members = new Map();
  for (const person of people) members.set(person.member, [...(members.get(person.member) ?? []), person]);
  const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...[...members.values()].map(entry));
  // Whoever walks through the list by keyboard stays where they are.
  if (!focused?.dataset.pid) return;
  const [which] = focused.classList;
  /** @type {HTMLElement | null} */ (list.querySelector(`.${which}[data-pid="${focused.dataset.pid}"]`))?.focus();
}

/**
 * Counts people, not tabs.
 *
 * @param {Person[]} people
 * @returns {string}
 */
export function headCount(people) {
  const count = new Set(people.map(({ member }) => member)).size;
  return text(count === 1 ? "count.one" : "count.many", { count });
}

/** @param {Person[]} tabs of one person, at least one */
function entry(tabs) {
  const item = fromTemplate("person-template");
  const root = find(item, ".person", HTMLElement);
  const person = /** @type {Person} */ (tabs[0]);
  let name = person.name;
  if (tabs.length > 1) name = text("two-tabs", { name, count: tabs.length });
  if (person.self) name = text("you", { name });
  find(item, ".person__name", HTMLElement).textContent = name;
  find(item, ".person__avatar", HTMLElement).textContent = initials(person.name);
  find(item, ".person__state", HTMLElement).textContent = [roleWord(person.role), stateWord(person)].filter(Boolean).join(" · ");
  root.dataset.muted = String(tabs.every(({ muted }) => muted));
  root.dataset.camera = String(tabs.some(({ camera }) => camera));
  root.dataset.hushed = String(tabs.some(({ hushed }) => hushed));
  personMenu.fit(find(item, ".person-more", HTMLButtonElement), person);
  // One label for all tabs of a person: the weakest, and a press leads to the tab that it is about.
  const weakest = tabs.toSorted((one, other) => rank(one) - rank(other))[0] ?? person;
  showTrust(find(item, ".trust-button", HTMLButtonElement), weakest);
  return root;
}

/** @param {string} role */
function roleWord(role) {
  return hasText(`role.${role}`) ? text(`role.${role}`) : "";
}

/** @param {Person} person */
function rank(person) {
  return ["", "server", "key", "verified"].indexOf(trustOf(person));
}

/**
 * Says in a few words how somebody is connected.
 *
 * @param {Person} person
 */
export function stateWord({ state, route, late, reason }) {
  if (state === "self") return "";
  if (late === "relay") return text("state.relay-away");
  if (late && state === "connecting") return text("state.late");
  if (state === "refused" && hasText(`refused.${reason}`)) return text(`refused.${reason}`);
  return text(`state.${state === "connected" && route ? route : state}`);
}
