/** Sounds and notices, in the dialog "Audio and video". */

import { newsSettings } from "../lib/news-settings.js";
import { byId } from "../lib/page.js";

/** @import { News } from "../lib/news-settings.js" */

/** @param {AbortSignal} signal */
export function setUpNewsForm(signal) {
  const root = byId("news-form", HTMLElement);
  for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll("[data-news]"))) {
    const news = /** @type {News} */ (select.dataset.news);
    select.value = newsSettings.value[news];
    // Something else wrote there.
    if (select.selectedIndex === -1) select.value = "auto";
    select.addEventListener("change", () => newsSettings.change({ [news]: select.value }), { signal });
  }
}
