/**
 * Keeps what was typed into a form until the server has accepted it: over a reload, over Back, and over a page that says "too many
 * attempts" or asks to sign in. Only in this tab, never passwords and codes. What the person left without sending is not restored
 * when they open the form again: it would look saved.
 */

import { tabStorage } from "../../lib/storage.js";

const KEY = "drafts";
const KEPT_TYPES = ["text", "email", "textarea", "select-one", "checkbox", "radio", "number", "search", "url"];

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** sent: the server has not answered yet; back: it did not take it @typedef {{values: Record<string, string>, state: "typed" | "sent" | "back"}} Draft */
/** @typedef {Record<string, Draft>} Drafts by the path that the form is sent to */

/**
 * Decides what becomes of a draft when a page has loaded.
 * @param {Draft["state"]} state
 * @param {object} page
 * @param {boolean} page.again reloaded, or reached with Back or Forward
 * @param {boolean} page.refusal an error page, or the sign-in page
 * @param {boolean} page.form it has the form of the draft
 * @param {boolean} page.errors the form shows errors, with what was sent
 * @returns {"restore" | "keep" | "drop" | "typed" | "back"}
 */
export function fateOf(state, { again, refusal, form, errors }) {
  if (form && errors) return again ? "restore" : "typed";
  if (form && (again || state === "back")) return "restore";
  if (form) return "drop";
  if (state === "sent") return refusal ? "back" : again ? "keep" : "drop";
  return "keep";
}

/** Starts keeping what is typed into the forms of the page, and restores what a draft has. */
export function keepDrafts() {
  const drafts = loadDrafts();
  settle(drafts);
  document.addEventListener("input", ({ target }) => noteField(drafts, target));
  document.addEventListener("change", ({ target }) => noteField(drafts, target));
}

/** Marks the draft of a form that is being sent. @param {HTMLFormElement} form */
export function markSent(form) {
  const drafts = loadDrafts();
  if (isSignOut(form)) return saveDrafts({});
  const draft = drafts[pathOf(form)];
  if (draft === undefined) return;
  draft.state = "sent";
  saveDrafts(drafts);
}

/** @param {Drafts} drafts */
function settle(drafts) {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const again = entry?.type === "reload" || entry?.type === "back_forward";
  const refusal = document.querySelector("[data-refusal]") !== null;
  for (const [path, draft] of Object.entries(drafts)) {
    const forms = postForms().filter((form) => pathOf(form) === path);
    const errors = forms.some((form) => form.querySelector("[aria-invalid=true], .errorlist") !== null);
    const fate = fateOf(draft.state, { again, refusal, form: forms.length > 0, errors });
    if (fate === "drop") delete drafts[path];
    if (fate === "typed" || fate === "restore") draft.state = "typed";
    if (fate === "back") draft.state = "back";
    if (fate === "restore") forms.forEach((form) => restore(form, draft.values));
  }
  saveDrafts(drafts);
}

/** @param {HTMLFormElement} form @param {Record<string, string>} values */
function restore(form, values) {
  for (const field of fieldsOf(form)) {
    const value = values[keyOf(field)];
    if (value === undefined || valueOf(field) === value) continue;
    if (isBox(field)) field.checked = field.type === "radio" ? field.value === value : value === "on";
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** @param {Drafts} drafts @param {EventTarget | null} target */
function noteField(drafts, target) {
  const field = /** @type {Field} */ (target);
  const form = field.form ?? null;
  if (form === null || !postForms().includes(form) || !fieldsOf(form).includes(field)) return;
  const draft = (drafts[pathOf(form)] ??= { values: {}, state: "typed" });
  draft.state = "typed";
  draft.values[keyOf(field)] = valueOf(field);
  saveDrafts(drafts);
}

/** @param {Field} field @returns {field is HTMLInputElement} */
function isBox(field) {
  return field.type === "checkbox" || field.type === "radio";
}

/** Boxes of one name differ in their value. @param {Field} field */
function keyOf({ type, name, value }) {
  return type === "checkbox" ? `${name}=${value}` : name;
}

/** @param {Field} field */
function valueOf(field) {
  if (field.type === "checkbox") return /** @type {HTMLInputElement} */ (field).checked ? "on" : "";
  return field.value;
}

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  const fields = /** @type {Field[]} */ ([...form.elements].filter((element) => "name" in element && "value" in element));
  return fields.filter(({ name, type, autocomplete }) => name && KEPT_TYPES.includes(type) && autocomplete !== "one-time-code");
}

function postForms() {
  return [...document.forms].filter(({ method }) => method === "post");
}

/** @param {HTMLFormElement} form */
function pathOf(form) {
  return new URL(form.getAttribute("action") || location.href, location.href).pathname;
}

/** @param {HTMLFormElement} form */
function isSignOut(form) {
  return form.hasAttribute("data-sign-out");
}

/** @returns {Drafts} */
function loadDrafts() {
  return JSON.parse(tabStorage.load(KEY) ?? "{}");
}

/** @param {Drafts} drafts */
function saveDrafts(drafts) {
  tabStorage.save(KEY, Object.keys(drafts).length > 0 ? JSON.stringify(drafts) : null);
}
