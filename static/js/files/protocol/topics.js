/** The topics of file transfers on the control channel: each with its reader and its rate limit. See docs/files.md. */

import { readDecline, readEcho, readEnd, readGot, readHave, readLaneSignal, readOffer, readResult, readSaved, readTransfer, readWanted } from "./messages.js";

/** @import { Mesh } from "../../peer/mesh.js" */
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

/**
 * Opens them, once for each mesh. They are patient: an offer of thousands of files is more than the channel takes at once, and what
 * is said about a transfer stays in order. @param {Mesh} mesh
 */
export function openFileTopics(mesh) {
  const patient = true;
  const ofTransfer = { read: readTransfer, perMinute: TRANSFERS_PER_MINUTE, patient };
  return {
    offer: mesh.topic("file-offer", { read: readOffer, perMinute: OFFER_PARTS_PER_MINUTE, patient }),
    accept: mesh.topic("file-accept", ofTransfer),
    asks: mesh.topic("file-asks", ofTransfer),
    decline: mesh.topic("file-decline", { read: readDecline, perMinute: TRANSFERS_PER_MINUTE, patient }),
    pause: mesh.topic("file-pause", ofTransfer),
    resume: mesh.topic("file-resume", ofTransfer),
    cancel: mesh.topic("file-cancel", ofTransfer),
    wanted: mesh.topic("file-wanted", { read: readWanted, perMinute: TRANSFERS_PER_MINUTE, patient }),
    have: mesh.topic("file-have", { read: readHave, perMinute: FILES_PER_MINUTE, patient }),
    end: mesh.topic("file-end", { read: readEnd, perMinute: FILES_PER_MINUTE, patient }),
    done: mesh.topic("file-done", { read: readResult, perMinute: FILES_PER_MINUTE, patient }),
    failed: mesh.topic("file-failed", { read: readResult, perMinute: FILES_PER_MINUTE, patient }),
    echo: mesh.topic("file-echo", { read: readEcho, perMinute: ECHOES_PER_MINUTE }),
    got: mesh.topic("file-got", { read: readGot, perMinute: REPORTS_PER_MINUTE }),
    saved: mesh.topic("file-saved", { read: readSaved, perMinute: TRANSFERS_PER_MINUTE, patient }),
    signal: mesh.topic("file-signal", { read: readLaneSignal, perMinute: SIGNALS_PER_MINUTE }),
  };
}
