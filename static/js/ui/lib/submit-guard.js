import { setWorking } from "./focus-keeper.js";

/**
 * Handles the submission of a form by script, one at a time: the submit button is disabled meanwhile.
 * @param {HTMLFormElement} form @param {() => Promise<void>} submit @param {AbortSignal} [signal]
 */
export function guardSubmit(form, submit, signal) {
  const onSubmit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    if (button.disabled) return;
    setWorking(button, true);
    try {
      await submit();
    } finally {
      setWorking(button, false);
    }
  };
  form.addEventListener("submit", (event) => void onSubmit(event), { signal });
}
