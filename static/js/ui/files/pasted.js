/** What a paste brings: a text, files, or both, as office programs do with a table and a picture of it. */

import { text } from "../lib/page.js";

/** @typedef {{files: Iterable<{name: string}>, getData: (type: string) => string}} PastedData of a DataTransfer, readable only during the event */

/** @param {PastedData} data @returns {string} empty if the text only names the files: file managers add that */
export function pastedText(data) {
  const words = data.getData("text/plain");
  const names = [...data.files].map(({ name }) => name.normalize());
  const lines = words.split(/[\r\n\0]+/).filter((line) => line.trim() !== "");
  const isName = (/** @type {string} */ line) => names.some((name) => line === name || lastPart(line) === name);
  return names.length > 0 && lines.every(isName) ? "" : words;
}

/** @param {string} path with slashes of either kind, or a file: address */
function lastPart(path) {
  const last = path.split(/[/\\]/).at(-1) ?? "";
  try {
    return (/^file:/i.test(path) ? decodeURIComponent(last) : last).normalize();
  } catch {
    return last;
  }
}

/** Whether an element takes the text itself. @param {EventTarget | null} target */
export function isField(target) {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}

/** A text as a file. @param {string} words @param {"clipboard" | "message"} from @param {Date} [now] @returns {File} */
export function textFile(words, from, now = new Date()) {
  return new File([words], text(`files.text.${from}`, { date: stamp(now) }), { type: "text/plain", lastModified: now.getTime() });
}

/** Browsers call every picture of the clipboard image.png. @param {File} file @param {Date} [now] @returns {File} */
export function namePasted(file, now = new Date()) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const extension = file.name.slice("image".length);
  return new File([file], text("files.picture", { date: stamp(now) }) + extension, { type: file.type, lastModified: file.lastModified });
}

/** The local date and time, as file names can have it: "2026-11-26 19.45.12". @param {Date} at @returns {string} */
export function stamp(at) {
  const [year, ...rest] = [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${year}-${rest[0]}-${rest[1]} ${rest.slice(2).join(".")}`;
}
