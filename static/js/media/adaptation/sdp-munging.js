/**
 * How sound is sent, asked for where a sender looks for it: in the description of the other side. `ptime` and `usedtx`
 * there are the receiver's wishes (RFC 7587 §6.1, RFC 8866 §6.4), and the first payload type is the one that is sent.
 * `nack` makes both sides repeat packets of sound that were lost, as those of pictures always are (RFC 4585 §6.2.1).
 *
 * The pictures begin slowly: `x-google-start-bitrate`, which Chromium and Safari know, keeps the first second from filling a
 * thin line for the next three; where there is more, they find out within that second.
 */

/**
 * @typedef {object} AudioMode
 * @property {boolean} longPackets packets of 60 ms: a third of the headers
 * @property {boolean} redundant every packet carries the one before it once more (RFC 2198)
 */

/** What a connection begins with: nothing is known about the line. @type {Readonly<AudioMode>} */
export const INITIAL_AUDIO_MODE = Object.freeze({ longPackets: true, redundant: false });
const START_KBPS = 130;

/**
 * Rewrites a description so that this side sends its sound in a manner. What is not understood stays as it is.
 * @param {string} sdp of the other side
 * @param {AudioMode} manner
 * @returns {string}
 */
export function mungeSdp(sdp, manner) {
  const sections = sdp.split(/(?=^m=)/m);
  return sections.map((section) => mungeSection(section, manner)).join("");
}

/** @param {string} section @param {AudioMode} manner */
function mungeSection(section, manner) {
  if (section.startsWith("m=audio ")) return mungeAudio(section, manner);
  return section.startsWith("m=video ") ? mungeVideo(section) : section;
}

/** @param {string} section */
function mungeVideo(section) {
  const payloads = [...section.matchAll(/^a=rtpmap:(\d+) (?:VP8|VP9|AV1|H264)\//gim)].map(([, payload]) => payload);
  return payloads.reduce((amended, payload) => {
    const line = new RegExp(`^(a=fmtp:${payload} )([^\\r\\n]*)`, "m");
    const start = `x-google-start-bitrate=${START_KBPS}`;
    if (line.test(amended)) return amended.replace(line, (_, head, rest) => `${head}${rest};${start}`);
    return amended.replace(new RegExp(`^a=rtpmap:${payload} .*\\r?\\n`, "m"), (map) => `${map}a=fmtp:${payload} ${start}\r\n`);
  }, section);
}

/** @param {string} section @param {AudioMode} manner */
function mungeAudio(section, { longPackets, redundant }) {
  const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
  if (opus === undefined) return section;
  let amended = section.replace(new RegExp(`^(a=fmtp:${opus} )([^\\r\\n]*)`, "m"), (_, head, rest) => head + opusParameters(rest));
  if (longPackets) amended = amended.replace(/^a=(?:max)?ptime:\d+\r?\n/gm, "").replace(/^a=rtpmap:/m, "a=ptime:60\r\na=rtpmap:");
  if (!new RegExp(`^a=rtcp-fb:(?:${opus}|\\*) nack\\r?$`, "m").test(amended)) {
    amended = amended.replace(new RegExp(`^a=rtpmap:${opus} .*\\r?\\n`, "m"), (map) => `${map}a=rtcp-fb:${opus} nack\r\n`);
  }
  const double = /^a=rtpmap:(\d+) red\/48000/im.exec(section)?.[1];
  if (double !== undefined) amended = putFirst(amended, redundant ? double : opus);
  return amended;
}

/** @param {string} parameters of Opus */
function opusParameters(parameters) {
  const kept = parameters.split(";").filter((one) => !/^\s*(usedtx|useinbandfec)=/.test(one));
  return [...kept, "useinbandfec=1", "usedtx=1"].join(";");
}

/** @param {string} section @param {string} payload */
function putFirst(section, payload) {
  return section.replace(/^(m=audio \d+ \S+) ([\d ]+)/, (_, head, list) => {
    const others = list.trim().split(" ").filter((/** @type {string} */ one) => one !== payload);
    return `${head} ${[payload, ...others].join(" ")}`;
  });
}
