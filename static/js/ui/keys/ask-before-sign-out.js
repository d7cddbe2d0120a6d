/** On every page: signing out leads to a question if anything would stay in the browser. */

export function askBeforeSignOut() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sign-out]:not(#sign-out)"))) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // No page needs the stores before.
      const asks = import("./kept-here.js").then(async ({ isAnything, whatIsKept }) => isAnything(await whatIsKept()));
      void asks.catch(() => true).then((asked) => (asked ? location.assign(form.action) : form.submit()));
    });
  }
}
