/** What members and guests may do is checked here for others, and kept by this browser itself. */

import { mayDo, RIGHTS } from "../../hosts/host-controls.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { HostValue } from "../../hosts/host-value.js" */
/** @import { Rights } from "../../hosts/host-controls.js" */

/**
 * The sound of those who may not use the microphone is not played, whatever their browser sends; the own microphone stays off.
 * @param {CallSession} session @param {HostValue<Rights>} rights @param {() => void} mute the own microphone @param {AbortSignal} signal
 */
export function applyRights(session, rights, mute, signal) {
  const mayTalk = (/** @type {Person} */ person) => mayDo(rights.value, "microphone", person);
  /** @param {Person} person @param {boolean} [isNews] that they may not is said already */
  const check = (person, isNews = false) => {
    if (!person.self) return session.updatePerson(person.pid, { silenced: !mayTalk(person) });
    if (person.muted || mayTalk(person)) return;
    mute();
    if (!isNews) toast(text("rights.microphone.denied"), undefined, "rights denied");
  };
  session.on("person-added", ({ person }) => check(person), { signal });
  session.on("person-changed", ({ person }) => check(person), { signal });
  // The own role may be another one.
  session.on("entered", () => check(session.self), { signal });
  rights.on("changed", ({ value, before, by, loud }) => {
    const host = session.people.get(by)?.name ?? session.self.name;
    for (const right of RIGHTS.filter((one) => loud && value[one] !== before[one])) {
      toast(text(`rights.${right}.${value[right] ? "on" : "off"}`, { host }), undefined, `rights ${right}`);
    }
    for (const person of session.everyone) check(person, true);
  }, { signal });
}
