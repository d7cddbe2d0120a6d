/** Each window has types of its own: an element of a small window beside the page may be an `Element` of that window only. */

/** @template {Element} T @param {EventTarget | null | undefined} target @param {new () => T} type of the page @returns {target is T} */
export function isElement(target, type) {
  if (target instanceof type) return true;
  const others = /** @type {any} */ (target)?.ownerDocument?.defaultView;
  return typeof others?.[type.name] === "function" && target instanceof others[type.name];
}
