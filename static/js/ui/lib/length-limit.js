/**
 * Fields with `data-limit`: the most characters, as the server counts them (code points). `maxlength` would cut what is typed or
 * pasted without a word; here more can be typed, the page says how much is too much, and the form is not sent.
 */

import { formatNumber } from "./formats.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** Part of the limit from which on the page says how much is left. */
const NEAR = 0.9;

/** Watches all such fields of the page, also those that are added later. */
export function watchLimits() {
  document.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLElement && "limit" in target.dataset) showLimit(/** @type {Field} */ (target));
  });
  for (const field of /** @type {NodeListOf<Field>} */ (document.querySelectorAll("[data-limit]"))) showLimit(field);
}

/** @param {string} value @param {number} max @returns {{over: boolean, words: "" | "limitNear" | "limitOver", left: number, length: number}} */
export function measure(value, max) {
  const { length } = [...value.normalize("NFC").replace(/\s+/gu, " ").trim()];
  const over = length > max;
  return { over, words: over ? "limitOver" : length >= NEAR * max ? "limitNear" : "", left: max - length, length };
}

/** @param {Field} field */
function showLimit(field) {
  const max = Number(field.dataset.limit);
  const { over, words, ...values } = measure(field.value, max);
  const numbers = /** @type {Record<string, number>} */ ({ ...values, max });
  const template = words === "" ? "" : (document.body.dataset[words] ?? "");
  const note = noteOf(field);
  note.textContent = template.replace(/\{(\w+)\}/g, (whole, name) => name in numbers ? formatNumber(numbers[name]) : whole);
  note.className = over ? "field__error" : "field__help";
  field.setCustomValidity(over ? note.textContent : "");
  field.toggleAttribute("data-too-long", over);
}

/** @param {Field} field */
function noteOf(field) {
  const next = field.nextElementSibling;
  if (next instanceof HTMLElement && "limitNote" in next.dataset) return next;
  const note = document.createElement("p");
  note.dataset.limitNote = "";
  note.setAttribute("role", "status");
  field.after(note);
  return note;
}
