/** What this browser remembers about push-to-talk and the notice for those who speak while muted. */

import { StoredSettings } from "../../lib/stored-settings.js";

/**
 * code: the place of the key on the keyboard (`KeyboardEvent.code`); label: what it writes, empty for the space bar.
 * @typedef {{talk: boolean, mute: boolean, code: string, label: string}} PushSettings
 */

/** @type {StoredSettings<PushSettings>} */
export const pushSettings = new StoredSettings("meeting-point.push", { talk: false, mute: false, code: "Space", label: "" });

/** @type {StoredSettings<{on: boolean}>} */
export const noticeSettings = new StoredSettings("meeting-point.muted-notice", { on: true });
