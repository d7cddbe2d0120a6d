/**
 * The account pages: says why a passkey could not be used or added. The ceremony itself is django-allauth's `mfa/js/webauthn.js`, which reports a failure as `allauth.error` on the document.
 */

import "./frame.js"
import { controlsReady, pageReady } from "../ui/lib/ready.js"

/**
 * Folds the DOMException names of WebAuthn (Level 3 §5.1.3, §5.1.4) into four causes.
 * @param {unknown} error what the ceremony threw
 * @returns {"denied"|"unsupported"|"present"|"other"}
 */
export function passkeyCause(error) {
  const name = error instanceof Error ? error.name : ""
  if (name === "NotAllowedError" || name === "AbortError") return "denied"
  if (name === "InvalidStateError") return "present"
  if (name === "SecurityError" || name === "NotSupportedError" || !globalThis.PublicKeyCredential) return "unsupported"
  return "other"
}

// django-allauth listens from the same event on, and its script stands before this one.
document.addEventListener("DOMContentLoaded", () => {
  controlsReady(document)
  pageReady()
})

const place = document.querySelector("[data-passkey-problem]")
if (place instanceof HTMLElement) {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault()
    const { exception } = /** @type {Event & {detail: {exception: unknown}}} */ (event).detail
    place.textContent = place.dataset[passkeyCause(exception)] ?? ""
    place.hidden = false
  })
}
