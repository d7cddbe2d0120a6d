/**
 * The few marks of Markdown that people type: code, bold, italic, struck out, lists and quotes. What comes out is a flat description
 * of blocks and spans, of bounded depth, never HTML; what is no mark stays as it was written.
 */

import { findLinks } from "./links.js";

/** @typedef {{text: string, href?: string, host?: string, code?: true, strong?: true, em?: true, struck?: true}} Span href and host as in `Piece` */
/** @typedef {"strong" | "em" | "struck"} Style */
/**
 * @typedef {{kind: "text" | "quote", spans: Span[]} | {kind: "code", text: string}
 *   | {kind: "list", start: number | null, items: Span[][]}} Block text and quote: lines end with "\n"; start: null for bullets
 */

const FENCE = /^ {0,3}```[\w+#.-]{0,20}$/;
const FENCE_END = /^ {0,3}```$/;
const BULLET = /^ {0,3}[-*+•] +(\S.*)$/;
const NUMBER = /^ {0,3}(\d{1,4})[.)] +(\S.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const MARKS = /** @type {Readonly<Record<string, Style>>} */ (Object.freeze({ "**": "strong", __: "strong", "*": "em", _: "em", "~~": "struck" }));
const RUN = /\*+|_+|~+/g;
const CODE = /(?<!`)(`{1,2})(?!`)(.*?[^`])\1(?!`)/g;

/** @param {string} text @returns {Block[]} */
export function parseMarkdown(text) {
  const lines = text.split("\n");
  /** @type {Block[]} */
  const blocks = [];
  for (let at = 0; at < lines.length; ) {
    const fenced = fenceAt(lines, at);
    if (fenced !== null) {
      blocks.push({ kind: "code", text: lines.slice(at + 1, fenced).join("\n") });
      at = fenced + 1;
    } else {
      addLine(blocks, lines[at]);
      at += 1;
    }
  }
  return blocks.filter((block) => block.kind !== "text" || block.spans.some((span) => span.text.trim() !== ""));
}

/** @param {string[]} lines @param {number} at @returns {number | null} where the code that begins there ends */
function fenceAt(lines, at) {
  if (!FENCE.test(lines[at])) return null;
  const end = lines.findIndex((line, index) => index > at + 1 && FENCE_END.test(line));
  return end === -1 ? null : end;
}

/** @param {Block[]} blocks @param {string} line */
function addLine(blocks, line) {
  const last = blocks.at(-1);
  const [bullet, number, quote] = [BULLET, NUMBER, QUOTE].map((pattern) => pattern.exec(line));
  if (bullet || number) {
    const item = parseSpans(bullet?.[1] ?? number?.[2] ?? "");
    const start = number ? Number(number[1]) : null;
    if (last?.kind === "list" && (last.start === null) === (start === null)) last.items.push(item);
    else blocks.push({ kind: "list", start, items: [item] });
    return;
  }
  const kind = quote ? "quote" : "text";
  const spans = parseSpans(quote ? quote[1] : line);
  if (last?.kind === kind) last.spans.push({ text: "\n" }, ...spans);
  else blocks.push({ kind, spans });
}

/** @param {string} line @returns {Span[]} together, without the marks, the line */
export function parseSpans(line) {
  /** @type {{at: number, end: number, span: Span}[]} */
  const fixed = [];
  for (const found of line.matchAll(CODE)) fixed.push({ at: found.index, end: found.index + found[0].length, span: { text: found[2], code: true } });
  const free = blank(line, fixed);
  let at = 0;
  for (const piece of findLinks(free)) {
    if (piece.href !== undefined) fixed.push({ at, end: at + piece.text.length, span: piece });
    at += piece.text.length;
  }
  const styles = findStyles(blank(line, fixed));
  return cut(line, fixed, styles);
}

/** What has its meaning already hides no marks. @param {string} line @param {{at: number, end: number}[]} ranges */
function blank(line, ranges) {
  const units = line.split("");
  for (const { at, end } of ranges) units.fill("\0", at, end);
  return units.join("");
}

/** @param {string} line @returns {{style: Style, opening: number, closing: number, length: number}[]} pairs of marks */
function findStyles(line) {
  /** @type {{mark: string, at: number}[]} each mark once at most */
  const open = [];
  const pairs = [];
  for (const { 0: mark, index } of line.matchAll(RUN)) {
    const style = MARKS[mark];
    if (style === undefined) continue;
    const [before, after] = [line[index - 1] ?? " ", line[index + mark.length] ?? " "];
    const depth = open.findLastIndex((one) => one.mark === mark);
    if (depth >= 0 && /\S/.test(before) && !/[\p{L}\p{N}]/u.test(after)) {
      pairs.push({ style, opening: open[depth].at, closing: index, length: mark.length });
      open.splice(depth);
    } else if (depth < 0 && /\S/.test(after) && !/[\p{L}\p{N}]/u.test(before)) open.push({ mark, at: index });
  }
  return pairs;
}

/** @param {string} line @param {{at: number, end: number, span: Span}[]} fixed @param {ReturnType<typeof findStyles>} styles @returns {Span[]} */
function cut(line, fixed, styles) {
  const hidden = styles.flatMap(({ opening, closing, length }) => [{ at: opening, end: opening + length }, { at: closing, end: closing + length }]);
  const edges = [0, line.length, ...[...fixed, ...hidden].flatMap(({ at, end }) => [at, end])];
  const sorted = [...new Set(edges)].sort((one, other) => one - other);
  const [marks, given] = [new Set(hidden.map(({ at }) => at)), new Map(fixed.map(({ at, span }) => [at, span]))];
  const waiting = styles.toSorted((one, other) => other.opening - one.opening);
  /** Few at a time: no mark is within itself. @type {typeof styles} */
  let open = [];
  /** @type {Span[]} */
  const spans = [];
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const [at, end] = [sorted[index], sorted[index + 1]];
    while (waiting.length > 0 && waiting[waiting.length - 1].opening < at) open.push(/** @type {typeof open[number]} */ (waiting.pop()));
    open = open.filter(({ closing }) => at < closing);
    if (marks.has(at)) continue;
    const style = Object.fromEntries(open.map((one) => [one.style, true]));
    spans.push({ ...(given.get(at) ?? { text: line.slice(at, end) }), ...style });
  }
  return spans;
}
