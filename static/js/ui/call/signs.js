/** Reactions that float over the tiles, and raised hands. */

import { HOSTS } from "../../signaling/roles.js";
import { say } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { personMenu } from "../people/person-menu.js";
import { sidePanels } from "./side-panel.js";
import { clearToasts, toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Hands } from "../../chat/hands.js" */
/** @import { Reaction, Reactions } from "../../chat/reactions.js" */
/** @import { Grid } from "../stage/grid.js" */

/** A screen reader announces at most one reaction in this time. */
const ANNOUNCE_INTERVAL_MS = 2_000;

/** @param {{session: CallSession, grid: Grid, hands: Hands, reactions: Reactions}} parts @param {AbortSignal} signal */
export function showSigns({ session, grid, hands, reactions }, signal) {
  const nameOf = (/** @type {string} */ pid) => (pid === session.self.pid ? session.self : session.people.get(pid))?.name ?? "";
  const button = byId("raise-hand", HTMLButtonElement);
  const openPeople = { label: text("toast.show"), run: () => sidePanels.open("people") };
  let announcedAt = -Infinity;
  /** A host lowered the own hand, and a toast says so. */
  let lowered = false;
  const sayOwnHand = (/** @type {boolean} */ up) => {
    if (!lowered) say(text(up ? "said.hand.up" : "said.hand.down"));
    lowered = false;
  };

  for (const choice of choices()) choice.addEventListener("click", () => reactions.sendReaction(/** @type {Reaction} */ (choice.dataset.reaction)), { signal });
  reactions.on("reaction", ({ pid, reaction }) => {
    const choice = choices().find((one) => one.dataset.reaction === reaction);
    grid.tile(pid)?.floatGlyph(choice?.textContent ?? "");
    if (pid === session.self.pid || performance.now() - announcedAt < ANNOUNCE_INTERVAL_MS) return;
    announcedAt = performance.now();
    say(text("reaction.news", { name: nameOf(pid), reaction: choice?.title ?? "" }));
  }, { signal });

  button.addEventListener("click", () => hands.raiseHand(!hands.up), { signal });
  hands.on("changed", ({ pid, up, news }) => {
    const { order } = hands;
    for (const other of session.everyone) session.updatePerson(other.pid, { hand: order.indexOf(other.pid) + 1, onlyHand: order.length === 1 });
    button.setAttribute("aria-pressed", String(hands.up));
    if (!up) clearToasts(`hand ${pid}`);
    if (!news) return;
    if (pid === session.self.pid) queueMicrotask(() => sayOwnHand(up));
    else if (up) toast(text("hand.raised", { name: nameOf(pid) }), openPeople, `hand ${pid}`);
    else say(text("said.hand.lowered", { name: nameOf(pid) }));
  }, { signal });
  hands.on("lowered", ({ by }) => {
    lowered = true;
    toast(text("hand.lowered", { name: nameOf(by) }));
  }, { signal });
  signal.addEventListener("abort", () => button.setAttribute("aria-pressed", "false"));
  personMenu.addAction(
    {
      id: "lower-hand",
      icon: "hand",
      label: () => text("hand.lower"),
      shown: ({ self, hand = 0 }) => !self && hand > 0 && HOSTS.includes(session.self.role),
      run: (pid) => hands.requestLower(pid),
    },
    signal,
  );
}

function choices() {
  return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-reaction]"))];
}
