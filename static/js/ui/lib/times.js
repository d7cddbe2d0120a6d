/** Times in the reader's language and time zone. */

const UNITS = /** @type {const} */ ([
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
]);

/** Shows every `<time data-local>` in local time; `data-local="date"`: only the date. @param {ParentNode} root */
export function localizeTimes(root) {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-local]"))) {
    time.textContent = (time.dataset.local === "date" ? day : moment).format(new Date(time.dateTime));
  }
}

/** Formats a duration in its largest unit: "3 hours". @param {number} ms @returns {string} */
export function span(ms) {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? UNITS[3];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  const format = new Intl.NumberFormat(document.documentElement.lang, /** @type {Intl.NumberFormatOptions} */ (style));
  return format.format(Math.floor(ms / size));
}

/** Formats how long ago something was: "2 days ago". @param {number} ms @returns {string} */
export function ago(ms) {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? UNITS[3];
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  return format.format(-Math.floor(ms / size), unit);
}
