/** What the templates give the scripts: the page's data, elements and translated texts. */

import { isElement } from "../../lib/element-type.js";
import { formatNumber } from "./formats.js";

/** @import { Inside, Invitation } from "../../call/invitation.js" */

/**
 * @typedef {object} CallPageData
 * @property {string} slug the room in addresses and in key derivation
 * @property {string} roomName
 * @property {string} host the owner's name
 * @property {Inside | null} inside null: only after a host has let the person in
 * @property {Invitation | null} [invitation] the link that still has to be redeemed; the room is not known before
 * @property {string} role owner, moderator, member or guest
 * @property {number} epoch 0: the room has no key
 * @property {string | null} keyCheck base64url
 * @property {string} displayName of the account, or empty
 * @property {number} maxPeople
 * @property {string | null} manageUrl this and the other URLs: null for guests without an account, who cannot become hosts
 * @property {string} socketPath
 * @property {boolean} signedIn
 * @property {boolean} rekeyRequired someone who has the current key was removed
 * @property {boolean} relayOnly the room hides every IP address
 * @property {boolean} hideAddress the account hides its IP address everywhere
 * @property {boolean} hasRelay the site has a relay server
 * @property {boolean} mustWait a host had to admit this person, or be there, when the page loaded
 * @property {string | null} joinRuleUrl
 * @property {string | null} kickUrl
 * @property {string | null} endUrl
 * @property {string} reportUrl
 * @property {string | null} setKeyUrl
 */

/** @type {Promise<CallPageData> | null} */
let provided = null;

/** For a page whose data become known later. @param {Promise<CallPageData>} data */
export function providePageData(data) {
  provided = data;
}

/** @returns {Promise<CallPageData>} */
export async function pageData() {
  return provided ?? readPageData();
}

/** Reads the `json_script` of the page. @returns {CallPageData} */
export function readPageData() {
  return JSON.parse(byId("page", HTMLScriptElement).textContent);
}

/** @type {Map<string, string> | null} */
let pageTexts = null;

function allTexts() {
  pageTexts ??= readTexts(byId("strings", HTMLTemplateElement));
  return pageTexts;
}

/** @param {HTMLTemplateElement} template @returns {Map<string, string>} by `data-key` */
function readTexts(template) {
  const found = /** @type {NodeListOf<HTMLElement>} */ (template.content.querySelectorAll("[data-key]"));
  return new Map([...found].map(({ dataset, textContent }) => [dataset.key ?? "", textContent ?? ""]));
}

/** Adds texts to those of the page. @param {DocumentFragment} texts elements with `data-key` */
export function addTexts(texts) {
  byId("strings", HTMLTemplateElement).content.append(texts);
  pageTexts = null;
}

/** @param {Map<string, string>} texts @param {string} key @param {Record<string, string | number>} values */
function fillIn(texts, key, values) {
  const found = texts.get(key) ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => show(values[name] ?? whole));
}

/** @param {string | number} value */
function show(value) {
  return typeof value === "number" ? formatNumber(value) : value;
}

/**
 * Looks up a text of the page and fills in its `{placeholders}`.
 * @param {string} key @param {Record<string, string | number>} [values] @returns {string} the key itself for an unknown text
 */
export function text(key, values = {}) {
  return fillIn(allTexts(), key, values);
}

/** Like `text`, for the texts in the `strings` part of a custom element. @param {ParentNode} root @returns {typeof text} */
export function textsOf(root) {
  const texts = readTexts(part(root, "strings", HTMLTemplateElement));
  return (key, values = {}) => fillIn(texts, key, values);
}

/** @param {string} key */
export function hasText(key) {
  return allTexts().has(key);
}

/** Reads the next step that the template offers after the end of a call (see ended.html). @param {string} key */
export function nextStep(key) {
  return find(byId("strings", HTMLTemplateElement).content, `[data-key="${key}"]`, HTMLElement).dataset.next;
}

/**
 * Finds an element that the template guarantees.
 * @template {Element} T
 * @param {string} id @param {new () => T} type @returns {T}
 * @throws {Error} when the page lacks it, or it has another type
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page lacks #${id}.`);
}

/**
 * Finds an element inside another, like `byId`.
 * @template {Element} T
 * @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (isElement(found, type)) return found;
  throw new Error(`The page lacks ${selector}.`);
}

/**
 * Finds an element by its `data-part`, like `find`.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root @param {string} name @param {new () => T} [type] @returns {T}
 */
export function part(root, name, type = /** @type {new () => any} */ (HTMLElement)) {
  return find(root, `[data-part="${name}"]`, type);
}

/** @param {string} id @returns {DocumentFragment} */
export function fromTemplate(id) {
  return document.importNode(byId(id, HTMLTemplateElement).content, true);
}
