/** The panels beside the call. One is open at a time: there is no room for two. */

/** Opens or closes a panel; another one that is open gives way. @param {string} id @param {boolean} shown */
export function showSidePanel(id, shown) {
  const panels = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".stage__body > aside"));
  for (const panel of panels) if (panel.id === id || shown) panel.hidden = panel.id !== id || !shown;
  for (const panel of panels) {
    const buttons = document.querySelectorAll(`.tool[aria-controls="${CSS.escape(panel.id)}"]`);
    for (const button of buttons) button.setAttribute("aria-expanded", String(!panel.hidden));
  }
}
