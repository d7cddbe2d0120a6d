/**
 * Munges the remote description to set how this side sends. `ptime` and `usedtx` there are the receiver's wishes (RFC 7587 §6.1,
 * RFC 8866 §6.4), the first payload type is the one sent, and `nack` enables retransmission of audio as of video (RFC 4585 §6.2.1).
 * `x-google-start-bitrate` (Chromium, Safari) makes video start low: the first second would fill a thin link for three more. It is only in the
 * first description of a connection, and only for the codec that begins: with each negotiation of sound Chromium forgets where the
 * estimate of the link started, and takes the next codec with such a start for a new one, so that the estimate would fall to it.
 */

/**
 * longPackets: 60 ms, a third of the headers; redundant: RED (RFC 2198); music: stereo, at a high rate, without pauses in sending (DTX)
 * @typedef {{longPackets: boolean, redundant: boolean, music?: boolean, musicKbps?: number, musicPtime?: number | null}} AudioMode
 */

/** Before anything is known about the link. @type {Readonly<AudioMode>} */
export const INITIAL_AUDIO_MODE = Object.freeze({ longPackets: true, redundant: false });
const START_KBPS = 130;
export const MUSIC_KBPS = 128;
/** The sound of a shared tab, beside its picture. */
export const SCREEN_SOUND_KBPS = 64;
const SPEECH = ["usedtx=1"];
const LONG_PTIME = 60;
/** The shortest that browsers send: who plays together hears each late millisecond. */
const MUSIC_PTIME = 10;

/** @param {string} sdp of the remote description @param {AudioMode} manner @param {boolean} [first] whether it is the connection's first @returns {string} */
export function mungeSdp(sdp, manner, first = false) {
  const sections = sdp.split(/(?=^m=)/m);
  const microphone = sections.findIndex(isAudio);
  return sections.map((section, at) => mungeSection(section, at > microphone ? ofScreen(manner) : manner, first)).join("");
}

/** The sound of a shared tab is seldom speech alone, and may be in stereo. @param {AudioMode} manner of the microphone @returns {AudioMode} */
function ofScreen(manner) {
  return { ...manner, music: !manner.longPackets, musicKbps: SCREEN_SOUND_KBPS, musicPtime: null };
}

/** @param {string} section */
function isAudio(section) {
  return section.startsWith("m=audio ");
}

/** @param {string} section @param {AudioMode} manner @param {boolean} first */
function mungeSection(section, manner, first) {
  if (isAudio(section)) return mungeAudio(section, manner);
  return first && section.startsWith("m=video ") ? startLow(section) : section;
}

/** @param {string} section */
function startLow(section) {
  const payloads = /^m=video \d+ \S+ ([\d ]+)/.exec(section)?.[1].split(" ") ?? [];
  const payload = payloads.find((one) => new RegExp(`^a=rtpmap:${one} (?:VP8|VP9|AV1|H264)/`, "im").test(section));
  if (payload === undefined) return section;
  const line = new RegExp(`^(a=fmtp:${payload} )([^\\r\\n]*)`, "m");
  const start = `x-google-start-bitrate=${START_KBPS}`;
  if (line.test(section)) return section.replace(line, (_, head, rest) => `${head}${rest};${start}`);
  return section.replace(new RegExp(`^a=rtpmap:${payload} .*\\r?\\n`, "m"), (map) => `${map}a=fmtp:${payload} ${start}\r\n`);
}

/** @param {string} section @param {AudioMode} manner */
function mungeAudio(section, { longPackets, redundant, music = false, musicKbps = MUSIC_KBPS, musicPtime = MUSIC_PTIME }) {
  const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
  if (opus === undefined) return section;
  const wanted = music ? ["stereo=1", `maxaveragebitrate=${musicKbps * 1_000}`, "usedtx=0"] : SPEECH;
  let amended = section.replace(new RegExp(`^(a=fmtp:${opus} )([^\\r\\n]*)`, "m"), (_, head, rest) => head + opusParameters(rest, wanted));
  const ptime = longPackets ? LONG_PTIME : music ? musicPtime : null;
  if (ptime !== null) amended = amended.replace(/^a=(?:max)?ptime:\d+\r?\n/gm, "").replace(/^a=rtpmap:/m, `a=ptime:${ptime}\r\na=rtpmap:`);
  if (!new RegExp(`^a=rtcp-fb:(?:${opus}|\\*) nack\\r?$`, "m").test(amended)) {
    amended = amended.replace(new RegExp(`^a=rtpmap:${opus} .*\\r?\\n`, "m"), (map) => `${map}a=rtcp-fb:${opus} nack\r\n`);
  }
  const double = /^a=rtpmap:(\d+) red\/48000/im.exec(section)?.[1];
  if (double !== undefined) amended = putFirst(amended, redundant ? double : opus);
  return amended;
}

/** @param {string} parameters of Opus @param {string[]} wanted */
function opusParameters(parameters, wanted) {
  const kept = parameters.split(";").filter((one) => !/^\s*(usedtx|useinbandfec|stereo|maxaveragebitrate)=/.test(one));
  return [...kept, "useinbandfec=1", ...wanted].join(";");
}

/** @param {string} section @param {string} payload */
function putFirst(section, payload) {
  return section.replace(/^(m=audio \d+ \S+) ([\d ]+)/, (_, head, list) => {
    const others = list.trim().split(" ").filter((/** @type {string} */ one) => one !== payload);
    return `${head} ${[payload, ...others].join(" ")}`;
  });
}
