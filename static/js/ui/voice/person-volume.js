/** How loud each other person is for this one: a slider in the menu of a person. It belongs to the member, and stays in this browser. */

import { browserStorage } from "../../lib/storage.js";
import { RecentMap } from "../../lib/recent-map.js";
import { byId, find, text } from "../lib/page.js";
import { personMenu } from "../people/person-menu.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Person } from "../../call/person.js" */

const STORAGE_KEY = "meeting-point.volumes";
const MAX_KEPT = 100;
const USUAL = 100;
const LOUDEST = 200;

/** @param {string | null} stored @returns {RecentMap<number>} percent by member */
export function readVolumes(stored) {
  /** @type {RecentMap<number>} */
  const volumes = new RecentMap(MAX_KEPT);
  try {
    for (const [member, percent] of JSON.parse(stored ?? "[]")) {
      if (typeof member === "string" && percent >= 0 && percent <= LOUDEST) volumes.set(member, percent);
    }
  } catch {
    // Something else wrote there: all are as loud as usual.
  }
  return volumes;
}

/** @param {CallSession} session @param {AbortSignal} signal */
export function setUpPersonVolume(session, signal) {
  const volumes = readVolumes(browserStorage.load(STORAGE_KEY));
  const root = byId("person-volume", HTMLElement);
  const range = find(root, "input", HTMLInputElement);
  const output = find(root, "output", HTMLOutputElement);
  const of = (/** @type {string} */ member) => volumes.get(member) ?? USUAL;

  const show = (/** @type {number} */ percent) => {
    output.textContent = text("volume.percent", { count: percent });
    range.setAttribute("aria-valuetext", output.textContent);
  };
  /** @param {Person} person */
  const apply = ({ self, pid, member, volume = USUAL }) => {
    if (!self && volume !== of(member)) session.updatePerson(pid, { volume: of(member) });
  };
  byId("person-menu", HTMLElement).addEventListener("beforetoggle", () => {
    const person = session.people.get(personMenu.pid);
    root.hidden = person === undefined || person.state === "refused";
    if (person === undefined) return;
    range.value = String(of(person.member));
    show(range.valueAsNumber);
  }, { signal });
  range.addEventListener("input", () => {
    const member = session.people.get(personMenu.pid)?.member;
    if (member === undefined) return;
    volumes.set(member, range.valueAsNumber);
    if (range.valueAsNumber === USUAL) volumes.delete(member);
    browserStorage.save(STORAGE_KEY, JSON.stringify([...volumes]));
    show(range.valueAsNumber);
    for (const person of session.people.values()) if (person.member === member) apply(person);
  }, { signal });
  session.on("person-added", ({ person }) => apply(person), { signal });
  for (const person of session.people.values()) apply(person);
}
