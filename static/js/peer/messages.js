/** The messages that connect two peers, by any path. No one on the way can read them: the receiver checks everything. */

/**
 * @typedef {object} PeerMessage
 * @property {number} attempt which of the sender's RTCPeerConnections this is from: rising, never used twice in a tab
 * @property {number} [to] which of the receiver's it is for; absent until the sender knows it
 * @property {{type: "offer" | "answer", sdp: string}} [description]
 * @property {number} [offer] with a description: the number of the offer, or of the offer it answers
 * @property {number} [applied] the number of an offer of the sender's that added sections: its answer is set
 * @property {(RTCIceCandidateInit | null)[]} [candidates] null: end of candidates
 * @property {true} [bye] the sender has left
 */

export const LIMITS = Object.freeze({
  bodyCharacters: 65_536,
  mediaSections: 8,
  candidatesAtOnce: 60,
  candidateCharacters: 1_024,
});

/** Reads a relayed body; null when anything about it is out of bounds. @param {string} body @returns {PeerMessage | null} */
export function readPeerMessage(body) {
  return checkPeerMessage(parseBody(body));
}

/** Undefined when it is too long, or no JSON. @param {string} body @returns {unknown} not checked */
export function parseBody(body) {
  try {
    return body.length <= LIMITS.bodyCharacters ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Null when anything is out of bounds. @param {unknown} message @returns {PeerMessage | null} */
export function checkPeerMessage(message) {
  return isPeerMessage(message) ? message : null;
}

/** @param {any} message @returns {message is PeerMessage} */
function isPeerMessage(message) {
  if (typeof message !== "object" || message === null || Array.isArray(message)) return false;
  const { attempt, to, description, offer, applied, candidates, bye } = message;
  if (!isCount(attempt) || [to, applied].some((count) => count !== undefined && !isCount(count))) return false;
  if (description !== undefined && (!isDescription(description) || !isCount(offer))) return false;
  if (candidates !== undefined && !isCandidates(candidates)) return false;
  return bye === undefined || bye === true;
}

/** @param {unknown} value */
function isCount(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) > 0;
}

/** @param {any} value */
function isDescription(value) {
  if (typeof value !== "object" || value === null || typeof value.sdp !== "string") return false;
  if (value.type !== "offer" && value.type !== "answer") return false;
  return (value.sdp.match(/^m=/gm)?.length ?? 0) <= LIMITS.mediaSections;
}

/** Whether a description has a data section and nothing else. @param {string} sdp */
export function isDataOnly(sdp) {
  return sdp.match(/^m=/gm)?.length === 1 && /^m=application /m.test(sdp);
}

/** @param {unknown} list */
function isCandidates(list) {
  return Array.isArray(list) && list.length <= LIMITS.candidatesAtOnce && list.every(isCandidate);
}

/** @param {any} value */
function isCandidate(value) {
  if (value === null) return true;
  if (typeof value !== "object" || !isText(value.candidate, LIMITS.candidateCharacters)) return false;
  const { sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = value;
  if (sdpMid !== null && !isText(sdpMid, 64)) return false;
  if (usernameFragment !== null && !isText(usernameFragment, 256)) return false;
  if (sdpMLineIndex === null) return sdpMid !== null;
  return Number.isInteger(sdpMLineIndex) && sdpMLineIndex >= 0 && sdpMLineIndex < LIMITS.mediaSections;
}

/** @param {unknown} value @param {number} longest */
function isText(value, longest) {
  return typeof value === "string" && value.length <= longest;
}
