/** The dialogs in which a host starts a timer, asks everyone, or says what people may do. */

import { openDialog } from "../lib/dialog.js";
import { byId, find, part, text } from "../lib/page.js";
import { RIGHTS } from "../../hosts/host-controls.js";

/** @import { HostValue } from "../../hosts/host-value.js" */
/** @import { Countdown, Rights } from "../../hosts/host-controls.js" */
/** @import { Polls } from "../../hosts/polls.js" */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** @param {HostValue<Countdown>} timer */
export function openTimerDialog(timer) {
  const dialog = byId("timer-dialog", HTMLDialogElement);
  const minutes = byId("timer-minutes", HTMLInputElement);
  const left = () => Math.max(0, (timer.value?.ends ?? 0) - Date.now());
  const start = (/** @type {number} */ ms) => {
    const total = Math.min(DAY_MS, Math.round(ms));
    timer.change({ ends: Date.now() + total, total });
    dialog.close();
  };
  const [more, stop] = ["more", "stop"].map((name) => part(dialog, name));
  more.hidden = left() === 0;
  stop.hidden = timer.value === null;
  more.onclick = () => start(left() + MINUTE_MS);
  stop.onclick = () => {
    timer.change(null);
    dialog.close();
  };
  find(dialog, "form", HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    start(minutes.valueAsNumber * MINUTE_MS);
  };
  openDialog(dialog);
}

/** @param {HostValue<Rights>} rights */
export function openRightsDialog(rights) {
  const dialog = byId("rights-dialog", HTMLDialogElement);
  for (const right of RIGHTS) {
    const box = find(dialog, `[data-right=${right}]`, HTMLInputElement);
    box.checked = rights.value[right];
    box.onchange = () => rights.change({ ...rights.value, [right]: box.checked });
  }
  openDialog(dialog);
}

/** @param {Polls} polls */
export function openAskDialog(polls) {
  const dialog = byId("ask-dialog", HTMLDialogElement);
  const [question, answers] = [byId("ask-question", HTMLInputElement), byId("ask-answers", HTMLTextAreaElement)];
  const error = find(dialog, "[role=alert]", HTMLElement);
  error.hidden = true;
  find(dialog, "form", HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    const outcome = polls.ask(question.value, answers.value.split("\n"));
    error.hidden = outcome === "asked";
    if (!error.hidden) {
      error.textContent = text(`poll.${outcome}`);
      return (question.value.trim() === "" ? question : answers).focus();
    }
    question.value = "";
    answers.value = answers.defaultValue;
    dialog.close();
  };
  openDialog(dialog);
}
