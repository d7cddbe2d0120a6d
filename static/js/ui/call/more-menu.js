/**
 * The "More" menu of the toolbar. What stands in the toolbar with `data-menu-below="<rem>"` moves into the menu while the page
 * is narrower than that, and comes back to its place; what is always in the menu stands in the template.
 */

import { byId } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";

/** Ties the menu, and that of the reactions, to their buttons, for as long as the page is there. */
export function setUpMoreMenu() {
  const menu = byId("more-menu", HTMLElement);
  setUpPopoverList(menu, () => byId("more", HTMLButtonElement));
  setUpPopoverList(byId("react-menu", HTMLElement), () => byId("react", HTMLButtonElement));
  const moved = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".toolbar [data-menu-below]"));
  // What moves keeps its order in the menu and comes before what is always there.
  const after = menu.firstElementChild;
  for (const tool of moved) {
    const [home, away] = [document.createComment(""), document.createComment("")];
    tool.after(home);
    menu.insertBefore(away, after);
    const narrow = matchMedia(`(width < ${tool.dataset.menuBelow}rem)`);
    const update = () => (narrow.matches ? away : home).before(tool);
    narrow.addEventListener("change", update);
    update();
  }
}
