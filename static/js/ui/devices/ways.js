/** Which browser and system a text about permissions has to fit: each has its own way to allow a device. */

/**
 * The most specific first. safari-phone: Safari on an iPhone or iPad; other-iphone: another browser there.
 * @typedef {"firefox" | "safari" | "safari-phone" | "other-iphone" | "android" | "mac" | "windows" | "iphone"} Way
 */

/** @param {{userAgent?: string, maxTouchPoints?: number}} browser as `navigator` @returns {Way[]} empty: Chromium on another system */
export function waysOf({ userAgent = "", maxTouchPoints = 0 }) {
  // An iPad calls itself a Macintosh, but no Macintosh has a touch screen.
  const mac = /Macintosh/.test(userAgent);
  if (/iPhone|iPad|iPod/.test(userAgent) || (mac && maxTouchPoints > 1)) {
    return [/CriOS|FxiOS|EdgiOS|OPiOS|OPT\/|DuckDuckGo/.test(userAgent) ? "other-iphone" : "safari-phone", "iphone"];
  }
  if (/Android/.test(userAgent)) return ["android"];
  /** @type {Way[]} */
  const browser = /Firefox\//.test(userAgent) ? ["firefox"] : /Safari\//.test(userAgent) && !/Chrom(e|ium)\//.test(userAgent) ? ["safari"] : [];
  return [...browser, .../** @type {Way[]} */ (mac ? ["mac"] : /Windows/.test(userAgent) ? ["windows"] : [])];
}
