/** Constraints for cameras and microphones. A device that cannot meet them is better than none. */

import { audioHint } from "../voice/microphone-mode.js";

/** @typedef {"audio" | "video"} Kind */

/** @type {Readonly<Record<Kind, MediaTrackConstraints>>} */
const CONSTRAINTS = Object.freeze({
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
});

/** As it comes, for instruments: what helps voices harms them. */
const MUSIC = Object.freeze({ echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } });

/** What the encoder favours (mst-content-hint): clear speech or music, smooth motion. @param {string} kind */
function hintFor(kind) {
  return kind === "audio" ? audioHint() : "motion";
}

/**
 * @param {Kind} kind @param {string | null} deviceId null: the browser chooses @param {() => boolean} [wanted] whether to try again
 * @returns {Promise<MediaStreamTrack>} @throws {DOMException} see `deviceCause`
 */
export async function openTrack(kind, deviceId, wanted = () => true) {
  const wished = open({ [kind]: constraintsFor(kind, deviceId) });
  const [track] = await wished.catch((error) => {
    const { name, constraint = "deviceId" } = error;
    if (name !== "OverconstrainedError" || constraint === "" || constraint === "deviceId" || !wanted()) throw error;
    return open({ [kind]: deviceId === null || { deviceId: { exact: deviceId } } });
  });
  return track;
}

/**
 * Opens a microphone and a camera with one permission prompt.
 * @param {Record<Kind, string | null>} deviceIds @returns {Promise<MediaStreamTrack[]>} @throws {DOMException} when either fails
 */
export function openBoth({ audio, video }) {
  return open({ audio: constraintsFor("audio", audio), video: constraintsFor("video", video) });
}

/** @param {MediaStreamConstraints} constraints */
async function open(constraints) {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  const tracks = stream.getTracks();
  for (const track of tracks) track.contentHint = hintFor(track.kind);
  return tracks;
}

/** @param {Kind} kind @param {string | null} deviceId @returns {MediaTrackConstraints} */
function constraintsFor(kind, deviceId) {
  const usual = kind === "audio" && audioHint() === "music" ? MUSIC : CONSTRAINTS[kind];
  return deviceId === null ? usual : { ...usual, deviceId: { exact: deviceId } };
}
