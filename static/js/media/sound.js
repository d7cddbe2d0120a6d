/**
 * How sound is sent, asked for where a sender looks for it: in the description of the other side. `ptime` and `usedtx`
 * there are the receiver's wishes (RFC 7587 §6.1, RFC 8866 §6.4), and the first payload type is the one that is sent.
 *
 * @module
 */

/**
 * @typedef {object} Manner
 * @property {boolean} thin packets of 60 ms: a third of the headers
 * @property {boolean} red every packet carries the one before it once more (RFC 2198)
 */

/** @type {Readonly<Manner>} */
export const ORDINARY = Object.freeze({ thin: false, red: false });

/**
 * Rewrites a description so that this side sends its sound in a manner. What is not understood stays as it is.
 *
 * @param {string} sdp of the other side
 * @param {Manner} manner
 * @returns {string}
 */
export function amendSound(sdp, manner) {
  const sections = sdp.split(/(?=^m=)/m);
  return sections.map((section) => (section.startsWith("m=audio ") ? amendSection(section, manner) : section)).join("");
}

/**
 * @param {string} section
 * @param {Manner} manner
 */
function amendSection(section, { thin, red }) {
  const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
  if (opus === undefined) return section;
  let amended = section.replace(new RegExp(`^(a=fmtp:${opus} )([^\\r\\n]*)`, "m"), (_, head, rest) => head + wishes(rest));
  if (thin) amended = amended.replace(/^a=(?:max)?ptime:\d+\r?\n/gm, "").replace(/^a=rtpmap:/m, "a=ptime:60\r\na=rtpmap:");
  const double = /^a=rtpmap:(\d+) red\/48000/im.exec(section)?.[1];
  if (double !== undefined) amended = putFirst(amended, red ? double : opus);
  return amended;
}

/** @param {string} parameters of Opus */
function wishes(parameters) {
  const kept = parameters.split(";").filter((one) => !/^\s*(usedtx|useinbandfec)=/.test(one));
  return [...kept, "useinbandfec=1", "usedtx=1"].join(";");
}

/**
 * @param {string} section
 * @param {string} payload
 */
function putFirst(section, payload) {
  return section.replace(/^(m=audio \d+ \S+) ([\d ]+)/, (_, head, list) => {
    const others = list.trim().split(" ").filter((/** @type {string} */ one) => one !== payload);
    return `${head} ${[payload, ...others].join(" ")}`;
  });
}
