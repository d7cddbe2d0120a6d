/** Three short hints during the first call in this browser. They have a line of their own above the toolbar and cover nothing. */

import { browserStorage } from "../../lib/storage.js";
import { HOSTS } from "../../signaling/roles.js";
import { showNotice } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { HintQueue, hintsFor } from "./hint-queue.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Hint } from "./hint-queue.js" */

const STORAGE_KEY = "hints-seen";
/** Between two hints: long enough to go back to the conversation. */
const REST_MS = 20_000;
/** What needs the attention, or the place, more than a hint does. An empty call says itself what to do. */
const INSTEAD = ".side-panel:not([hidden]), #knocks:not([hidden]), #alone:not([hidden]), .stage__banner:not([hidden]), .stage-note:not([hidden], #hint)";
/** Over these no hint begins; one that is there keeps its place unseen (stage.css), so that nothing moves. */
const OVER = "dialog[open], :popover-open";
/**
 * What changes when a person does what the hint is about, and the button for it.
 * @type {Record<Hint, {changes: string, button: string}>}
 */
const DONE = {
  mute: { changes: ".tool[data-toggle=microphone][aria-pressed=true]", button: ".tool[data-toggle=microphone]" },
  invite: { changes: "#invite-dialog[open]", button: ".tool[data-action=invite]" },
  hand: { changes: "#raise-hand[aria-pressed=true]", button: "#raise-hand" },
  drop: { changes: "#files:not([hidden])", button: ".tool[aria-controls=files]" },
  files: { changes: "#files:not([hidden])", button: ".tool[aria-controls=files]" },
  devices: { changes: "#devices-dialog[open]", button: ".tool[data-action=devices]" },
};

/** @param {CallSession} session @param {AbortSignal} signal */
export function showFirstVisitHints(session, signal) {
  session.on("entered", () => {
    if (browserStorage.load(STORAGE_KEY) !== null) return;
    browserStorage.save(STORAGE_KEY, "yes");
    new FirstVisitHints(HOSTS.includes(session.self.role), signal);
  }, { signal });
}

class FirstVisitHints {
  #root = byId("hint", HTMLElement);
  #line = find(this.#root, "p", HTMLElement);
  #keyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;
  #hints;
  #queue;
  /** Which `changes` match, as last seen. @type {Map<Hint, boolean>} */
  #seen;
  #said = "";
  #watch = new MutationObserver(() => this.#update());
  #life = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {boolean} host @param {AbortSignal} signal */
  constructor(host, signal) {
    this.#hints = hintsFor({ host, keyboard: this.#keyboard });
    this.#queue = new HintQueue(this.#hints);
    this.#seen = new Map(this.#hints.map((hint) => [hint, matches(hint)]));
    const life = { signal: this.#life.signal };
    find(this.#root, "button", HTMLButtonElement).addEventListener("click", () => this.#dismiss(), life);
    // A menu that opens or closes changes no attribute.
    document.addEventListener("toggle", () => this.#update(), { ...life, capture: true });
    this.#watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["hidden", "open", "aria-pressed"] });
    signal.addEventListener("abort", () => this.#end());
    this.#update();
  }

  #update() {
    const hidden = document.querySelector(INSTEAD) !== null;
    const busy = hidden || document.querySelector(OVER) !== null;
    if (this.#queue.update({ busy, done: this.#hints.filter((hint) => this.#isNewlyDone(hint)) })) this.#startRest();
    this.#show(hidden);
    if (this.#queue.isFinished) this.#end();
  }

  /** @param {Hint} hint */
  #isNewlyDone(hint) {
    const before = this.#seen.get(hint);
    this.#seen.set(hint, matches(hint));
    return before !== this.#seen.get(hint);
  }

  /** Says a hint once, also if something hides it for a while. @param {boolean} elsewhere something else is shown instead */
  #show(elsewhere) {
    const hint = this.#queue.current;
    const message = hint === null || elsewhere ? "" : this.#textOf(hint);
    const hidden = message === "";
    if (message !== "" && message !== this.#said) {
      this.#said = message; // Again where its button has moved into the menu, or out of it.
      showNotice(this.#root, this.#line, message);
    } else if (this.#root.hidden !== hidden) this.#root.hidden = hidden;
  }

  /** @param {Hint} hint */
  #textOf(hint) {
    if (hint === "hand" && this.#keyboard) return text("hint.hand.key");
    const inMenu = document.querySelector(`#more-menu ${DONE[hint].button}`) !== null;
    return text(inMenu ? `hint.${hint}.more` : `hint.${hint}`);
  }

  #dismiss() {
    this.#queue.dismiss();
    this.#startRest();
    this.#update();
  }

  #startRest() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#queue.wake();
      this.#update();
    }, REST_MS);
  }

  #end() {
    clearTimeout(this.#rest);
    this.#life.abort();
    this.#watch.disconnect();
    this.#root.hidden = true;
  }
}

/** @param {Hint} hint */
function matches(hint) {
  return document.querySelector(DONE[hint].changes) !== null;
}
