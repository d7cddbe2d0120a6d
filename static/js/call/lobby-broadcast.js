/**
 * The door in other tabs: the tab of a call tells the other pages of this browser who knocks, and hears which button is
 * pressed there. Keys stay in the tab of the call. Only pages of this origin, in this browser profile, hear it.
 *
 * @module
 */

/** @typedef {import("./lobby-host.js").Knock} Knock */

const CHANNEL = "meeting-point/door";

/**
 * The end in the tab of a call. Events: `answer` {member, admitted}, a `CustomEvent`; `asked`: another page wants to know.
 */
export class DoorRelay extends EventTarget {
  #slug;
  #channel = new BroadcastChannel(CHANNEL);

  /** @param {{slug: string, signal: AbortSignal}} options signal: the call is over */
  constructor({ slug, signal }) {
    super();
    this.#slug = slug;
    this.#channel.addEventListener("message", ({ data }) => this.#heard(data), { signal });
    signal.addEventListener("abort", () => {
      this.tell("", []);
      this.#channel.close();
    });
  }

  /**
   * @param {string} room its name
   * @param {Knock[]} knocks
   */
  tell(room, knocks) {
    this.#channel.postMessage({ kind: "knocks", slug: this.#slug, room, knocks });
  }

  /** @param {any} data */
  #heard({ kind, slug, member, admitted }) {
    if (kind === "ask") this.dispatchEvent(new Event("asked"));
    if (kind !== "answer" || slug !== this.#slug) return;
    this.dispatchEvent(new CustomEvent("answer", { detail: { member, admitted } }));
  }
}

/**
 * The end in another page. Events: `changed` {knocks}, a `CustomEvent`: all who knock at doors of calls in this browser;
 * each has `slug` and `room`.
 */
export class DoorElsewhere extends EventTarget {
  #channel = new BroadcastChannel(CHANNEL);
  /** @type {Map<string, (Knock & {slug: string, room: string})[]>} by slug */
  #rooms = new Map();

  constructor() {
    super();
    this.#channel.addEventListener("message", ({ data }) => this.#heard(data));
    this.#channel.postMessage({ kind: "ask" });
  }

  /**
   * @param {string} member
   * @param {boolean} admitted
   */
  answer(member, admitted) {
    const slug = [...this.#rooms.values()].flat().find((knock) => knock.member === member)?.slug;
    this.#channel.postMessage({ kind: "answer", slug, member, admitted });
  }

  /** @param {any} data */
  #heard({ kind, slug, room, knocks }) {
    if (kind !== "knocks") return;
    this.#rooms.set(slug, knocks.map((/** @type {Knock} */ knock) => ({ ...knock, slug, room })));
    this.dispatchEvent(new CustomEvent("changed", { detail: { knocks: [...this.#rooms.values()].flat() } }));
  }
}
