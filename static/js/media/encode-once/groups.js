/**
 * Who shares an encoder: connections with equal decisions. A pure function of the groups before and of what is decided for each
 * connection. No connection gets more than was decided for it, not even for a moment; one that may have more waits a while for the
 * others, so that groups that climb together stay together.
 */

/** @import { Codec } from "../adaptation/ladder.js" */

/**
 * What was decided for one connection. height: px, shorter side; kbps: for this picture; barred: encodes for itself
 * @typedef {{codec: Codec, height: number, fps: number, kbps: number, barred: boolean}} Wish
 */
/** @typedef {{codec: Codec, height: number, fps: number}} Format */
/** since: when the wish became what it is; null, when it is the group's @typedef {{pid: string, since: number | null}} Member */
/** @typedef {{id: number, format: Format, kbps: number, members: readonly Member[]}} Group */
/** waits: what each connection wishes, and when it may join others @typedef {{words: string, until: number}} Wait */
/** @typedef {{groups: readonly Group[], waits: ReadonlyMap<string, Wait>, lastId: number}} Grouping */

/** @type {Grouping} */
export const NO_GROUPS = Object.freeze({ groups: [], waits: new Map(), lastId: 0 });

/** How long a decision has to stand before a connection joins others. */
export const JOIN_AFTER_MS = 1_500;
/** The same for one that has just left others. */
export const REJOIN_AFTER_MS = 6_000;
/** How long one that may have more waits for the others of its group. */
export const CLIMB_AFTER_MS = 8_000;
/** One with less than this share of what most of the others may use would cost them their picture. */
const SLOW = 0.4;
/** It joins, or comes back, with more than that. */
const FAST = 0.55;
export const MIN_MEMBERS = 2;

/**
 * @param {Grouping} before @param {ReadonlyMap<string, Wish>} wishes of the connections that send this picture @param {number} now ms
 * @returns {Grouping}
 */
export function regroup(before, wishes, now) {
  const groups = before.groups.map((group) => keepTogether(group, wishes, now));
  const waits = new Map([...wishes].map(([pid, wish]) => [pid, waitOf(pid, wish, { before, groups, now })]));
  let { lastId } = before;
  for (const [pid, wish] of wishes) {
    if (isIn(groups, pid) || wish.barred || now < (waits.get(pid)?.until ?? now)) continue;
    const fitting = groups.find((group) => fits(group.format, wish) && !isSlow(wish, [...ratesOf(group, wishes), wish.kbps], FAST));
    if (fitting) {
      fitting.members = [...fitting.members, { pid, since: null }];
      continue;
    }
    lastId += 1;
    groups.push({ id: lastId, format: formatOf(wish), kbps: wish.kbps, members: [{ pid, since: null }] });
  }
  const whole = groups.filter(({ members }) => members.length >= MIN_MEMBERS);
  return { groups: whole.map((group) => ({ ...group, kbps: Math.min(...kbpsOf(group, wishes)) })), waits, lastId };
}

/**
 * @param {string} pid @param {Wish} wish @param {{before: Grouping, groups: readonly Pick<Group, "members">[], now: number}} around @returns {Wait}
 */
function waitOf(pid, wish, { before, groups, now }) {
  const words = wordsOf(wish);
  if (isIn(before.groups, pid) && !isIn(groups, pid)) return { words, until: now + REJOIN_AFTER_MS };
  const known = before.waits.get(pid);
  return known?.words === words ? known : { words, until: Math.max(known?.until ?? 0, now + JOIN_AFTER_MS) };
}

/** @param {readonly Pick<Group, "members">[]} groups @param {string} pid */
function isIn(groups, pid) {
  return groups.some(({ members }) => members.some((member) => member.pid === pid));
}

/** @param {Group} group @param {ReadonlyMap<string, Wish>} wishes @param {number} now @returns {{id: number, format: Format, kbps: number, members: Member[]}} */
function keepTogether(group, wishes, now) {
  const able = group.members.flatMap(({ pid, since }) => {
    const wish = wishes.get(pid);
    return wish && !wish.barred ? [{ pid, since, wish }] : [];
  });
  const format = formatFor(group.format, able.map(({ wish }) => wish));
  const rates = ratesOf({ ...group, format }, wishes);
  const present = able.filter(({ wish }) => !isSlow(wish, rates, SLOW));
  /** @type {Member[]} */
  const members = [];
  for (const { pid, since, wish } of present) {
    const waiting = since ?? now;
    const mayHaveMore = wish.height * wish.fps >= format.height * format.fps;
    if (fits(format, wish)) members.push({ pid, since: null });
    else if (mayHaveMore && now - waiting < CLIMB_AFTER_MS) members.push({ pid, since: waiting });
  }
  return { ...group, format, members };
}

/** What most members want, but not more than before unless all of them do. @param {Format} current @param {readonly Wish[]} wishes @returns {Format} */
function formatFor(current, wishes) {
  const votes = new Map();
  for (const wish of wishes) votes.set(wordsOf(wish), [...(votes.get(wordsOf(wish)) ?? []), wish]);
  const [most] = [...votes.values()].sort((one, other) => other.length - one.length);
  if (!most) return current;
  const [first] = most;
  const less = first.height * first.fps <= current.height * current.fps;
  const together = most.length === wishes.length || (less && most.length * 2 > wishes.length);
  return together ? formatOf(first) : current;
}

/** @param {Wish} wish @param {readonly number[]} rates of all that would share @param {number} share @returns {boolean} */
function isSlow({ kbps }, rates, share) {
  const sorted = [...rates].sort((one, other) => one - other);
  return sorted.length > 0 && kbps < share * sorted[Math.floor(sorted.length / 2)];
}

/** Of those whose wish it is: others could use more. @param {Pick<Group, "members" | "format">} group @param {ReadonlyMap<string, Wish>} wishes */
function ratesOf({ members, format }, wishes) {
  const theirs = members.flatMap(({ pid }) => wishes.get(pid) ?? []);
  return theirs.filter((wish) => fits(format, wish)).map(({ kbps }) => kbps);
}

/** @param {Pick<Group, "members">} group @param {ReadonlyMap<string, Wish>} wishes */
function kbpsOf({ members }, wishes) {
  return members.map(({ pid }) => wishes.get(pid)?.kbps ?? 0);
}

/** @param {Format} format @param {Wish} wish */
function fits(format, wish) {
  return wordsOf(format) === wordsOf(wish);
}

/** @param {Format} format */
function wordsOf({ codec, height, fps }) {
  return `${codec} ${height} ${fps}`;
}

/** @param {Format} wish @returns {Format} */
function formatOf({ codec, height, fps }) {
  return { codec, height, fps };
}
