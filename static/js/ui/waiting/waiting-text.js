/** What the list of waiting files says of one transfer, and what a person can do with it. */

import { formatMoment, formatRecent, formatSize } from "../lib/formats.js";

/** @import { WaitingItem } from "../../waiting/waiting-items.js" */
/** @import { text } from "../lib/page.js" */
/** @typedef {typeof text} Words */
/** @typedef {"receive" | "retry" | "take-back" | "decline" | "hide"} WaitingAction */

/** Problems that have a sentence of their own. @type {readonly string[]} */
const PROBLEMS = Object.freeze(["storage", "full", "unreadable"]);

/** @param {WaitingItem} item @param {Words} words @param {Date} [now] @returns {{who: string, what: string, state: string, actions: WaitingAction[]}} */
export function waitingText(item, words, now = new Date()) {
  const { direction, record, transfer } = item;
  const name = item.name || words("waiting.someone");
  const since = formatRecent(new Date(item.since), now);
  const sized = transfer ?? record;
  const what = sized === null ? "" : sized.count === 1 ? nameOf(item) : words("waiting.files", { count: sized.count });
  const size = sized === null ? "" : formatSize(sized.bytes);
  const values = { name, since, size, until: record ? formatMoment(record.until) : "" };
  const said = stateOf(item);
  const state = transfer && said === "running" ? words("waiting.running", { ...values, moved: formatSize(transfer.moved) }) : words(`waiting.${said}`, values);
  return { who: words(`waiting.who.${direction}`, { name }), what: what && words("waiting.what", { what, size }), state, actions: actionsOf(item) };
}

/** @param {WaitingItem} item */
function nameOf({ record, transfer }) {
  return transfer?.entries[0].head.name ?? record?.first ?? "";
}

/** The end of a key of the texts. @param {WaitingItem} item */
function stateOf({ direction, record, transfer, inCall }) {
  if (record !== null && record.outcome !== "") return `over.${record.outcome}`;
  if (transfer?.state === "done") return "received";
  if (transfer?.state === "offered") return `offered.${direction}`;
  if (transfer && !transfer.isOver) return inCall ? "in-call" : "running";
  if (direction === "in") return "in";
  if (record === null) return "elsewhere";
  if (record.problem !== "") return `problem.${PROBLEMS.includes(record.problem) ? record.problem : "other"}`;
  return record.row === "new" ? "unannounced" : "out";
}

/** @param {WaitingItem} item @returns {WaitingAction[]} */
function actionsOf({ direction, record, transfer }) {
  if (record !== null && record.outcome !== "") return ["hide"];
  if (transfer?.state === "done") return ["hide"];
  if (direction === "out") return record && record.problem !== "" ? ["retry", "take-back"] : ["take-back"];
  return transfer?.state === "offered" ? ["receive", "decline"] : ["decline"];
}
