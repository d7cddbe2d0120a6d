/** What a transfer's line says: on both sides only what that side knows to be true. */

import { commonPlace } from "../../files/save/picked-folder.js";
import { formatDuration, formatNumber, formatSize } from "../lib/formats.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Progress } from "./progress.js" */
/** @typedef {[key: string, values?: Record<string, string | number>]} Part a text of the template */
/**
 * @typedef {object} View
 * @property {Progress} progress @property {boolean} isConnected false: the connection to the person is interrupted
 * @property {{bytes: number, elsewhere: boolean}} [space] in this browser; elsewhere: it can write to other places, too
 * @property {number | null} saving bytes that the browser has taken so far, while files are being saved
 * @property {string} place where this person saved the files, if they chose it
 */

/** @param {Transfer} transfer @param {View} view @returns {Part[]} to be shown one after the other */
export function statusOf(transfer, view) {
  const { state, bytes, moved } = transfer;
  const size = formatSize(bytes);
  if (state === "offered") return [offerPart(transfer, view, size)];
  if (view.saving !== null) return [["files.state.saving", { moved: formatSize(view.saving), size }]];
  if (transfer.isOver) return endParts(transfer, view, size);
  const failed = transfer.failures.length;
  return [
    ["files.state.moved", { moved: formatSize(moved), size }],
    ...(failed > 0 ? [/** @type {Part} */ (["files.state.failed-so-far", { failed: formatNumber(failed) }])] : []),
    ...(transfer.isPaused ? [/** @type {Part} */ ([`files.state.${state}`])] : []),
    ...movementParts(transfer, view),
  ];
}

/** @param {Transfer} transfer @param {View} view @param {string} size @returns {Part} */
function offerPart({ direction, bytes, away, again }, { space }, size) {
  if (away) return [`files.state.offered.${direction}.away`, { size }];
  if (direction === "in" && space && space.bytes < bytes) {
    return [space.elsewhere ? "files.state.large" : "files.state.larger", { size, room: formatSize(space.bytes) }];
  }
  return [direction === "out" && again ? "files.state.offered.again" : `files.state.offered.${direction}`, { size }];
}

/** How it goes on. @param {Transfer} transfer @param {View} view @returns {Part[]} */
function movementParts(transfer, { progress, isConnected }) {
  const { away, lost, isPaused, entries, bytes, moved, count } = transfer;
  if (lost) return [[`files.state.lost.${count === 1 ? "one" : "many"}`]];
  if (away) return [["files.state.away"]];
  if (isPaused) return [];
  const { rate, stalledMs } = progress;
  if (!isConnected && (stalledMs > 0 || rate === 0)) return [["files.state.away"]];
  if (entries.every(({ status }) => status === "ending" || status === "done" || status === "failed")) return [["files.state.checking"]];
  if (stalledMs > 0) return [["files.state.stalled", { time: formatDuration(stalledMs, "short") }]];
  if (rate === 0) return [];
  const left = formatDuration(Math.max(1_000, ((bytes - moved) / rate) * 1_000), "short");
  return [["files.state.speed", { speed: formatSize(rate), left }]];
}

/** @param {Transfer} transfer @param {View} view @param {string} size @returns {Part[]} */
function endParts(transfer, view, size) {
  const { state, direction, count, busy, failures, done } = transfer;
  const counts = { done: formatNumber(done.length), count: formatNumber(count), failed: formatNumber(failures.length) };
  if (state === "declined") return [[busy ? "files.state.busy" : `files.state.declined.${direction}`]];
  if (state === "failed" && count > 1) return [["files.state.all-failed", counts]];
  if (state === "failed") return [[`files.failed.${failures[0].reason || "other"}`, { name: failures[0].head.name }]];
  if (transfer.isCancelled && done.length === 0) return [[`files.state.${state}`]];
  if (transfer.isCancelled) return [[`files.state.${state}`], ["files.state.arrived", counts], ...savedParts(transfer, view)];
  if (failures.length > 0) return [["files.state.some", counts], ...savedParts(transfer, view)];
  const where = placeOf(transfer, view);
  if (direction === "in" && where) return [["files.state.saved-in", { where, size }]];
  if (direction === "in" && transfer.saved === "yes") return [["files.state.saved", { size }]];
  return [[`files.state.done.${direction}`, { size }], ...savedParts(transfer, view)];
}

/** What became of the whole files. @param {Transfer} transfer @param {View} view @returns {Part[]} */
function savedParts(transfer, view) {
  const { direction, saved, purpose } = transfer;
  if (saved === "" || purpose === "chat") return [];
  const where = direction === "in" ? placeOf(transfer, view) : "";
  return [where ? ["files.state.parts-saved-in", { where }] : [`files.saved.${saved}.${direction}`]];
}

/** @param {Transfer} transfer @param {View} view */
function placeOf({ entries }, { place }) {
  return place || commonPlace(entries.map(({ where }) => where));
}
