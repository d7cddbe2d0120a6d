/**
 * Tells inputs that bring back what the computer plays, or what another program makes, from real microphones and cameras, by label.
 *
 * A *monitor* is what PulseAudio and PipeWire list for every output, and Firefox shows among the microphones. No one chose to have
 * it, and with it the others hear themselves: it is not listed, unless the person has chosen this very one before.
 *
 * A *virtual* device was installed or switched on by a person, for a purpose (Stereo Mix, BlackHole, VB-Cable, OBS): it is listed and
 * can be chosen, also as the default of the system. It is never offered, nor opened in place of a device that is gone: what
 * it delivers is not what the person was sending.
 */

/** @typedef {Pick<MediaDeviceInfo, "kind" | "label">} Input */

/** "Monitor of …", also where the sound server translates it. Both words: "Monitor Microphone" is in a screen's frame. */
const MONITOR_OF = /^(monitor|moniteur|övervakare|overvåger|monitör)\s+(of|von|vom|der|des|de|du|do|da|del|van|från|av|af)\s/i;
const MONITOR_WORD = /monitor|moniteur|övervak|overvåg|monitör|монитор|монітор|παρακολούθηση|モニター|监视|監視|監聽|监听|모니터/i;
/** The name of the source itself, where there is no description. */
const MONITOR_SOURCE = /\.monitor$/i;

const VIRTUAL =
  /stereo ?mix|what u hear|wave ?out mix|mixagem est[eé]reo|mixage st[eé]r[eé]o|mezcla est[eé]reo|stereomix|blackhole|soundflower|loopback|vb-?audio|vb-?cable|cable output|voicemeeter|virtual|obs[- ]camera|snap camera|manycam|ndi (webcam|video)/i;

/** @param {Input} device @param {readonly Input[]} devices all that are connected @returns {boolean} */
export function isMonitor({ kind, label }, devices) {
  if (kind !== "audioinput") return false;
  if (MONITOR_SOURCE.test(label) || MONITOR_OF.test(label)) return true;
  // In a language that is not listed: the word, and the whole name of an output.
  return MONITOR_WORD.test(label) && devices.some((other) => isOutputIn(label, other));
}

/** Whether `isMonitor` needs the list of devices to be sure. @param {string} label */
export function mayBeMonitor(label) {
  return MONITOR_WORD.test(label);
}

/** @param {Input} device @returns {boolean} */
export function isVirtual({ label }) {
  return VIRTUAL.test(label);
}

/** @param {string} label @param {Input} output */
function isOutputIn(label, { kind, label: name }) {
  const rest = kind === "audiooutput" && name !== "" && label !== name && label.includes(name) ? label.replace(name, "") : "";
  return MONITOR_WORD.test(rest);
}
