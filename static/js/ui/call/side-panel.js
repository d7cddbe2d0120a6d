/** The panels beside the call: one is open at a time. */

/** Opens or closes a panel; opening one closes the other. @param {string} id @param {boolean} shown */
export function showSidePanel(id, shown) {
  const panels = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".stage__body > aside"));
  for (const panel of panels) if (panel.id === id || shown) panel.hidden = panel.id !== id || !shown;
  for (const panel of panels) {
    const buttons = document.querySelectorAll(`.tool[aria-controls="${CSS.escape(panel.id)}"]`);
    for (const button of buttons) button.setAttribute("aria-expanded", String(!panel.hidden));
  }
}
