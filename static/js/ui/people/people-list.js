/** The list of people in the call. Two tabs of one person are one entry. */

import { captureText } from "./capture-text.js";
import { showColour } from "./colours.js";
import { initials, sharesName } from "./names.js";
import { find, fromTemplate, hasText, text } from "../lib/page.js";
import { personMenu } from "./person-menu.js";
import { showTrust, trustRank } from "./trust.js";

/** @import { Person } from "../../call/person.js" */

/** @param {HTMLElement} list @param {Person[]} people this person first */
export function showPeople(list, people) {
  /** @type {Map<string, Person[]>} */
  const members = new Map();
  for (const person of people) members.set(person.member, [...(members.get(person.member) ?? []), person]);
  const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement : null;
  const speaking = [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[data-speaking="true"]'))].map(({ dataset }) => dataset.member);
  list.replaceChildren(...[...members.values()].map((tabs) => createEntry(tabs, people)));
  for (const member of speaking) if (member) showSpeaking(list, { member }, true);
  // Keyboard focus stays on the same person.
  if (!focused?.dataset.pid) return;
  const [which] = focused.classList;
  /** @type {HTMLElement | null} */ (list.querySelector(`.${which}[data-pid="${focused.dataset.pid}"]`))?.focus();
}

/** @param {HTMLElement} list @param {{member: string}} person @param {boolean} speaking */
export function showSpeaking(list, { member }, speaking) {
  const row = /** @type {HTMLElement | null} */ (list.querySelector(`[data-member="${CSS.escape(member)}"]`));
  if (row && row.dataset.speaking !== String(speaking)) row.dataset.speaking = String(speaking);
}

/** Counts people, not tabs. @param {Person[]} people @returns {string} */
export function headCount(people) {
  const count = new Set(people.map(({ member }) => member)).size;
  return text(count === 1 ? "count.one" : "count.many", { count });
}

/** @param {Person[]} tabs of one person, at least one @param {Person[]} people all */
function createEntry(tabs, people) {
  const item = fromTemplate("person-template");
  const root = find(item, ".person", HTMLElement);
  const person = /** @type {Person} */ (tabs[0]);
  let name = person.name;
  if (tabs.length > 1) name = text("two-tabs", { name, count: tabs.length });
  if (person.self) name = text("you", { name });
  find(item, ".person__name", HTMLElement).textContent = name;
  const avatar = find(item, ".person__avatar", HTMLElement);
  avatar.textContent = initials(person.name);
  showColour(avatar, person);
  // Those who are connected are the rule; the details of a connection have its path.
  const state = person.state === "connected" ? "" : stateText(person);
  const sameName = person.state !== "refused" && sharesName(person, people) ? text("person.same-name") : "";
  const parts = [roleText(person.role), state, sameName, captureText(person, person.capture)];
  find(item, ".person__state", HTMLElement).textContent = parts.filter(Boolean).join(" · ");
  root.dataset.muted = String(tabs.every(({ muted }) => muted));
  root.dataset.camera = String(tabs.some(({ camera }) => camera));
  root.dataset.member = person.member;
  showTurn(root, ".person", { hand: Math.min(...tabs.map(({ hand }) => hand || Infinity)), onlyHand: tabs.some(({ onlyHand }) => onlyHand) });
  root.dataset.mutedLocally = String(tabs.some(({ mutedLocally }) => mutedLocally));
  personMenu.updateButton(find(item, ".person-more", HTMLButtonElement), person);
  // One label for all tabs of a person: the weakest. It opens the safety code of that tab.
  const weakest = tabs.toSorted((one, other) => trustRank(one) - trustRank(other))[0] ?? person;
  showTrust(find(item, ".trust-button", HTMLButtonElement), weakest);
  return root;
}

/**
 * Shows a raised hand, and its turn where others are raised too: a single number would read as a count.
 * @param {HTMLElement} root @param {string} prefix of the classes inside
 * @param {{hand?: number, onlyHand?: boolean}} person hand: from 1; anything else: not raised
 */
export function showTurn(root, prefix, { hand = 0, onlyHand = false }) {
  const up = hand >= 1 && Number.isFinite(hand);
  root.dataset.hand = up ? String(hand) : "";
  find(root, `${prefix}__hand`, HTMLElement).hidden = !up;
  find(root, `${prefix}__turn`, HTMLElement).textContent = up && !onlyHand ? String(hand) : "";
  find(root, `${prefix}__turn-label`, HTMLElement).textContent = !up ? "" : onlyHand ? text("hand.only") : text("hand.turn", { count: hand });
}

/** @param {string} role */
function roleText(role) {
  return hasText(`role.${role}`) ? text(`role.${role}`) : "";
}

/** @param {Person} person */
export function stateText({ state, route, late, reason }) {
  if (state === "self") return "";
  if (late === "relay") return text("state.relay-away");
  if (late && state === "connecting") return text("state.late");
  if (state === "refused" && hasText(`refused.${reason}`)) return text(`refused.${reason}`);
  return text(`state.${state === "connected" && route ? route : state}`);
}
