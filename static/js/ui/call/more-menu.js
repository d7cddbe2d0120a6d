/**
 * The "More" menu of the toolbar. Buttons of the toolbar with `data-menu-below="<rem>"` move into the menu while the page is
 * narrower than that.
 */

import { byId } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";

export function setUpMoreMenu() {
  const menu = byId("more-menu", HTMLElement);
  setUpPopoverList(menu, () => byId("more", HTMLButtonElement));
  setUpPopoverList(byId("react-menu", HTMLElement), () => byId("react", HTMLButtonElement));
  const moved = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".toolbar [data-menu-below]"));
  // Moved buttons keep their order and come before those that are always in the menu.
  const after = menu.firstElementChild;
  for (const tool of moved) {
    const [home, away] = [document.createComment(""), document.createComment("")];
    tool.after(home);
    menu.insertBefore(away, after);
    const narrow = matchMedia(`(width < ${tool.dataset.menuBelow}rem)`);
    const update = () => {
      const focused = document.activeElement === tool;
      (narrow.matches ? away : home).before(tool);
      if (focused) tool.focus();
    };
    narrow.addEventListener("change", update);
    update();
  }
}
