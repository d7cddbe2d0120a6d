/** The files of a call: what is exchanged, and the panel that shows it. */

import { FileExchange } from "../../files/exchange.js";
import { describeSender } from "../people/trust.js";
import { FilePanel } from "./file-panel.js";
import { openWaitingFiles } from "../waiting/waiting-in-call.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Heard } from "../../files/lanes/call-watch.js" */
/** @import { CallPageData } from "../lib/page.js" */
/** @import { FileDraft } from "./file-form.js" */

/**
 * @param {CallSession} session @param {CallPageData} room @param {FileDraft} draft of the call before
 * @param {{heardFrom: (pid: string) => Heard, hideAddress: boolean, signal: AbortSignal}} options heardFrom: what the media know of a peer
 */
export function openFiles(session, room, draft, { heardFrom, ...options }) {
  const exchange = new FileExchange({
    mesh: session.mesh,
    room: room.slug,
    memberOf: (pid) => session.people.get(pid)?.member ?? "",
    describe: (pid) => describeSender(session.people.get(pid), room.roomName),
    heardFrom,
  });
  const waiting = openWaitingFiles(session, exchange, room, options);
  return { exchange, files: new FilePanel(session, exchange, room, { draft, waiting }) };
}
