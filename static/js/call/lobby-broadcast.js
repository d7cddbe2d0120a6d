/** The lobby in other tabs of this browser profile: they show who knocks and can answer. Keys stay in the tab of the call. */

import { Emitter } from "../lib/emitter.js";
import { openTabChannel } from "../lib/storage.js";

/** @import { Knock } from "./lobby-host.js" */
/** @typedef {Knock & {slug: string, room: string}} KnockElsewhere room: the name */

const CHANNEL = "meeting-point/lobby";

/**
 * @typedef {object} LobbyBroadcastEvents
 * @property {{member: string, admitted: boolean}} answer a button was pressed in another page
 * @property {void} asked another page wants to know who knocks
 */

/** In the tab of a call. @extends {Emitter<LobbyBroadcastEvents>} */
export class LobbyBroadcast extends Emitter {
  #slug;
  #channel = openTabChannel(CHANNEL);

  /** @param {{slug: string, signal: AbortSignal}} options signal: aborts when the call ends */
  constructor({ slug, signal }) {
    super();
    this.#slug = slug;
    this.#channel?.addEventListener("message", ({ data }) => this.#onMessage(data), { signal });
    signal.addEventListener("abort", () => {
      this.sendKnocks("", []);
      this.#channel?.close();
    });
  }

  /** @param {string} room the name @param {Knock[]} knocks */
  sendKnocks(room, knocks) {
    this.#channel?.postMessage({ kind: "knocks", slug: this.#slug, room, knocks });
  }

  /** @param {any} data */
  #onMessage({ kind, slug, member, admitted }) {
    if (kind === "ask") this.emit("asked");
    if (kind !== "answer" || slug !== this.#slug) return;
    this.emit("answer", { member, admitted });
  }
}

/**
 * @typedef {object} LobbyListenerEvents
 * @property {{knocks: KnockElsewhere[]}} changed everyone who knocks in calls of this browser
 */

/** In another page. @extends {Emitter<LobbyListenerEvents>} */
export class LobbyListener extends Emitter {
  #channel = openTabChannel(CHANNEL);
  /** @type {Map<string, KnockElsewhere[]>} by slug */
  #rooms = new Map();

  constructor() {
    super();
    this.#channel?.addEventListener("message", ({ data }) => this.#onMessage(data));
    this.#channel?.postMessage({ kind: "ask" });
  }

  /** @param {string} member @param {boolean} admitted */
  answerKnock(member, admitted) {
    const slug = [...this.#rooms.values()].flat().find((knock) => knock.member === member)?.slug;
    this.#channel?.postMessage({ kind: "answer", slug, member, admitted });
  }

  /** @param {any} data */
  #onMessage({ kind, slug, room, knocks }) {
    if (kind !== "knocks") return;
    this.#rooms.set(slug, knocks.map((/** @type {Knock} */ knock) => ({ ...knock, slug, room })));
    this.emit("changed", { knocks: [...this.#rooms.values()].flat() });
  }
}
