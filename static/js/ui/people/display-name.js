import { text } from "../lib/page.js";

/**
 * What to call a person.
 * @param {string} name cleaned (lib/clean-name.js), possibly empty
 */
export function displayName(name) {
  return name || text("nameless");
}
