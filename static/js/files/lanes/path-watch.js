/** What the call's packets experience on one connection: queueing delay, loss, concealed audio. From readings about once a second. */

import { countMeasurements, floorOf, freshRoundTrips, selectedPair } from "../../peer/stats/round-trips.js";

/** @import { Measurements } from "../../peer/stats/round-trips.js" */
/**
 * @typedef {{at: number, sent: number, lost: number, samples: number, concealed: number, available: number}} Totals
 * at: ms; packets, and audio samples received; available: bits a second, 0: no estimate
 */

/** Readings that are compared. */
const WINDOW_MS = 3_000;
/** An estimate below this share of what it was, a few seconds ago, has collapsed. */
const COLLAPSE = 0.6;
/** Round trips: a single one proves nothing. */
const FEWEST = 3;
/** ms a second by which the floor rises: slower than a transfer that keeps a queue goes on. */
const FORGET_MS = 0.5;

export class PathWatch {
  /** Round trips of the last seconds. @type {{at: number, ms: number}[]} */
  #trips = [];
  /** @type {Totals[]} */
  #totals = [];
  /** @type {Measurements} */
  #measurements = {};
  #pair = "";
  /** ms, the shortest round trip of late; null: none was measured. @type {number | null} */
  floor = null;

  /** @param {ReadonlyMap<string, any>} stats @param {number} now ms */
  addReading(stats, now) {
    const all = [...stats.values()];
    const streams = all.filter(({ type }) => type === "remote-inbound-rtp");
    const pair = selectedPair(stats);
    if (pair && pair.id !== this.#pair) {
      this.#pair = pair.id;
      this.#trips = [];
      this.floor = null;
    }
    const measured = pair ? [...streams, pair] : streams;
    const before = this.#totals.at(-1)?.at ?? now;
    for (const ms of freshRoundTrips(measured, this.#measurements)) this.addRoundTrip(ms, now);
    if (this.floor !== null) this.floor = floorOf(this.floor, Infinity, (FORGET_MS * (now - before)) / 1_000);
    this.#measurements = { ...this.#measurements, ...countMeasurements(measured) };
    this.#totals.push({ at: now, ...totalsOf(stats, all, streams), available: pair?.availableOutgoingBitrate ?? 0 });
    this.#totals = this.#totals.filter(({ at }) => now - at <= WINDOW_MS);
    this.#trips = this.#trips.filter(({ at }, index) => now - at <= WINDOW_MS || index >= this.#trips.length - FEWEST);
  }

  /** @param {number} ms @param {number} now */
  addRoundTrip(ms, now) {
    if (ms <= 0) return;
    this.#trips.push({ at: now, ms });
    this.floor = floorOf(this.floor, ms, 0);
  }

  /**
   * A queue in the line delays all packets, a strained processor some: the shortest of the last round trips counts.
   * @param {number} windowMs @param {number} now @returns {number} ms above the floor
   */
  queueMs(windowMs, now) {
    const recent = this.#trips.filter(({ at }) => now - at < windowMs).length;
    const trips = this.#trips.slice(-Math.max(FEWEST, recent));
    return trips.length > 0 ? Math.max(0, Math.min(...trips.map(({ ms }) => ms)) - (this.floor ?? 0)) : 0;
  }

  /** Whether media is sent. A first reading cannot compare: what was sent before counts. */
  get isLive() {
    return (this.#totals.length > 1 ? this.grown : this.#totals[0])?.sent > 0;
  }

  /** Whether the browser's estimate of the bandwidth has collapsed: it sees a queue before it is long. */
  get isSqueezed() {
    return (this.#totals.at(-1)?.available ?? 0) < COLLAPSE * Math.max(0, ...this.#totals.map(({ available }) => available));
  }

  /** Packets sent, and lost; audio samples received, and concealed: in the last seconds. */
  get grown() {
    const [first, last] = [this.#totals[0], this.#totals.at(-1)];
    const grown = (/** @type {Exclude<keyof Totals, "at" | "available">} */ name) => Math.max(0, (last?.[name] ?? 0) - (first?.[name] ?? 0));
    return { sent: grown("sent"), lost: grown("lost"), samples: grown("samples"), concealed: grown("concealed") };
  }
}

/** @param {ReadonlyMap<string, any>} stats @param {any[]} all @param {any[]} streams of ours, as the peer reports them @returns {Omit<Totals, "at" | "available">} */
function totalsOf(stats, all, streams) {
  const totals = { sent: 0, lost: 0, samples: 0, concealed: 0 };
  for (const { localId, packetsLost = 0 } of streams) {
    totals.sent += stats.get(localId)?.packetsSent ?? 0;
    totals.lost += packetsLost;
  }
  for (const { type, kind, totalSamplesReceived = 0, concealedSamples = 0, silentConcealedSamples = 0 } of all) {
    if (type !== "inbound-rtp" || kind !== "audio") continue;
    totals.samples += totalSamplesReceived;
    totals.concealed += concealedSamples - silentConcealedSamples;
  }
  return totals;
}
