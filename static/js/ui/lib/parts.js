/** The pieces of a custom element that the template wrote: parts by `data-part`, texts by `data-string`. */

/**
 * Finds a part of an element.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @returns {T}
 * @throws {Error} when the template lacks it
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found === null) throw new Error(`no part ${name}`);
  return /** @type {T} */ (/** @type {unknown} */ (found));
}

/** Reads the texts that the template translated. @param {ParentNode} root @returns {Record<string, string>} */
export function readStrings(root) {
  const template = /** @type {HTMLTemplateElement} */ (part(root, "strings"));
  const spans = /** @type {NodeListOf<HTMLElement>} */ (template.content.querySelectorAll("[data-string]"));
  return Object.fromEntries([...spans].map((span) => [span.dataset.string ?? "", span.textContent ?? ""]));
}

/**
 * Fills the `{name}` places of a translated text.
 * @param {string} text @param {Record<string, string | number>} values @returns {string}
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
