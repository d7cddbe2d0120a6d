/** Finds the number of columns with which n tiles cover most of a box. */

/** @typedef {{columns: number, width: number, height: number}} GridShape sizes in CSS pixels */

/** Ratios of width to height: of a single tile, which may fill nearly any stage, and of tiles in a tall and a wide box. */
const ALONE = { narrowest: 1 / 2, widest: 2.2 };
const UPRIGHT = { narrowest: 9 / 16, widest: 16 / 9 };
const LYING = { narrowest: 4 / 3, widest: 16 / 9 };

/**
 * Finds the best grid, sizes in px. In a tall box tiles may be tall too, so that they fill a phone's screen.
 * @param {number} count at least 1 @param {number} width @param {number} height @param {number} gap @returns {GridShape}
 */
export function bestGrid(count, width, height, gap) {
  const { narrowest, widest } = count === 1 ? ALONE : height > width ? UPRIGHT : LYING;
  /** @type {GridShape} */
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const tileWidth = Math.min(cellWidth, cellHeight * widest);
    const tileHeight = Math.min(cellHeight, tileWidth / narrowest);
    if (tileWidth * tileHeight > best.width * best.height) {
      best = { columns, width: Math.floor(tileWidth), height: Math.floor(tileHeight) };
    }
  }
  return best;
}
