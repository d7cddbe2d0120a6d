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
let entries = null;

function allEntries() {
  if (entries === null) {
    const found = byId("strings", HTMLTemplateElement).content.querySelectorAll("[data-key]");
    entries = new Map([...found].map((node) => [/** @type {HTMLElement} */ (node).dataset.key ?? "", /** @type {HTMLElement} */ (node)]));
  }
  return entries;
}

/**
 * Looks up a text of the page and fills in its `{placeholders}`.
 * @param {string} key @param {Record<string, string | number>} [values] @returns {string}
 */
export function text(key, values = {}) {
  const found = allEntries().get(key)?.textContent ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Says whether the page has a text of that key. @param {string} key */
export function hasText(key) {
  return allEntries().has(key);
}

/**
 * Reads the button that the template names as the way on from a stop (see ended.html).
 * @param {string} key @returns {string | undefined}
 */
export function nextStep(key) {
  return allEntries().get(key)?.dataset.next;
}

/**
 * Finds an element that the template guarantees.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page lacks #${id}.`);
}

/**
 * Finds an element inside another that the template guarantees.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`The page lacks ${selector}.`);
}

/** Copies the content of a template of the page. @param {string} id @returns {DocumentFragment} */
export function fromTemplate(id) {
  return document.importNode(byId(id, HTMLTemplateElement).content, true);
}
