/** Lets the connections of one picture, the camera or the screen, share encoders as `groups.js` says. */

import { CODEC_BITRATE_FACTOR } from "../adaptation/ladder.js";
import { acceptable, agree } from "./agreement.js";
import { MIN_MEMBERS, NO_GROUPS, regroup } from "./groups.js";
import { look, UsualFreezes } from "./trouble.js";

/** @import { Adaptation } from "../adaptation/adaptation.js" */
/** @import { PictureKind } from "../adaptation/sender-control.js" */
/** @import { Codec } from "../adaptation/ladder.js" */
/** @import { PeerAdaptation } from "../adaptation/peer-adaptation.js" */
/** @typedef {Pick<PeerAdaptation, "state" | "evidence" | "moment" | "report" | "pictures" | "shared" | "available" | "applyPictures">} SharingPeer */
/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { PeerLink } from "../../peer/peer-link.js" */
/** @import { BackendReport, CarrierBackend, PreparedSender } from "./backend.js" */
/** @import { Choice } from "./agreement.js" */
/** @import { Group, Wish } from "./groups.js" */
/** @import { Seen } from "./trouble.js" */
/** @import { EncoderCounts } from "./shared-encoder.js" */

/** @typedef {{link: PeerLink, peer: SharingPeer, sender: RTCRtpSender, prepared: PreparedSender, group: number, joinedAt: number, seen: Seen | null}} SharedConnection */
/** What was decided for one connection. @typedef {Choice & Omit<Wish, "barred">} SharingChoice */
/** frames: a second @typedef {{counts: EncoderCounts, at: number, encodeMs: number, fps: number, limited: boolean, load: number}} Measured */

/** kbit/s of an estimate that are for the voice. */
const VOICE_KBPS = 40;
const LINE_SHARE = 0.95;
/** A timer that is as late shows that the processor is busy with other things, too; what that delays comes for a while. */
const LATE_MS = 100;
const BUSY_MS = 4_000;

export class PictureSharing {
  #kind;
  #mesh;
  #adaptation;
  #grouping = NO_GROUPS;
  /** @type {Map<string, SharedConnection>} */
  #connections = new Map();
  /** By encoder. @type {Map<number, Measured>} */
  #measured = new Map();
  /** By encoder: what was asked for last. @type {Map<number, {track: MediaStreamTrack, words: string}>} */
  #asked = new Map();
  #usual = new UsualFreezes();
  #busyAt = -Infinity;
  /** Carriers that the frames of their sender pass. @type {Set<number>} */
  #ready = new Set();

  /** @param {PictureKind} kind @param {Mesh} mesh @param {Adaptation} adaptation */
  constructor(kind, mesh, adaptation) {
    this.#kind = kind;
    this.#mesh = mesh;
    this.#adaptation = adaptation;
  }

  get shares() {
    return this.#connections.size > 0;
  }

  get kind() {
    return this.#kind;
  }

  /** @param {string} pid */
  sharesWith(pid) {
    return this.#connections.has(pid);
  }

  /** Cores that the encoders use. */
  get load() {
    return [...this.#measured.values()].reduce((sum, { load }) => sum + load, 0);
  }

  /** For tests and diagnosis. */
  get facts() {
    return this.#grouping.groups.map(({ id, format, kbps, members }) => {
      const { counts, encodeMs = 0 } = this.#measured.get(this.#encoderOf(id)) ?? {};
      const { frames = 0, keyFrames = 0, width = 0, height = 0 } = counts ?? {};
      const carried = members.flatMap(({ pid }) => this.#connections.get(pid)?.seen?.counts ?? []);
      return { ...format, kind: this.#kind, kbps, members: members.map(({ pid }) => pid), carried, frames, keyFrames, encodeMs, width, height };
    });
  }

  /**
   * Follows the decisions.
   * @param {CarrierBackend} backend @param {{isBarred: (pid: string) => boolean, proofOf: (codec: Codec, ask: boolean) => boolean | null}} terms
   *   proofOf: null: not proved yet; ask: it will be @param {number} now ms
   */
  update(backend, { isBarred, proofOf }, now) {
    const wishes = this.#wishes(backend, isBarred);
    this.#proveCodecs(wishes, proofOf, now);
    const before = this.#grouping;
    this.#grouping = regroup(before, wishes, now);
    const { groups } = this.#grouping;
    const groupOf = new Map(groups.flatMap((group) => group.members.map(({ pid }) => [pid, group])));
    for (const [pid, connection] of this.#connections) {
      const next = groupOf.get(pid);
      const same = this.#senderOf(this.#mesh.peers.get(pid)) === connection.sender;
      if (next && same && (next.id === connection.group || this.#works(next))) this.#move(backend, pid, next, now);
      else this.#leave(backend, pid);
    }
    for (const group of groups) this.#encode(backend, group, now);
    for (const [pid, group] of groupOf) this.#join(backend, pid, group, now);
    for (const { id } of before.groups) if (!groups.some((group) => group.id === id)) this.#close(backend, id);
  }

  /** @param {BackendReport} report @param {number} now ms @returns {{pid: string, trouble: string}[]} */
  receiveReport({ encoders, carriers, lateMs }, now) {
    if (lateMs > LATE_MS) this.#busyAt = now;
    for (const [id, { passed }] of Object.entries(carriers)) if (passed > 0) this.#ready.add(Number(id));
    for (const { id, members, format } of this.#grouping.groups) {
      const counts = encoders[this.#encoderOf(id)];
      if (!counts) continue;
      const measured = measureEncoder(counts, this.#measured.get(this.#encoderOf(id)), now);
      this.#measured.set(this.#encoderOf(id), measured);
      for (const { pid } of members) this.#describe(pid, { codec: format.codec, people: members.length }, measured);
    }
    for (const [pid, link] of this.#mesh.peers) {
      const { freezes } = this.#adaptation.adaptationOf(pid)?.report ?? {};
      if (freezes !== undefined) this.#usual.count(link, freezes, this.#connections.has(pid), now);
    }
    return [...this.#connections].flatMap(([pid, connection]) => {
      const { report, moment } = connection.peer;
      const counts = carriers[connection.prepared.id] ?? null;
      const strained = this.#adaptation.heardFrom(pid).strained || now - this.#busyAt < BUSY_MS;
      // Of the camera: a screen that stands still is no freeze.
      const freezes = this.#kind === "camera" ? (report?.freezes ?? 0) : 0;
      const arrives = { counts, freezes, usual: this.#usual.of(connection.link, connection.joinedAt), loss: moment?.outbound.loss ?? 0, strained };
      const { seen, trouble } = look({ joinedAt: connection.joinedAt, ...arrives }, connection.seen, now);
      connection.seen = seen;
      return trouble ? [{ pid, trouble }] : [];
    });
  }

  /** Everyone gets the picture from an encoder of their own, at once. @param {CarrierBackend} backend */
  endAll(backend) {
    for (const pid of [...this.#connections.keys()]) this.#leave(backend, pid);
    for (const { id } of this.#grouping.groups) this.#close(backend, id);
    this.#grouping = NO_GROUPS;
  }

  /**
   * No codec is shared before it is proved; the one of the group is as good meanwhile.
   * @param {Map<string, Wish>} wishes is changed @param {(codec: Codec, ask: boolean) => boolean | null} proofOf @param {number} now
   */
  #proveCodecs(wishes, proofOf, now) {
    const codecs = [...wishes.values()].flatMap(({ codec, barred }) => (barred ? [] : [codec]));
    for (const [pid, wish] of wishes) {
      if (wish.barred) continue;
      const group = this.#grouping.groups.find(({ members }) => members.some((member) => member.pid === pid));
      // One alone needs none, and the first seconds of a connection have other work.
      const standing = now >= (this.#grouping.waits.get(pid)?.until ?? Infinity);
      const several = codecs.filter((codec) => codec === wish.codec).length >= MIN_MEMBERS;
      const proof = proofOf(wish.codec, standing && (several || group !== undefined));
      if (proof === null && group) wishes.set(pid, { ...wish, codec: group.format.codec });
      else if (proof !== true) wishes.set(pid, { ...wish, barred: true });
    }
  }

  /** @param {CarrierBackend} backend @param {(pid: string) => boolean} isBarred @returns {Map<string, Wish>} */
  #wishes(backend, isBarred) {
    const decided = [...this.#mesh.peers].flatMap(([pid, link]) => {
      const [choice, sender] = [this.#choiceOf(pid, link), this.#senderOf(link)];
      const ready = sender !== null && this.#ready.has(backend.preparedOf(sender)?.id ?? 0);
      return choice ? [{ pid, choice, barred: !ready || isBarred(pid) }] : [];
    });
    /** @type {Map<string, SharingChoice[]>} */
    const sizes = new Map();
    for (const { choice, barred } of decided) if (!barred) sizes.set(sizeOf(choice), [...(sizes.get(sizeOf(choice)) ?? []), choice]);
    const codecs = new Map([...sizes].map(([size, choices]) => [size, agree(choices, this.#codecOf(size))]));
    return new Map(decided.map(({ pid, choice, barred }) => [pid, wishOf(choice, codecs.get(sizeOf(choice)) ?? null, barred)]));
  }

  /** @param {string} size @returns {Codec | null} of those who share a picture of this size, or of any other */
  #codecOf(size) {
    const formats = this.#grouping.groups.map(({ format }) => format);
    return (formats.find((format) => sizeOf(format) === size) ?? formats[0])?.codec ?? null;
  }

  /** @param {string} pid @param {PeerLink} link @returns {SharingChoice | null} null: gets no picture of this kind */
  #choiceOf(pid, link) {
    const peer = this.#adaptation.adaptationOf(pid);
    const picture = peer?.pictures[this.#kind];
    if (!peer || !picture?.active || link.state !== "connected" || this.#trackOf(link) === null || !this.#senderOf(link)) return null;
    const { step, rung, quick: begins } = peer.state;
    const { codec, height, fps, kbps } = picture;
    return { codec, height, fps, kbps, begins, step, rung, codecs: peer.evidence?.codecs ?? [codec], line: Math.max(0, peer.available * LINE_SHARE - VOICE_KBPS) };
  }

  /** @param {CarrierBackend} backend @param {string} pid @param {Group} group @param {number} now */
  #join(backend, pid, { id, format, members }, now) {
    const link = this.#mesh.peers.get(pid);
    const [peer, sender] = [this.#adaptation.adaptationOf(pid), this.#senderOf(link)];
    const prepared = sender && backend.preparedOf(sender);
    if (!link || !peer || !prepared || !this.#works({ id }) || this.#connections.has(pid)) return;
    this.#connections.set(pid, { link, peer, sender, prepared, group: id, joinedAt: now, seen: null });
    backend.join(prepared, this.#encoderOf(id));
    link.substitute(this.#kind, prepared.track);
    this.#describe(pid, { codec: format.codec, people: members.length }, this.#measured.get(this.#encoderOf(id)));
    peer.applyPictures();
  }

  /** An encoder that has just been made needs a moment, in which the receiver would see nothing. @param {Pick<Group, "id">} group */
  #works({ id }) {
    return (this.#measured.get(this.#encoderOf(id))?.counts.frames ?? 0) > 0;
  }

  /** Its sender goes on with dummies, and carries the frames of another encoder. @param {CarrierBackend} backend @param {string} pid @param {Group} group @param {number} now */
  #move(backend, pid, { id, format, members }, now) {
    const connection = this.#connections.get(pid);
    if (!connection || connection.group === id) return;
    Object.assign(connection, { group: id, joinedAt: now, seen: null });
    backend.join(connection.prepared, this.#encoderOf(id));
    this.#describe(pid, { codec: format.codec, people: members.length }, this.#measured.get(this.#encoderOf(id)));
    connection.peer.applyPictures();
  }

  /** @param {CarrierBackend} backend @param {string} pid */
  #leave(backend, pid) {
    const connection = this.#connections.get(pid);
    if (!connection) return;
    const { link, peer, sender, prepared } = connection;
    this.#connections.delete(pid);
    backend.leave(prepared);
    peer.shared[this.#kind] = null;
    // Its own encoder gets the size that was decided for it before the first picture.
    peer.applyPictures();
    if (this.#senderOf(link) === sender) link.substitute(this.#kind, null);
  }

  /** @param {CarrierBackend} backend @param {Group} group @param {number} now */
  #encode(backend, { id, format, kbps, members }, now) {
    const [track] = members.flatMap(({ pid }) => this.#trackOf(this.#mesh.peers.get(pid)) ?? []);
    const encoder = this.#encoderOf(id);
    const words = JSON.stringify([format, Math.round(kbps)]);
    const asked = this.#asked.get(encoder);
    if (!track || (asked?.words === words && asked.track === track)) return;
    this.#asked.set(encoder, { track, words });
    backend.encode(encoder, track, { kind: this.#kind, ...format, kbps });
    for (const { pid } of members) {
      const connection = this.#connections.get(pid);
      const shared = connection?.peer.shared[this.#kind];
      if (!connection || !shared || shared.codec === format.codec) continue;
      this.#describe(pid, { codec: format.codec, people: members.length }, this.#measured.get(encoder));
      // Another codec is as good as another encoder.
      connection.joinedAt = now;
      connection.peer.applyPictures();
    }
  }

  /** @param {CarrierBackend} backend @param {number} id of a group */
  #close(backend, id) {
    backend.close(this.#encoderOf(id));
    this.#measured.delete(this.#encoderOf(id));
    this.#asked.delete(this.#encoderOf(id));
  }

  /** @param {string} pid @param {{codec: Codec, people: number}} group @param {Measured | undefined} measured */
  #describe(pid, group, measured) {
    const peer = this.#connections.get(pid)?.peer;
    if (!peer) return;
    const { counts = { width: 0, height: 0 }, encodeMs = 0, fps = 0, limited = false } = measured ?? {};
    const sides = [counts.width, counts.height];
    peer.shared[this.#kind] = { ...group, encodeMs, fps, limited, height: Math.min(...sides), width: Math.max(...sides) };
  }

  /** @param {number} group @returns {number} unique among those of all kinds */
  #encoderOf(group) {
    return 2 * group + (this.#kind === "screen" ? 1 : 0);
  }

  /** @param {PeerLink | undefined} link @returns {RTCRtpSender | null} */
  #senderOf(link) {
    const { video, screenVideo } = link?.transceivers ?? {};
    return (this.#kind === "screen" ? screenVideo : video)?.sender ?? null;
  }

  /** @param {PeerLink | undefined} link @returns {MediaStreamTrack | null} the picture itself, also while it is carried */
  #trackOf(link) {
    const { tracks, screen } = link?.outgoingTracks ?? {};
    return (this.#kind === "screen" ? screen : tracks)?.video ?? null;
  }
}

/** @param {{height: number, fps: number}} format */
function sizeOf({ height, fps }) {
  return `${height} ${fps}`;
}

/** @param {SharingChoice} choice @param {Codec | null} agreed @param {boolean} barred @returns {Wish} */
function wishOf(choice, agreed, barred) {
  const { height, fps, line, begins } = choice;
  const codec = agreed && !barred && acceptable(choice).includes(agreed) ? agreed : choice.codec;
  // The same quality.
  const kbps = (choice.kbps * CODEC_BITRATE_FACTOR[codec]) / CODEC_BITRATE_FACTOR[choice.codec];
  return { codec, height, fps, kbps: Math.min(kbps, line), barred, begins };
}

/** @param {EncoderCounts} counts @param {Measured | undefined} before @param {number} now @returns {Measured} */
function measureEncoder(counts, before, now) {
  const seconds = before ? (now - before.at) / 1_000 : 0;
  if (!before || seconds <= 0) return { counts, at: now, encodeMs: 0, fps: 0, limited: false, load: 0 };
  const frames = counts.frames - before.counts.frames;
  const busyMs = counts.busyMs - before.counts.busyMs;
  return { counts, at: now, encodeMs: frames > 0 ? busyMs / frames : 0, fps: frames / seconds, limited: counts.limited, load: busyMs / 1_000 / seconds };
}
