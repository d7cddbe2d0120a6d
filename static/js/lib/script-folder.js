/** Where the scripts are, also when a bundle has this module: `js/bundle/` is as deep as `js/lib/`. */

export const SCRIPTS = new URL("../", import.meta.url).href;
