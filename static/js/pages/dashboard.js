/** The dashboard: the list of rooms, kept up to date. */

import "./frame.js";
import { prepareSharing } from "../files/share/share-target.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";
import { RoomList } from "../ui/rooms/room-list.js";
import { WaitingRooms } from "../ui/waiting/waiting-rooms.js";
import { watchRooms } from "../ui/rooms/watch-page.js";

keepFocus(document);
prepareSharing();

const list = new RoomList();
const watch = watchRooms({ roomName: (slug) => list.nameOf(slug) });
new WaitingRooms(watch, { roomName: (slug) => list.nameOf(slug) });
watch.on("listed", ({ stamp }) => void list.refresh(stamp));
watch.on("viewed", ({ view }) => list.showInside(view));
watch.on("knocking", ({ knocks }) => list.showKnocks(knocks));
