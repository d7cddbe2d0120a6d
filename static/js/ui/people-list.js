/**
 * The list of who is here. Two tabs of one person are one entry.
 *
 * @module
 */

import { initials } from "./names.js";
import { find, fromTemplate, hasText, text } from "./page-data.js";

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
 * @property {string} [route] direct or relay
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
  list.replaceChildren(...[...members.values()].map(entry));
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
  return root;
}

/** @param {string} role */
function roleWord(role) {
  return hasText(`role.${role}`) ? text(`role.${role}`) : "";
}

/** @param {Person} person */
function stateWord({ state, route }) {
  if (state === "self") return "";
  return text(`state.${state === "connected" && route ? route : state}`);
}
