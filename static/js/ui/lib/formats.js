/**
 * What each country writes in its own way: dates, times, numbers, plurals. No other module formats them.
 *
 * Figures and dates are written as in the reader's languages, those of the browser. Words, such as "2 days ago", are in the
 * page's language, because they stand in its sentences. Times are in the zone that a person has chosen, or the browser's.
 */

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const MOMENT = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
const DAY = /** @type {const} */ ({ dateStyle: "medium" });
const NUMERIC_DAY = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit" });
const CLOCK = /** @type {const} */ ({ timeStyle: "short" });
const UNTIL = /** @type {const} */ ({ weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" });
const EXACT = /** @type {const} */ ({ dateStyle: "full", timeStyle: "long" });

/** Longer ago, the date says more. */
const MAX_DAYS_AGO = 13;

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Formats a moment: "22.11.2026, 16:56". @param {number | Date} at @returns {string} */
export function formatMoment(at) {
  return dates(MOMENT).format(at);
}

/** Formats the time of the day, and the day too unless it is today. @param {Date} at @param {Date} [now] @returns {string} */
export function formatRecent(at, now = new Date()) {
  return dates(DAY).format(at) === dates(DAY).format(now) ? formatClock(at) : formatMoment(at);
}

/** Formats the time of the day: "16:56". @param {number | Date} at @returns {string} */
export function formatClock(at) {
  return dates(CLOCK).format(at);
}

/** Formats a moment of the next days for a sentence: "Friday, 27 November at 16:56". @param {number | Date} at @returns {string} */
export function formatUntil(at) {
  return dates(UNTIL, [wordLocale()]).format(at);
}

/** @param {number} value @returns {string} with at most three decimals, grouped from 10,000 on */
export function formatNumber(value) {
  return figures({ useGrouping: /** @type {any} */ ("min2") }).format(value);
}

/** @param {number} part 0 to 1 @param {number} [decimals] @returns {string} */
export function formatPercent(part, decimals = 0) {
  return figures({ style: "percent", maximumFractionDigits: decimals }).format(part);
}

/** Formats a number of bytes: "3.4 MB". @param {number} bytes @returns {string} */
export function formatSize(bytes) {
  let [value, unit] = [Math.max(0, bytes), 0];
  while (value >= 999.5 && unit < BYTES.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  if (unit === 0) return words({ style: "unit", unit: "byte", unitDisplay: "long", maximumFractionDigits: 0 }).format(value);
  return figures({ style: "unit", unit: BYTES[unit], unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

/**
 * Formats a duration, rounded to its nearest unit: "3 hours". A unit is used from two on, and for exactly one.
 * @param {number} ms @param {"long" | "short"} [unitDisplay] short: "3 hrs" @returns {string}
 */
export function formatDuration(ms, unitDisplay = "long") {
  const [unit, count] = roundDuration(ms);
  return words({ style: "unit", unit, unitDisplay }).format(count);
}

/** Formats how long ago something was: "2 days ago". @param {number} ms negative: in the future @returns {string} */
export function formatAgo(ms) {
  const [unit, count] = roundDuration(Math.abs(ms));
  const format = new Intl.RelativeTimeFormat(wordLocale(), { numeric: count === 0 ? "auto" : "always" });
  return format.format(ms < 0 ? count : -count, unit);
}

/** Names the day: "today", "yesterday", "5 days ago", or the date. @param {number | Date} at @param {number | Date} [now] @returns {string} */
export function formatDay(at, now = Date.now()) {
  const days = dayNumber(now) - dayNumber(at);
  if (days < 0 || days > MAX_DAYS_AGO) return dates(DAY).format(at);
  return new Intl.RelativeTimeFormat(wordLocale(), { numeric: "auto" }).format(-days, "day");
}

/** Lists people: "Max, Mia and 2 others". @param {string[]} parts @returns {string} */
export function formatPeople(parts) {
  return new Intl.ListFormat(wordLocale(), { type: "conjunction" }).format(parts);
}

/** Lists what belongs together, without "and". @param {string[]} parts @returns {string} */
export function formatList(parts) {
  return new Intl.ListFormat(wordLocale(), { type: "unit", style: "short" }).format(parts);
}

/** Lists people in a sentence of the page: "Olga, Max and Ada". @param {string[]} names @returns {string} */
export function formatNames(names) {
  return new Intl.ListFormat(pageLanguage(), { type: "conjunction" }).format(names);
}

/** The form of a word that goes with a number in the page's language. @param {number} count @returns {Intl.LDMLPluralRule} */
export function pluralForm(count) {
  return new Intl.PluralRules(pageLanguage()).select(count);
}

/** The IANA name of the browser's time zone; undefined in a browser that does not know it. @returns {string | undefined} */
export function browserZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Writes the times and numbers of the page, which the server marks with `data-local`, in the reader's way. @param {ParentNode} root */
export function localize(root) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-local]"))) showTime(time);
  for (const data of /** @type {NodeListOf<HTMLDataElement>} */ (root.querySelectorAll("data[data-local]"))) {
    data.textContent = formatNumber(Number(data.value));
  }
}

/** @param {HTMLTimeElement} time */
function showTime(time) {
  const at = new Date(time.dateTime);
  const style = time.dataset.local;
  time.title = dates(EXACT).format(at);
  if (style === "day") time.textContent = formatDay(at);
  else time.textContent = style === "ago" ? formatAgo(Date.now() - at.getTime()) : dates(style === "date" ? DAY : MOMENT).format(at);
}

/** @param {number} ms @returns {["day" | "hour" | "minute" | "second", number]} */
function roundDuration(ms) {
  const [days, hours, minutes] = [DAY_MS, HOUR_MS, MINUTE_MS].map((unit) => Math.round(ms / unit));
  if (hours === 24 || hours >= 48) return ["day", days];
  if (minutes === 60 || minutes >= 120) return ["hour", hours];
  const seconds = Math.round(ms / SECOND_MS);
  return seconds === 60 || seconds >= 120 ? ["minute", minutes] : ["second", seconds];
}

/** @param {Intl.DateTimeFormatOptions} style @param {string[]} [locales] */
function dates(style, locales = readerLocales()) {
  const zone = globalThis.document?.querySelector("[data-chosen-zone]")?.getAttribute("data-chosen-zone") ?? undefined;
  try {
    return new Intl.DateTimeFormat(locales, { ...style, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(locales, style); // an older browser, which does not know the zone
  }
}

/** Counts days, each from midnight to midnight in the reader's zone. @param {number | Date} at */
function dayNumber(at) {
  const [year, month, day] = dates(NUMERIC_DAY, ["en-CA-u-ca-gregory-nu-latn"]).format(at).split("-").map(Number);
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** @param {Intl.NumberFormatOptions} style */
function figures(style) {
  return new Intl.NumberFormat(readerLocales(), style);
}

/** @param {Intl.NumberFormatOptions} style */
function words(style) {
  return new Intl.NumberFormat(wordLocale(), style);
}

/** The browser's languages, without what is not a language tag ("en-US@posix"). @returns {string[]} */
function readerLocales() {
  return [...(globalThis.navigator?.languages ?? [])].filter((tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length > 0;
    } catch {
      return false;
    }
  });
}

/** The page's language, as in the reader's country if the browser names it. */
function wordLocale() {
  const language = pageLanguage();
  return readerLocales().find((tag) => tag.split("-")[0] === language.split("-")[0]) ?? language;
}

function pageLanguage() {
  return globalThis.document?.documentElement?.lang || "en";
}
