/** The form that takes the code of an invitation, or a link (templates/rooms/_invite_code.html). What is typed stays in this browser. */

import { findCodeFault, readInviteCode } from "../../keys/invite-code.js";
import { find, part, textsOf } from "../lib/page.js";

/** @import { Invite } from "../../keys/invite.js" */

/** @param {ParentNode} root @param {(invite: Invite) => void} onInvite */
export function watchCodeForm(root, onInvite) {
  const form = part(root, "code-form", HTMLFormElement);
  const field = find(form, "[name=code]", HTMLInputElement);
  const error = part(form, "code-error");
  const text = textsOf(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const invite = readInviteCode(field.value);
    error.hidden = invite !== null;
    field.toggleAttribute("aria-invalid", false);
    if (invite !== null) return onInvite(invite);
    const { fault, ...values } = findCodeFault(field.value);
    error.textContent = text(`code.${isLink(field.value) ? "link" : fault}`, values);
    field.setAttribute("aria-invalid", "true");
    field.focus();
  });
}

/** @param {string} typed */
const isLink = (typed) => /:\/\/|\/i\b|#/.test(typed);
