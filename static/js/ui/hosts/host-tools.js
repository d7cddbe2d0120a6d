/** What hosts decide for everyone: the controls of hosts, and what everyone sees. Dialogs come with the first press. */

import { HostControls } from "../../hosts/host-controls.js";
import { Polls } from "../../hosts/polls.js";
import { HOSTS } from "../../signaling/roles.js";
import { text } from "../lib/page.js";
import { personMenu } from "../people/person-menu.js";
import { toast } from "../lib/toasts.js";
import { PollNote } from "./poll-note.js";
import { TimerChip } from "./timer-chip.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Hands } from "../../chat/hands.js" */
/** @import { Stage } from "../stage/stage.js" */

/** @param {CallSession} session @param {{controls: HostControls, hands: Hands, stage: Stage}} call @param {AbortSignal} signal */
export function setUpHostTools(session, { controls, hands, stage }, signal) {
  const polls = new Polls(session, signal);
  const note = new PollNote(session, polls, signal);
  new TimerChip(session, controls.timer, signal);
  addSpotlight(session, controls, stage, signal);
  session.on("entered", () => [controls, polls].forEach((one) => one.check()), { signal });
  const on = (/** @type {string} */ selector, /** @type {() => unknown} */ run) => {
    for (const button of document.querySelectorAll(selector)) button.addEventListener("click", () => void run(), { signal });
  };
  on("[data-everyone=mute]", () => askAllToMute(session));
  on("[data-everyone=hands]", () => lowerAllHands(session, hands));
  on("[data-host=timer]", async () => (await import("./host-dialogs.js")).openTimerDialog(controls.timer));
  on("[data-host=rights]", async () => (await import("./host-dialogs.js")).openRightsDialog(controls.rights));
  on("[data-host=poll]", async () => (polls.poll ? note.open() : (await import("./host-dialogs.js")).openAskDialog(polls)));
}

/** @param {CallSession} session */
function askAllToMute(session) {
  const asked = [...session.people.values()].filter(({ muted, state, pid }) => !muted && state !== "refused" && session.muteRequests.send(pid, true));
  const count = new Set(asked.map(({ member, pid }) => member || pid)).size;
  toast(count === 0 ? text("mute-all.none") : text(count === 1 ? "mute-all.asked.one" : "mute-all.asked.many", { count }));
}

/** @param {CallSession} session @param {Hands} hands */
function lowerAllHands(session, hands) {
  const raised = hands.order.filter((pid) => pid !== session.self.pid);
  for (const pid of raised) hands.requestLower(pid);
  const own = hands.up ? 1 : 0;
  hands.raiseHand(false);
  const count = raised.length + own;
  toast(count === 0 ? text("hands.none") : text(count === 1 ? "hands.lowered.one" : "hands.lowered.many", { count }));
}

/** @param {CallSession} session @param {HostControls} controls @param {Stage} stage @param {AbortSignal} signal */
function addSpotlight(session, { spotlight }, stage, signal) {
  const nameOf = (/** @type {string} */ pid) => session.people.get(pid)?.name ?? session.self.name;
  personMenu.addAction(
    {
      id: "spotlight",
      icon: "spotlight",
      label: ({ pid }) => text(pid === spotlight.value ? "spotlight.off" : "spotlight.on"),
      shown: ({ state }) => state !== "refused" && HOSTS.includes(session.self.role),
      run: (pid) => spotlight.change(pid === spotlight.value ? "" : pid),
    },
    signal,
  );
  spotlight.on("changed", ({ value, before, by, loud }) => {
    stage.view.spotlight(value);
    if (!loud || value === before) return;
    if (value === "") return toast(text("spotlight.over"));
    if (value === session.self.pid && by !== value) toast(text("spotlight.you", { host: nameOf(by) }));
    else if (session.people.has(value)) toast(text("spotlight.other", { host: nameOf(by), name: nameOf(value) }));
  }, { signal });
}
