/** What hosts can do in a call: ask a person to mute, remove them, change who can join, end the meeting. */

import { HOSTS } from "../../signaling/roles.js";
import { openDialog } from "../lib/dialog.js";
import { byId, find, text } from "../lib/page.js";
import { JoinRuleForm } from "../lobby/join-rule-form.js";
import { personMenu } from "./person-menu.js";
import { postJson } from "../../lib/request.js";
import { toast } from "../lib/toasts.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { Room } from "../../signaling/wire.js" */

export class HostActions {
  #session;
  #urls;
  #removeDialog = byId("remove-dialog", HTMLDialogElement);
  #endDialog = byId("end-dialog", HTMLDialogElement);
  #joinRuleDialog = byId("join-rule-dialog", HTMLDialogElement);
  #notify = byId("notify-knocks", HTMLButtonElement);
  /** @type {Person | null} */
  #toRemove = null;

  /** @param {CallSession} session @param {{kickUrl: string | null, endUrl: string | null}} urls @param {AbortSignal} signal */
  constructor(session, urls, signal) {
    this.#session = session;
    this.#urls = urls;
    this.#addActions(signal);
    const press = (/** @type {ParentNode} */ root, /** @type {string} */ selector, /** @type {() => unknown} */ action) =>
      find(root, selector, HTMLButtonElement).addEventListener("click", () => void action(), { signal });
    press(this.#removeDialog, "[data-kick=call]", () => this.#kick(false));
    press(this.#removeDialog, "[data-kick=room]", () => this.#kick(true));
    press(this.#endDialog, "[data-end]", () => this.#endMeeting());
    press(document, "[data-host=join-rule]", () => openDialog(this.#joinRuleDialog));
    press(document, "[data-host=end]", () => openDialog(this.#endDialog));
    this.#notify.addEventListener("click", () => void this.#askForNotifications(), { signal });
    session.on("entered", ({ room }) => this.#onRoom(room), { signal });
    session.on("room", ({ room }) => this.#onRoom(room), { signal });
    signal.addEventListener("abort", () => this.#showForHost(false));
  }

  get #isHost() {
    return HOSTS.includes(this.#session.self.role);
  }

  /** @param {AbortSignal} signal */
  #addActions(signal) {
    personMenu.addAction(
      {
        id: "ask-mute",
        icon: "mic-off",
        label: text("person.ask-mute"),
        shown: ({ self, muted, state }) => this.#isHost && !self && !muted && state !== "refused",
        run: (pid) => this.#askToMute(pid),
      },
      signal,
    );
    personMenu.addAction(
      {
        id: "remove",
        icon: "leave",
        label: text("person.remove"),
        destructive: true,
        shown: (person) => this.#canRemove(person),
        run: (pid) => this.#askToRemove(pid),
      },
      signal,
    );
  }

  /** @param {Person} person */
  #canRemove({ self, role, member }) {
    if (self || member === this.#session.self.member || this.#urls.kickUrl === null) return false;
    return this.#session.self.role === "owner" || (this.#isHost && !HOSTS.includes(role));
  }

  /** @param {Room} room */
  #onRoom(room) {
    this.#showForHost(this.#isHost);
    const form = this.#joinRuleDialog.querySelector("mp-join-rule-form");
    if (form instanceof JoinRuleForm) form.showJoinRule(room);
  }

  /** @param {boolean} host */
  #showForHost(host) {
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-host]"))) item.hidden = !host;
    this.#notify.hidden = globalThis.Notification?.permission !== "default";
  }

  /** @param {string} pid */
  #askToMute(pid) {
    const name = this.#session.people.get(pid)?.name ?? "";
    const sent = this.#session.muteRequests.send(pid, true);
    toast(text(sent ? "mute.asked" : "mute.not-asked", { name }));
  }

  /** @param {string} pid */
  #askToRemove(pid) {
    this.#toRemove = this.#session.people.get(pid) ?? null;
    if (!this.#toRemove) return;
    find(this.#removeDialog, "h2", HTMLElement).textContent = text("remove.title", { name: this.#toRemove.name });
    openDialog(this.#removeDialog);
  }

  /** @param {boolean} forGood ends their membership, too */
  async #kick(forGood) {
    const person = this.#toRemove;
    this.#removeDialog.close();
    if (!person || this.#urls.kickUrl === null) return;
    const tabs = [...this.#session.people.values()].filter(({ member }) => member === person.member);
    // Peers disconnect at once, even if the request to the server fails.
    if (forGood) for (const { pid } of tabs) this.#session.kicks.kick(pid);
    const { status } = await postJson(this.#urls.kickUrl, { member: person.member, for_good: forGood });
    if (status !== 200) toast(text(forGood ? "remove.not-on-server" : "remove.failed", { name: person.name }));
  }

  async #endMeeting() {
    this.#endDialog.close();
    const { status } = await postJson(this.#urls.endUrl ?? "");
    if (status !== 200) toast(text("end.failed"));
  }

  async #askForNotifications() {
    await Notification.requestPermission();
    this.#showForHost(this.#isHost);
  }
}
