/** Names come from strangers, over the network and in links: they are cleaned before anything shows them. */

const MAX_NAME_CHARACTERS = 60;
const MAX_INPUT_CHARACTERS = 4096;
/** As in common/text.py: control, invisible and text-direction characters, but not the joiners that words and emoji need. */
const HIDDEN = /(?![\u200c\u200d])\p{C}|[\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/**
 * One line, up to 60 characters or another number, none that hide or redirect the text around it (Unicode TR36 §3). Possibly empty.
 * @param {unknown} name @param {number} [most] characters, as people count @returns {string}
 */
export function cleanName(name, most = MAX_NAME_CHARACTERS) {
  if (typeof name !== "string") return "";
  const visible = name
    .slice(0, MAX_INPUT_CHARACTERS)
    .normalize("NFC")
    .replace(/\s+/gu, " ")
    .replace(HIDDEN, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .trim();
  const kept = [...visible].slice(0, most).join("").trim();
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(kept) ? kept : "";
}
