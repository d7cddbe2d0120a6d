/** Which picture of a call a small window shows: there is room for one. */

/** @typedef {{kind: "tile" | "screen", pid: string}} Picture a person, or the screen that they share */
/** @typedef {{pid: string, pinned?: boolean}} Choosable */

/**
 * As on the stage, what is pinned comes first, then a shared screen, then who speaks.
 * @param {{screens: Choosable[], people: (Choosable & {camera: boolean})[], speaker: string, self: string}} call people: the others;
 *   speaker: who spoke last, or empty @returns {Picture}
 */
export function choosePicture({ screens, people, speaker, self }) {
  const pinned = people.filter((one) => one.pinned);
  const screen = screens.find((one) => one.pinned) ?? (pinned.length > 0 ? undefined : screens[0]);
  if (screen) return { kind: "screen", pid: screen.pid };
  const candidates = pinned.length > 0 ? pinned : people;
  const person = candidates.find(({ pid }) => pid === speaker) ?? candidates.find(({ camera }) => camera) ?? candidates[0];
  return { kind: "tile", pid: person?.pid ?? self };
}
