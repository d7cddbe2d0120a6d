/**
 * Who shares an encoder: connections with equal decisions. A pure function of the groups before and of what is decided for each
 * connection. No connection gets more than was decided for it, not even for a moment; one that may have more waits a while for the
 * others, so that groups that climb together stay together. In their first seconds, connections find out how much they may have, each at
 * its own pace: those that may have more join at once and wait.
 */

/** @import { Codec } from "../adaptation/ladder.js" */

/**
 * What was decided for one connection. height: px, shorter side; kbps: for this picture; barred: encodes for itself; begins: is in its first
 * seconds
 * @typedef {{codec: Codec, height: number, fps: number, kbps: number, barred: boolean, begins: boolean}} Wish
 */
/** @typedef {{codec: Codec, height: number, fps: number}} Format */
/** since: when it began to wait for more; null: it has what it wishes @typedef {{pid: string, since: number | null}} Member */
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
/** px. A smaller picture costs no more to encode than what carries it: each connection encodes it for itself. */
export const MIN_HEIGHT = 270;

/**
 * @param {Grouping} before @param {ReadonlyMap<string, Wish>} wishes of the connections that send this picture @param {number} now ms
 * @returns {Grouping}
 */
export function regroup(before, wishes, now) {
  const groups = joinEqual(before.groups.map((group) => keepTogether(group, wishes, now)), wishes);
  const waits = new Map([...wishes].map(([pid, wish]) => [pid, waitOf(pid, wish, { before, groups, now })]));
  let { lastId } = before;
  const free = [...wishes].filter(([pid, wish]) => !isIn(groups, pid) && pays(wish) && now >= (waits.get(pid)?.until ?? now));
  for (const [pid, wish] of mostCommonFirst(free)) {
    const able = groups.filter((group) => !isSlow(wish, [...ratesOf(group, wishes), wish.kbps], FAST));
    const fitting = able.find(({ format }) => fits(format, wish)) ?? able.find(({ format }) => wish.begins && wish.codec === format.codec && sizeOf(wish) > sizeOf(format));
    if (fitting) {
      fitting.members = [...fitting.members, { pid, since: fits(fitting.format, wish) ? null : now }];
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
  if (known?.words === words) return known;
  return { words, until: Math.max(known?.until ?? 0, wish.begins ? now : now + JOIN_AFTER_MS) };
}

/** Of those that are as common, the smaller one. @param {[string, Wish][]} wishes @returns {[string, Wish][]} */
function mostCommonFirst(wishes) {
  const people = (/** @type {Wish} */ wish) => wishes.filter(([, other]) => fits(other, wish)).length;
  return [...wishes].sort(([, one], [, other]) => people(other) - people(one) || sizeOf(one) - sizeOf(other));
}

/** @param {readonly Pick<Group, "members">[]} groups @param {string} pid */
function isIn(groups, pid) {
  return groups.some(({ members }) => members.some((member) => member.pid === pid));
}

/** @param {Group} group @param {ReadonlyMap<string, Wish>} wishes @param {number} now @returns {{id: number, format: Format, kbps: number, members: Member[]}} */
function keepTogether(group, wishes, now) {
  const able = group.members.flatMap(({ pid, since }) => {
    const wish = wishes.get(pid);
    return wish && pays(wish) ? [{ pid, since, wish }] : [];
  });
  const format = formatFor(group.format, able.map(({ wish }) => wish));
  const rates = ratesOf({ ...group, format }, wishes);
  const present = able.filter(({ wish }) => !isSlow(wish, rates, SLOW));
  /** @type {Member[]} */
  const members = [];
  for (const { pid, since, wish } of present) {
    const waiting = fits(group.format, format) ? (since ?? now) : now;
    const mayHaveMore = sizeOf(wish) >= sizeOf(format);
    if (fits(format, wish)) members.push({ pid, since: null });
    else if (mayHaveMore && now - waiting < CLIMB_AFTER_MS) members.push({ pid, since: waiting });
  }
  return { ...group, format, members };
}

/**
 * Groups that have come to the same format are one: the members of the smaller one move.
 * @param {ReturnType<typeof keepTogether>[]} groups @param {ReadonlyMap<string, Wish>} wishes
 */
function joinEqual(groups, wishes) {
  /** @type {typeof groups} */
  const joined = [];
  for (const group of [...groups].sort((one, other) => other.members.length - one.members.length)) {
    const isSlowIn = (/** @type {Group} */ other) => group.members.some(({ pid }) => isSlow(/** @type {Wish} */ (wishes.get(pid)), ratesOf(other, wishes), FAST));
    const larger = joined.find((other) => fits(other.format, group.format) && !isSlowIn(other));
    if (larger) larger.members.push(...group.members);
    else joined.push(group);
  }
  return joined;
}

/** What all may have, if that is more than before; less, if most want that. @param {Format} current @param {readonly Wish[]} wishes @returns {Format} */
function formatFor(current, wishes) {
  const [lowest] = [...wishes].sort((one, other) => sizeOf(one) - sizeOf(other));
  if (lowest === undefined) return current;
  if (sizeOf(lowest) > sizeOf(current)) return formatOf(lowest);
  const votes = new Map();
  for (const wish of wishes) votes.set(wordsOf(wish), [...(votes.get(wordsOf(wish)) ?? []), wish]);
  const [[first, ...rest]] = [...votes.values()].sort((one, other) => other.length - one.length);
  return sizeOf(first) <= sizeOf(current) && (rest.length + 1) * 2 > wishes.length ? formatOf(first) : current;
}

/** @param {Wish} wish */
function pays({ barred, height }) {
  return !barred && height >= MIN_HEIGHT;
}

/** Pixels a second, in effect. @param {{height: number, fps: number}} format */
function sizeOf({ height, fps }) {
  return height * fps;
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

/** @param {Format} format @param {Format} wish */
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
