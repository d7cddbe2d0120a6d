/** Keeps a page about a room up to date while no call is open in it: who is inside, who knocks. */

import { byId } from "../ui/lib/page.js";
import { watchRooms } from "../ui/rooms/watch-page.js";

const { watched, name = "" } = byId("room-watch", HTMLElement).dataset;
watchRooms({ roomName: (slug) => (slug === watched ? name : "") });
