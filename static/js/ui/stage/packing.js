/** Packs pictures into a box: in rows of one height or columns of one width, each picture in a shape near its own. */

/**
 * least, most: the narrowest and the widest shape (width ÷ height) in which the picture may be shown; best: its own shape.
 * @typedef {{id: string, best: number, least: number, most: number}} Item
 */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect CSS px */
/** @typedef {{rects: Map<string, Rect>, width: number, height: number}} Packing the rectangles begin at 0, 0 */

/** @type {Packing} */
const NOTHING = Object.freeze({ rects: new Map(), width: 0, height: 0 });

/**
 * Returns every balanced way to pack the items, in order. All fit into the box and none has overlaps.
 * @param {Item[]} items @param {{width: number, height: number}} box CSS px @param {number} gap CSS px @returns {Packing[]}
 */
export function packings(items, { width, height }, gap) {
  if (items.length === 0) return [NOTHING];
  const turned = items.map(({ id, best, least, most }) => ({ id, best: 1 / best, least: 1 / most, most: 1 / least }));
  /** @type {Packing[]} */
  const found = [];
  for (let lines = 1; lines <= items.length; lines += 1) {
    for (const counts of balanced(items.length, lines)) {
      found.push(packRows(items, counts, { width, height }, gap));
      if (lines < items.length && lines > 1) found.push(turn(packRows(turned, counts, { width: height, height: width }, gap)));
    }
  }
  return found.filter(({ rects }) => rects.size > 0);
}

/** Returns how many items each line gets: lines differ by one at most. @param {number} count @param {number} lines @returns {number[][]} */
function balanced(count, lines) {
  const [few, longer] = [Math.floor(count / lines), count % lines];
  const last = Array.from({ length: lines }, (_, line) => few + Number(line >= lines - longer));
  return longer === 0 ? [last] : [last.toReversed(), last];
}

/** @param {Item[]} items @param {number[]} counts of each row @param {{width: number, height: number}} box @param {number} gap @returns {Packing} */
function packRows(items, counts, box, gap) {
  let from = 0;
  const rows = counts.map((count) => items.slice(from, (from += count)));
  const heights = rows.map((row) => (box.width - gap * (row.length - 1)) / sum(row, ({ least }) => least));
  const height = Math.floor(Math.min((box.height - gap * (rows.length - 1)) / rows.length, ...heights));
  if (height < 1) return NOTHING;
  const widths = rows.map((row) => shareOut(row, height, box.width - gap * (row.length - 1)));
  const lengths = widths.map((row) => sum(row, (width) => width) + gap * (row.length - 1));
  const width = Math.max(...lengths);
  /** @type {Map<string, Rect>} */
  const rects = new Map();
  rows.forEach((row, index) => {
    let x = Math.floor((width - (lengths[index] ?? 0)) / 2);
    row.forEach(({ id }, place) => {
      const own = widths[index]?.[place] ?? 0;
      rects.set(id, { x, y: index * (height + gap), width: own, height });
      x += own + gap;
    });
  });
  return { rects, width, height: height * rows.length + gap * (rows.length - 1) };
}

/**
 * Shares a width out among pictures of one height: in proportion to their shapes, and none beyond its limits.
 * @param {Item[]} row @param {number} height @param {number} width @returns {number[]} CSS px
 */
function shareOut(row, height, width) {
  /** @type {(number | null)[]} */
  const settled = row.map(() => null);
  // In each round, those that reach a limit are settled: at most one round for each.
  for (;;) {
    const [left, shapes] = row.reduce(([px, best], item, at) => (settled[at] === null ? [px, best + item.best] : [px - (settled[at] ?? 0), best]), [width, 0]);
    const scale = shapes > 0 ? left / shapes : 0;
    const widths = row.map((item, at) => settled[at] ?? Math.min(Math.max(item.best * scale, item.least * height), item.most * height));
    const excess = sum(widths, (own) => own) - width;
    const reached = row.findIndex(({ least, most }, at) => settled[at] === null && widths[at] === (excess > 0 ? least : most) * height);
    if (Math.abs(excess) < 0.5 || reached < 0) return widths.map(Math.floor);
    row.forEach(({ least, most }, at) => {
      if (settled[at] === null && widths[at] === (excess > 0 ? least : most) * height) settled[at] = widths[at] ?? 0;
    });
  }
}

/** @param {Packing} packing with width and height exchanged @returns {Packing} */
function turn({ rects, width, height }) {
  const turned = [...rects].map(([id, rect]) => /** @type {const} */ ([id, { x: rect.y, y: rect.x, width: rect.height, height: rect.width }]));
  return { rects: new Map(turned), width: height, height: width };
}

/** @template T @param {T[]} values @param {(value: T) => number} of @returns {number} */
function sum(values, of) {
  return values.reduce((total, value) => total + of(value), 0);
}
