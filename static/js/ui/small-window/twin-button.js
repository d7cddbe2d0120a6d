/** A second button for one of the page, in another window: it looks the same, shows the same state, and a press on it is one on the other. */

/** What belongs to the one on the page. */
const OWN = ["id", "popovertarget", "aria-controls", "aria-expanded", "aria-haspopup", "data-action", "data-menu-below"];

/** @param {HTMLButtonElement} button @param {AbortSignal} signal @returns {HTMLButtonElement} */
export function twinOf(button, signal) {
  const twin = /** @type {HTMLButtonElement} */ (button.cloneNode(true));
  const update = () => {
    for (const name of new Set([...button.getAttributeNames(), ...twin.getAttributeNames()])) {
      const value = OWN.includes(name) ? null : button.getAttribute(name);
      if (value === null) twin.removeAttribute(name);
      else twin.setAttribute(name, value);
    }
    twin.replaceChildren(...[...button.children].map((child) => child.cloneNode(true)));
    for (const part of twin.querySelectorAll("[id]")) part.removeAttribute("id");
  };
  update();
  const changes = new MutationObserver(update);
  changes.observe(button, { attributes: true, childList: true, characterData: true, subtree: true });
  signal.addEventListener("abort", () => changes.disconnect());
  return twin;
}
