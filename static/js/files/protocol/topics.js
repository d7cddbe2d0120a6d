/** The topics of file transfers on the control channel: each with its reader and its rate limit. See docs/files.md. */

import { BUDGETS } from "../../gate/budgets.js";
import { NOTHING } from "../../gate/topic.js";
import { readFrame } from "./frame.js";
import { readDecline, readEcho, readEnd, readGot, readHave, readLaneSignal, readOffer, readResult, readSaved, readTransfer, readWanted } from "./messages.js";

/** @import { Creates, Topic } from "../../gate/topic.js" */
/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { Offer } from "./messages.js" */
/** @typedef {ReturnType<typeof openFileTopics>} FileTopics */

/** An offer takes 250 messages at most, and 20 offers may wait; all of them are repeated after an interruption. */
const OFFER_PARTS_PER_MINUTE = 10_000;
/** One message for each transfer, repeated after an interruption. */
const TRANSFERS_PER_MINUTE = 6_000;
/** One message for each file: twelve offers of 5,000 small files in a minute. */
const FILES_PER_MINUTE = 60_000;
/** Twenty transfers at once, each once a second. */
const REPORTS_PER_MINUTE = 1_200;
/** Eight lanes each way with 600 candidates a minute, which `LaneSet` limits, and their descriptions. */
const SIGNALS_PER_MINUTE = 3_000;
/** Four a second beside a call, and as many answers. */
const ECHOES_PER_MINUTE = 600;

/** Characters that a file costs beside its name. */
const WORK_PER_FILE = 100;

/**
 * Opens them, once for each mesh. They are patient: an offer of thousands of files is more than the channel takes at once, and what
 * is said about a transfer stays in order.
 * @param {Mesh} mesh @param {{isKnown: (pid: string, transfer: string) => boolean}} transfers of this tab: what is repeated about
 *   them costs nothing
 */
export function openFileTopics(mesh, { isKnown }) {
  const patient = true;
  const creates = NOTHING;
  const ofTransfer = { read: readTransfer, perMinute: TRANSFERS_PER_MINUTE, creates, patient };
  /** @type {Creates<Offer>} each part has its share of the row */
  const offered = {
    transfers: ({ transfer, count, files }, pid) => (isKnown(pid, transfer) ? 0 : files.length / count),
    names: ({ transfer, files }, pid) => (isKnown(pid, transfer) ? 0 : files.reduce((sum, { name, path }) => sum + name.length + path.length + WORK_PER_FILE, 0)),
  };
  /** @type {Topic<Offer>} */
  const offer = mesh.topic("file-offer", {
    read: readOffer, perMinute: OFFER_PARTS_PER_MINUTE, creates: offered, patient,
    refused: (pid, { transfer }) => void decline.send(pid, { transfer, busy: true }),
  });
  const decline = mesh.topic("file-decline", { read: readDecline, perMinute: TRANSFERS_PER_MINUTE, creates, patient });
  return {
    offer,
    decline,
    accept: mesh.topic("file-accept", ofTransfer),
    asks: mesh.topic("file-asks", ofTransfer),
    pause: mesh.topic("file-pause", ofTransfer),
    resume: mesh.topic("file-resume", ofTransfer),
    cancel: mesh.topic("file-cancel", ofTransfer),
    wanted: mesh.topic("file-wanted", { read: readWanted, perMinute: TRANSFERS_PER_MINUTE, creates: { alerts: 1 }, patient }),
    have: mesh.topic("file-have", { read: readHave, perMinute: FILES_PER_MINUTE, creates, patient }),
    end: mesh.topic("file-end", { read: readEnd, perMinute: FILES_PER_MINUTE, creates, patient }),
    done: mesh.topic("file-done", { read: readResult, perMinute: FILES_PER_MINUTE, creates, patient }),
    failed: mesh.topic("file-failed", { read: readResult, perMinute: FILES_PER_MINUTE, creates, patient }),
    echo: mesh.topic("file-echo", { read: readEcho, perMinute: ECHOES_PER_MINUTE, creates }),
    got: mesh.topic("file-got", { read: readGot, perMinute: REPORTS_PER_MINUTE, creates }),
    saved: mesh.topic("file-saved", { read: readSaved, perMinute: TRANSFERS_PER_MINUTE, creates, patient }),
    signal: mesh.topic("file-signal", {
      read: readLaneSignal, perMinute: SIGNALS_PER_MINUTE,
      creates: { connections: ({ mine, message }) => (mine && message.description?.type === "offer" ? 1 : 0) },
    }),
    /** Not on the control channel: what comes on lanes. */
    frame: mesh.topic("file-frame", { read: (data) => ({ frame: readFrame(data) }), perMinute: BUDGETS.frames.perMinute, creates: { frames: 1 } }),
  };
}
