/** Says loudly that a verified person is on another device or has another name, and offers to let others recognise this device. */

import { showDeviceChoice } from "../keys/device-switch.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { formerName, trustOf } from "./trust.js";

/** @import { CallSession } from "../../call/session.js" */

/** A person who changes their name all the time is reported no more than this. */
const MAX_NEWS = 3;

/** @param {CallSession} session @param {{signedIn: boolean}} page @param {AbortSignal} signal */
export function showDeviceNews(session, { signedIn }, signal) {
  showDeviceChoice(document, signedIn, signal);
  /** @type {Map<string, string[]>} what was said, by pid */
  const said = new Map();
  const report = (/** @type {string} */ pid, /** @type {string} */ news) => {
    const before = said.get(pid) ?? [];
    if (before.length >= MAX_NEWS || before.at(-1) === news) return;
    said.set(pid, [...before, news]);
    toast(news, undefined, `device ${pid}`);
  };
  session.on("person-changed", ({ person }) => {
    const { pid, name } = person;
    const as = formerName(person);
    if (as) report(pid, text("device.renamed", { as, name }));
    else if (trustOf(person) === "changed") report(pid, text("device.changed", { name: person.device?.as ?? name }));
  }, { signal });
  session.on("person-removed", ({ person }) => said.delete(person.pid), { signal });
}
