/** The report of a connection test as text, for support. IP addresses are only included on request. */

/** @typedef {{title: string, state: string, words: string}} Line */

const NUMBER_4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const NUMBER_6 = /(?<![0-9a-f:])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,}(?:%\w+)?(?![0-9a-f:])/gi;

/**
 * @param {object} report @param {string} report.title @param {Date} report.at @param {string} report.browser
 * @param {string} report.sum @param {readonly Line[]} report.lines @param {string} report.addressesTitle
 * @param {readonly string[] | null} report.addresses public ones; null: leave them out
 * @returns {string}
 */
export function writeReport({ title, at, browser, sum, lines, addresses, addressesTitle }) {
  const when = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const body = [sum, "", ...lines.map((line) => `${line.title}: ${line.state}. ${line.words}`)].map(withoutAddresses);
  const seen = addresses === null ? [] : ["", `${addressesTitle}: ${[...new Set(addresses)].join(", ") || "–"}`];
  return [title, when, browser, "", ...body, ...seen, ""].join("\n");
}

/** Removes IP addresses. @param {string} words @returns {string} */
export function withoutAddresses(words) {
  return words.replace(NUMBER_4, "…").replace(NUMBER_6, "…");
}

/** Names browser and system, and nothing else. @param {string} agent @returns {string} "Firefox 128, Windows" */
export function browserName(agent) {
  const known = [/(Firefox)\/(\d+)/, /(Edg)\/(\d+)/, /(OPR)\/(\d+)/, /(Chrom(?:e|ium))\/(\d+)/, /Version\/(\d+).* (Safari)/];
  const match = known.map((pattern) => pattern.exec(agent)).find((found) => found !== null);
  const parts = match ? (match[2] === "Safari" ? ["Safari", match[1]] : [match[1] === "Edg" ? "Edge" : match[1], match[2]]) : ["?"];
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "?";
  return `${parts.join(" ")}, ${system}`;
}
