/** What hosts do in a call: ask somebody to mute, send them out or remove them, set the door, end the meeting for everybody. */

import { HOSTS } from "../../signaling/roles.js";
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
  #removing = byId("remove-dialog", HTMLDialogElement);
  #ending = byId("end-dialog", HTMLDialogElement);
  #door = byId("join-rule-dialog", HTMLDialogElement);
  #notify = byId("notify-knocks", HTMLButtonElement);
  /** @type {Person | null} whom the dialog is about */
  #whom = null;

  /**
   * @param {CallSession} session
   * @param {{kickUrl: string | null, endUrl: string | null}} urls null for those who cannot be hosts
   * @param {AbortSignal} signal
   */
  constructor(session, urls, signal) {
    this.#session = session;
    this.#urls = urls;
    this.#offer(signal);
    const press = (/** @type {ParentNode} */ root, /** @type {string} */ selector, /** @type {() => unknown} */ act) =>
      find(root, selector, HTMLButtonElement).addEventListener("click", () => void act(), { signal });
    press(this.#removing, "[data-kick=call]", () => this.#kick(false));
    press(this.#removing, "[data-kick=room]", () => this.#kick(true));
    press(this.#ending, "[data-end]", () => this.#end());
    press(document, "[data-host=join-rule]", () => this.#door.showModal());
    press(document, "[data-host=end]", () => this.#ending.showModal());
    this.#notify.addEventListener("click", () => void this.#askForNotifications(), { signal });
    session.on("entered", ({ room }) => this.#room(room), { signal });
    session.on("room", ({ room }) => this.#room(room), { signal });
    signal.addEventListener("abort", () => this.#show(false));
  }

  get #host() {
    return HOSTS.includes(this.#session.self.role);
  }

  /** @param {AbortSignal} signal */
  #offer(signal) {
    personMenu.addAction(
      {
        id: "ask-mute",
        icon: "mic-off",
        label: text("person.ask-mute"),
        shown: ({ self, muted, state }) => this.#host && !self && !muted && state !== "refused",
        run: (pid) => this.#askToMute(pid),
      },
      signal,
    );
    personMenu.addAction(
      {
        id: "remove",
        icon: "leave",
        label: text("person.remove"),
        grave: true,
        shown: (person) => this.#mayRemove(person),
        run: (pid) => this.#askToRemove(pid),
      },
      signal,
    );
  }

  /** @param {Person} person */
  #mayRemove({ self, role, member }) {
    if (self || member === this.#session.self.member || this.#urls.kickUrl === null) return false;
    return this.#session.self.role === "owner" || (this.#host && !HOSTS.includes(role));
  }

  /** @param {Room} room */
  #room(room) {
    this.#show(this.#host);
    const form = this.#door.querySelector("mp-join-rule-form");
    if (form instanceof JoinRuleForm) form.show(room);
  }

  /** @param {boolean} host */
  #show(host) {
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
    this.#whom = this.#session.people.get(pid) ?? null;
    if (!this.#whom) return;
    find(this.#removing, "h2", HTMLElement).textContent = text("remove.title", { name: this.#whom.name });
    this.#removing.showModal();
  }

  /** @param {boolean} forGood whether their place in the room is taken away, too */
  async #kick(forGood) {
    const whom = this.#whom;
    this.#removing.close();
    if (!whom || this.#urls.kickUrl === null) return;
    const tabs = [...this.#session.people.values()].filter(({ member }) => member === whom.member);
    // The browsers end their connections at once, whatever becomes of the server's answer.
    if (forGood) for (const { pid } of tabs) this.#session.kicks.kick(pid);
    const { status } = await postJson(this.#urls.kickUrl, { member: whom.member, for_good: forGood });
    if (status !== 200) toast(text(forGood ? "remove.not-on-server" : "remove.failed", { name: whom.name }));
  }

  async #end() {
    this.#ending.close();
    const { status } = await postJson(this.#urls.endUrl ?? "");
    if (status !== 200) toast(text("end.failed"));
  }

  async #askForNotifications() {
    await Notification.requestPermission();
    this.#show(this.#host);
  }
}
