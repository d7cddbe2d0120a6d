/** Keeps a page about a room up to date while no call is open in it: who is inside, who knocks, which files wait. */

import { byId } from "../ui/lib/page.js";
import { watchRooms } from "../ui/rooms/watch-page.js";
import { LaterForm } from "../ui/waiting/later-form.js";
import { WaitingRooms } from "../ui/waiting/waiting-rooms.js";

const { watched, name = "" } = byId("room-watch", HTMLElement).dataset;
const roomName = (/** @type {string} */ slug) => (slug === watched ? name : "");
const waiting = new WaitingRooms(watchRooms({ roomName }), { roomName, only: watched });
waiting.on("shown", ({ files, signal }) => new LaterForm(files, signal));
