/** What the template hands to the scripts: the page's data and every text that a script may show. */

/**
 * What the server knows about this call page.
 * @typedef {object} CallPageData
 * @property {string} slug the address of the room, and its identity in key derivations
 * @property {string} roomName
 * @property {string} role owner, moderator, member or guest
 * @property {number} epoch 0: a room without a key
 * @property {string | null} keyCheck base64url
 * @property {string} displayName the account's, or empty
 * @property {number} maxPeople
 * @property {string | null} manageUrl null for guests without an account, who never become hosts
 * @property {string} socketPath
 * @property {boolean} signedIn
 * @property {boolean} rekeyRequired whether somebody who held the key was put out since it was made
 * @property {boolean} relayOnly whether everybody's address is hidden in this room
 * @property {boolean} hideAddress whether this person wants theirs hidden everywhere
 * @property {boolean} hasRelay whether the site has a relay server
 * @property {boolean} mustWait whether this person has to be let in, or to wait for a host, as things were when the page came
 * @property {string | null} joinRuleUrl likewise
 * @property {string | null} kickUrl likewise
 * @property {string | null} endUrl likewise
 * @property {string} reportUrl
 * @property {string | null} setKeyUrl likewise
 */

/** Reads what `json_script` put into the page. @returns {CallPageData} */
export function readPageData() {
  return JSON.parse(byId("page", HTMLScriptElement).textContent);
}

/** @type {Map<string, HTMLElement> | null} */
let pageTexts = null;

function allTexts() {
  pageTexts ??= readTexts(byId("strings", HTMLTemplateElement));
  return pageTexts;
}

/** @param {HTMLTemplateElement} template @returns {Map<string, HTMLElement>} by `data-key` */
function readTexts(template) {
  const found = /** @type {NodeListOf<HTMLElement>} */ (template.content.querySelectorAll("[data-key]"));
  return new Map([...found].map((node) => [node.dataset.key ?? "", node]));
}

/** @param {Map<string, HTMLElement>} texts @param {string} key @param {Record<string, string | number>} values */
function fillIn(texts, key, values) {
  const found = texts.get(key)?.textContent ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
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

/** Reads which button the template names as the next step after a stop (see ended.html). @param {string} key */
export function nextStep(key) {
  return allTexts().get(key)?.dataset.next;
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
  if (found instanceof type) return found;
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

/** Copies the content of a template of the page. @param {string} id @returns {DocumentFragment} */
export function fromTemplate(id) {
  return document.importNode(byId(id, HTMLTemplateElement).content, true);
}
