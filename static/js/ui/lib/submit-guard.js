/**
 * Handles the submission of a form by script, one at a time: the submit button is disabled meanwhile.
 * @param {HTMLFormElement} form @param {() => Promise<void>} submit @param {AbortSignal} [signal]
 */
export function guardSubmit(form, submit, signal) {
  const onSubmit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    if (button.disabled) return;
    button.disabled = true;
    try {
      await submit();
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => void onSubmit(event), { signal });
}
