/**
 * The report of a connection test as text, to be sent to whoever is asked for help. It names no internet address unless the
 * person wants it to.
 */

/** @typedef {{title: string, state: string, words: string}} Line */

const NUMBER_4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const NUMBER_6 = /(?<![0-9a-f:])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,}(?:%\w+)?(?![0-9a-f:])/gi;

/**
 * Writes it.
 * @param {object} report
 * @param {string} report.title
 * @param {Date} report.at
 * @param {string} report.browser
 * @param {string} report.sum
 * @param {readonly Line[]} report.lines
 * @param {readonly string[] | null} report.addresses seen from outside; null: they are not to be named
 * @param {string} report.addressesTitle
 * @returns {string}
 */
export function writeReport({ title, at, browser, sum, lines, addresses, addressesTitle }) {
  const when = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const body = [sum, "", ...lines.map((line) => `${line.title}: ${line.state}. ${line.words}`)].map(withoutAddresses);
  const seen = addresses === null ? [] : ["", `${addressesTitle}: ${[...new Set(addresses)].join(", ") || "–"}`];
  return [title, when, browser, "", ...body, ...seen, ""].join("\n");
}

/** Takes every IP address out of a text. @param {string} words @returns {string} */
export function withoutAddresses(words) {
  return words.replace(NUMBER_4, "…").replace(NUMBER_6, "…");
}

/**
 * Names a browser and its system, without more than is needed to help.
 * @param {string} agent
 * @returns {string} "Firefox 128, Windows"
 */
export function browserName(agent) {
  const known = [/(Firefox)\/(\d+)/, /(Edg)\/(\d+)/, /(OPR)\/(\d+)/, /(Chrom(?:e|ium))\/(\d+)/, /Version\/(\d+).* (Safari)/];
  const match = known.map((pattern) => pattern.exec(agent)).find((found) => found !== null);
  const parts = match ? (match[2] === "Safari" ? ["Safari", match[1]] : [match[1] === "Edg" ? "Edge" : match[1], match[2]]) : ["?"];
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "?";
  return `${parts.join(" ")}, ${system}`;
}
