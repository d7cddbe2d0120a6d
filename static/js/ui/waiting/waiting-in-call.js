/** Waiting files in a call: those that this browser keeps for people who are away, and those that others have for us. */

import { rememberPerson } from "../../waiting/people-met.js";
import { openTransferRoom } from "../../waiting/transfer-room.js";
import { WaitingFiles } from "../../waiting/waiting-files.js";
import { byId } from "../lib/page.js";
import { WaitingList } from "./waiting-list.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { CallPageData } from "../lib/page.js" */

/** The server says right after `joined` what waits; later than this, nothing does. */
const LISTED_WITHIN_MS = 3_000;

/**
 * @param {CallSession} session @param {FileExchange} exchange @param {CallPageData} page @param {{hideAddress: boolean, signal: AbortSignal}} options
 */
export function openWaitingFiles(session, exchange, page, { hideAddress, signal }) {
  const { slug } = page;
  const waiting = new WaitingFiles({
    slug,
    steal: true,
    openRoom: () => {
      const { roomName, epoch, keyCheck } = page;
      return openTransferRoom({ slug, roomName, epoch, keyCheck, hideAddress, name: session.self.name, callWatch: exchange.callWatch });
    },
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let unlisted;
  /** What was last stored of a person. @type {Map<string, string>} */
  const seen = new Map();
  const remember = async (/** @type {Person} */ { pid, self, state, member, name }) => {
    const [now, here] = [`${state} ${member} ${name}`, session.people.has(pid)];
    if (self || (here && seen.get(pid) === now)) return;
    seen.set(pid, now);
    if (here && state === "connected") await rememberPerson(slug, session.self.member, { member, name, at: Date.now() });
    await waiting.work();
  };
  let { epoch } = session.seal;
  session.on("entered", () => {
    // The transfer room is sealed with the key of the room: a tab that has only the former one must not meet us there.
    if (session.seal.epoch !== epoch) waiting.keyChanged();
    ({ epoch } = session.seal);
    clearTimeout(unlisted);
    unlisted = setTimeout(() => waiting.setListed(session.self.member, []), LISTED_WITHIN_MS);
    waiting.setListed(session.self.member, null);
  }, { signal });
  session.socket.on("waiting-transfers", ({ transfers }) => {
    clearTimeout(unlisted);
    waiting.setListed(session.self.member, transfers);
  }, { signal });
  for (const type of /** @type {const} */ (["person-added", "person-changed", "person-removed"])) {
    session.on(type, ({ person }) => void remember(person), { signal });
  }
  waiting.useCall({
    exchange,
    pidOf: (member) => [...session.people.values()].find((one) => one.member === member && ["connected", "interrupted"].includes(one.state))?.pid,
  });
  new WaitingList(byId("waiting-files", HTMLElement)).add(waiting, "", signal);
  signal.addEventListener("abort", () => {
    clearTimeout(unlisted);
    waiting.close();
  });
  return waiting;
}
