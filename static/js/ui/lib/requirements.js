/** Hides what this browser cannot do: `data-requires` names what an element needs. */

/** @type {Record<string, () => boolean>} */
const ABILITIES = {
  passkeys: () => "PublicKeyCredential" in globalThis && "credentials" in navigator,
};

/** @param {ParentNode} root */
export function hideUnsupported(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-requires]"))) {
    if (ABILITIES[element.dataset.requires ?? ""]?.() === false) element.hidden = true;
  }
}
