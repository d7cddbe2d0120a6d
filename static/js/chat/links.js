/** Finds http and https links in a text. A link is shown as it was written and leads where it says. */

/**
 * @typedef {{text: string, href?: string, host?: string}} Piece text: as it was written; href: where it leads, normalized; host:
 *   in punycode, where that differs from the text
 */

const MAX_LINK_CHARACTERS = 2_048;
/** Ends at a space, quote, invisible character or change of direction: what follows could pretend to be another address. */
const CANDIDATE =
  /\bhttps?:\/\/[^\s<>"`{}|\\^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zs}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]+/giu;
const PAIRS = /** @type {Readonly<Record<string, string>>} */ ({ ")": "(", "]": "[" });

/** The pieces together are the text. @param {string} text @returns {Piece[]} */
export function findLinks(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(CANDIDATE)) {
    const written = withoutEnd(found);
    const target = readLink(written);
    if (target === null) continue;
    if (index > done) pieces.push({ text: text.slice(done, index) });
    pieces.push({ text: written, ...target });
    done = index + written.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

/** @param {string} written @returns {{href: string, host?: string} | null} null when it cannot be shown honestly */
function readLink(written) {
  if (written.length > MAX_LINK_CHARACTERS || !URL.canParse(written)) return null;
  const { host, href } = new URL(written);
  const shown = /^https?:\/\/([^/?#]*)/iu.exec(written)?.[1] ?? "";
  // What comes before an @ looks like the host and is not.
  if (shown.includes("@")) return null;
  const same = shown.toLowerCase().replace(/:(80|443)?$/, "") === host.replace(/:(80|443)$/, "");
  return same ? { href } : { href, host };
}

/** Leaves out what belongs to the sentence: a full stop, or a bracket that was opened before the link. @param {string} link */
function withoutEnd(link) {
  let end = link.length;
  /** Of what is left. */
  const counts = new Map(Object.entries(PAIRS).flat().map((bracket) => [bracket, count(link, bracket)]));
  const countOf = (/** @type {string} */ bracket) => counts.get(bracket) ?? 0;
  while (end > 0) {
    const last = /** @type {string} */ (link[end - 1]);
    const opening = PAIRS[last];
    if (opening === undefined ? !/[.,;:!?'*_~»“”’]/u.test(last) : countOf(opening) >= countOf(last)) break;
    if (opening !== undefined) counts.set(last, countOf(last) - 1);
    end -= 1;
  }
  return link.slice(0, end);
}

/** @param {string} text @param {string} character */
function count(text, character) {
  return text.split(character).length - 1;
}
