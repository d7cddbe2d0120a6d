/**
 * Whether the sender of a microphone pauses: without a track at once, and while it is muted, since silence costs as much to encode as
 * speech. It has to be inactive then, not only without a track: the times of its packets stand still in Chromium, so that the receiver's
 * jitter buffer takes what follows for late, and delays it by as much as the pause took (up to 2 s), for a quarter of a minute.
 */

/** Even the sound after an inactive pause of less than two seconds is delayed, by 0.15 s: few unmute so soon after this. */
const MUTED_MS = 10_000;

export class SoundPause {
  /** ms; null: it is not muted. @type {number | null} */
  #mutedSince = null;

  /** @param {MediaStreamTrack | null} track @param {number} now ms, monotonic @returns {boolean} */
  isPaused(track, now) {
    if (track === null) return true;
    this.#mutedSince = track.enabled ? null : (this.#mutedSince ?? now);
    return this.#mutedSince !== null && now - this.#mutedSince >= MUTED_MS;
  }
}
