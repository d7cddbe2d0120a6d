/**
 * How many columns let n tiles cover the most of a box.
 *
 * @module
 */

/** @typedef {{columns: number, width: number, height: number}} GridShape sizes in CSS pixels */

const WIDEST = 16 / 9;

/**
 * Finds the best grid. A tile is at most 16:9 wide and, in an upright box, may be upright too (down to 3:4), so that a phone is
 * filled instead of striped.
 *
 * @param {number} count tiles, at least 1
 * @param {number} width of the box, px
 * @param {number} height of the box, px
 * @param {number} gap between tiles, px
 * @returns {GridShape}
 */
export function bestGrid(count, width, height, gap) {
  const narrowest = height > width ? 3 / 4 : 4 / 3;
  /** @type {GridShape} */
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    const tileWidth = Math.min(cellWidth, cellHeight * WIDEST);
    const tileHeight = Math.min(cellHeight, tileWidth / narrowest);
    if (tileWidth * tileHeight > best.width * best.height) {
      best = { columns, width: Math.floor(tileWidth), height: Math.floor(tileHeight) };
    }
  }
  return best;
}
