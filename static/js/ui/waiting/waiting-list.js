/** The list of waiting files of one room or several: on the dashboard, on a room's page and in the call. */

import { say } from "../lib/announcer.js";
import { part, textsOf } from "../lib/page.js";
import { waitingText } from "./waiting-text.js";

/** @import { WaitingFiles } from "../../waiting/waiting-files.js" */
/** @import { WaitingItem } from "../../waiting/waiting-items.js" */
/** @import { WaitingAction } from "./waiting-text.js" */

/** Bytes that move are no event of their own. */
const TICK_MS = 1_000;

export class WaitingList {
  #root;
  #list;
  #template;
  #words;
  /** @type {Map<WaitingFiles, string>} their rooms' names; empty: need not be said */
  #rooms = new Map();
  /** @type {Map<string, HTMLElement>} by transfer */
  #shown = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} while something is under way */
  #tick;

  /** @param {HTMLElement} root as in `rooms/_waiting.html` */
  constructor(root) {
    this.#root = root;
    this.#list = part(root, "list");
    this.#template = part(root, "item", HTMLTemplateElement);
    this.#words = textsOf(root);
  }

  /** @param {WaitingFiles} files @param {string} roomName empty: need not be said @param {AbortSignal} signal they are shown until then */
  add(files, roomName, signal) {
    this.#rooms.set(files, roomName);
    files.on("changed", () => this.#show(), { signal });
    files.on("received", ({ name }) => say(this.#words("waiting.news.received", { name: name || this.#words("waiting.someone") })), { signal });
    signal.addEventListener("abort", () => {
      this.#rooms.delete(files);
      this.#show();
    });
    this.#show();
  }

  #show() {
    /** @type {Set<string>} */
    const here = new Set();
    let isMoving = false;
    for (const [files, room] of this.#rooms) {
      for (const item of files.items) {
        if (item.inCall && item.direction === "in") continue;
        here.add(item.id);
        isMoving ||= item.transfer?.isRunning === true;
        this.#showItem(files, item, room);
      }
    }
    for (const [id, element] of this.#shown) {
      if (here.has(id)) continue;
      element.remove();
      this.#shown.delete(id);
    }
    this.#root.hidden = here.size === 0;
    if (!isMoving) clearInterval(this.#tick);
    this.#tick = isMoving ? (this.#tick ?? setInterval(() => this.#show(), TICK_MS)) : undefined;
  }

  /** @param {WaitingFiles} files @param {WaitingItem} item @param {string} room */
  #showItem(files, item, room) {
    const element = this.#shown.get(item.id) ?? this.#create(files, item.id);
    const { who, what, state, actions } = waitingText(item, this.#words);
    setText(part(element, "who"), room ? this.#words("waiting.in-room", { who, room }) : who);
    const title = part(element, "what");
    title.hidden = what === "";
    setText(title, what);
    setText(part(element, "state"), state);
    const progress = part(element, "progress", HTMLProgressElement);
    progress.hidden = !item.transfer?.isRunning;
    progress.max = Math.max(1, item.transfer?.bytes ?? 1);
    progress.value = item.transfer?.moved ?? 0;
    progress.setAttribute("aria-label", what);
    for (const button of buttonsOf(element)) button.hidden = !actions.includes(/** @type {WaitingAction} */ (button.dataset.waiting));
    element.dataset.direction = item.direction;
    element.dataset.state = item.transfer?.state ?? "";
    part(element, "open").hidden = item.transfer?.state !== "done";
  }

  /** @param {WaitingFiles} files @param {string} id */
  #create(files, id) {
    const element = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (this.#template.content.cloneNode(true)).firstElementChild);
    this.#shown.set(id, element);
    this.#list.append(element);
    for (const button of buttonsOf(element)) {
      button.addEventListener("click", () => {
        const action = /** @type {WaitingAction} */ (button.dataset.waiting);
        if (action === "receive") files.receive(id);
        else if (action === "retry") void files.retry(id);
        else void files.remove(id);
      });
    }
    return element;
  }
}

/** @param {HTMLElement} element @returns {NodeListOf<HTMLButtonElement>} */
function buttonsOf(element) {
  return element.querySelectorAll("button[data-waiting]");
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
