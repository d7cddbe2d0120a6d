/**
 * Rates the connection to each person and shows it on their tile and in the details. Recovers stalled media before it shows
 * them as missing.
 */

import { detectStalledMedia, expectedMedia, NOTHING_STALLED } from "../../media/playback/stalled-media.js";
import { UNKNOWN, rate, rateOwn } from "../../media/playback/quality.js";
import { MediaRefresh } from "../../peer/media-refresh.js";
import { DetailsDialog } from "./details-dialog.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Adaptation, Views } from "../../media/adaptation/adaptation.js" */
/** @import { Memory } from "../../media/playback/quality.js" */
/** @import { MediaPart } from "../../peer/transceiver-pair.js" */
/** @import { Memory as StalledMemory, Symptom } from "../../media/playback/stalled-media.js" */

/** @type {Readonly<Record<Symptom, MediaPart>>} */
const PART_OF = Object.freeze({ "no-sound": "audio", "no-picture": "video", frozen: "video", "no-screen": "screen" });

export class QualityMonitor {
  #session;
  #adaptation;
  #views;
  #details;
  /** @type {Map<string, Memory>} */
  #memories = new Map();
  #own = UNKNOWN;
  /** @type {Map<string, StalledMemory>} */
  #stalled = new Map();
  #refresh;
  /** @type {Map<string, number>} by pid */
  #timesConnected = new Map();

  /** @param {CallSession} session @param {Adaptation} adaptation @param {{grid: HTMLElement, views: Views}} stage @param {AbortSignal} signal */
  constructor(session, adaptation, { grid, views }, signal) {
    this.#views = views;
    this.#session = session;
    this.#refresh = new MediaRefresh(session.mesh, signal);
    this.#adaptation = adaptation;
    const reconnects = (/** @type {string} */ pid) => Math.max(0, (this.#timesConnected.get(pid) ?? 0) - 1);
    this.#details = new DetailsDialog(session, adaptation, { reconnects, signal });
    session.mesh.on("peer-state", ({ pid, state }) => this.#onPeerState(pid, state), { signal });
    session.mesh.on("peer-removed", ({ pid }) => this.#forgetPerson(pid), { signal });
    session.on("person-changed", ({ person }) => person.late && this.#rate(person.pid), { signal });
    adaptation.on("adapted", ({ pid }) => this.#onAdapted(pid), { signal });
    grid.addEventListener("click", (event) => this.#details.openFor(event), { signal });
  }

  /** @param {string} pid @param {string} state */
  #onPeerState(pid, state) {
    if (state === "connected") this.#timesConnected.set(pid, (this.#timesConnected.get(pid) ?? 0) + 1);
    this.#rate(pid);
  }

  /** @param {string} pid */
  #forgetPerson(pid) {
    this.#memories.delete(pid);
    this.#stalled.delete(pid);
    this.#timesConnected.delete(pid);
    this.#rateOwn();
  }

  /** @param {string} pid */
  #onAdapted(pid) {
    const person = this.#session.people.get(pid);
    const about = this.#adaptation.adaptationOf(pid);
    if (!person || !about?.measured) return;
    const shares = Boolean(this.#session.mesh.peers.get(pid)?.screen);
    const sends = expectedMedia(person, about.receiving?.picture, shares && Boolean(this.#views(pid).screen?.visible));
    const facts = { ...about.measured.inbound, now: performance.now(), connected: person.state === "connected", ...sends, shares };
    const memory = detectStalledMedia(this.#stalled.get(pid) ?? NOTHING_STALLED, facts);
    this.#stalled.set(pid, memory);
    if (memory.recover) this.#recover(pid, memory.recover);
    this.#rate(pid);
  }

  /** Asks the sender to refresh the track; from the second time on, restarts ICE as well, but not for a screen: the rest arrives by the same path. @param {string} pid @param {{symptom: Symptom, turn: number}} recovery */
  #recover(pid, { symptom, turn }) {
    this.#refresh.requestRefresh(pid, PART_OF[symptom]);
    if (turn > 1 && symptom !== "no-screen") this.#session.mesh.peers.get(pid)?.restartIce();
  }

  /** @param {string} pid */
  #rate(pid) {
    const person = this.#session.people.get(pid);
    const about = this.#adaptation.adaptationOf(pid);
    if (!person || !about) return;
    const connected = person.state === "connected" && about.measured !== null;
    const trouble = person.state === "failed" || Boolean(person.late);
    const { loss = 0, concealed = 0 } = about.measured?.inbound ?? {};
    const rttMs = about.measured?.outbound.rttMs ?? 0;
    const receiving = person.capture?.camera ? null : about.receiving;
    const missing = this.#stalled.get(pid)?.said ?? "";
    const facts = { connected, trouble, receiving, loss, concealed, rttMs, path: person.path ?? "", missing };
    const memory = rate(this.#memories.get(pid) ?? UNKNOWN, facts);
    this.#memories.set(pid, memory);
    this.#session.updatePerson(pid, { quality: memory.shown, missing });
    this.#rateOwn();
    this.#details.refreshPerson(pid);
  }

  #rateOwn() {
    const { people, self } = this.#session;
    const connected = [...people.values()].filter(({ state }) => state === "connected");
    const interrupted = Boolean(self.capture?.camera);
    const sending = connected.flatMap(({ pid }) => this.#adaptation.adaptationOf(pid)?.sending ?? []).map((status) => {
      return interrupted ? { ...status, why: /** @type {const} */ ("no-camera") } : status;
    });
    this.#own = rateOwn(this.#own, sending);
    this.#session.updatePerson(self.pid, { quality: this.#own.shown });
  }
}
