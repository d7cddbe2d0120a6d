// The socket that is opened before there is anything to say on it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { dropEarly, enterEarly, GUEST_PATH, openEarly, takeSocket } from "../../static/js/signaling/early-socket.js";
import { ReconnectingSocket } from "../../static/js/signaling/reconnecting-socket.js";
import { SignalingSocket } from "../../static/js/signaling/socket.js";

const PATH = "/ws/rooms/tea-4k2m";
const PID = "AAAAAAAAAAAAAAAAAAAAAA";
const JOIN = { url: PATH, pid: PID, hello: "{}" };

/** As far as a browser's goes without a server. */
class QuietSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  /** @type {QuietSocket[]} */
  static all = [];
  readyState = QuietSocket.CONNECTING;
  /** @type {string[]} */
  sent = [];
  /** @type {(() => void)[]} */
  listeners = [];
  onopen = () => {};

  /** @param {string | URL} url */
  constructor(url) {
    this.url = String(url);
    QuietSocket.all.push(this);
  }

  open() {
    this.readyState = QuietSocket.OPEN;
    for (const listener of this.listeners) listener();
    this.onopen();
  }

  /** @param {"open"} _type @param {() => void} listener */
  addEventListener(_type, listener) {
    this.listeners.push(listener);
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(text);
  }

  close() {
    this.readyState = 3;
  }
}

beforeEach(() => {
  QuietSocket.all = [];
  Object.assign(globalThis, { WebSocket: QuietSocket, location: new URL("https://meet.example.org/r/tea-4k2m"), earlySocket: undefined });
});

test("it is opened once, and taken once", () => {
  openEarly(PATH);
  openEarly(PATH);
  const [early] = QuietSocket.all;
  assert.equal(QuietSocket.all.length, 1);
  assert.equal(early.url, "wss://meet.example.org/ws/rooms/tea-4k2m");
  assert.equal(/** @type {any} */ (takeSocket(PATH)), early);
  assert.notEqual(/** @type {any} */ (takeSocket(PATH)), early);
});

test("one that leads elsewhere, or that the server has closed, is left alone", () => {
  openEarly("/ws/rooms/coffee-9z9z");
  assert.notEqual(/** @type {any} */ (takeSocket(PATH)), QuietSocket.all[0]);
  openEarly(PATH);
  const closed = QuietSocket.all[2];
  closed.close();
  assert.notEqual(/** @type {any} */ (takeSocket(PATH)), closed);
  Object.assign(globalThis, { earlySocket: { url: "wss://meet.example.org/ws/rooms/tea-4k2m", readyState: 1 } });
  assert.ok(/** @type {any} */ (takeSocket(PATH)) instanceof QuietSocket, "nothing but a socket is taken");
});

test("a call joins on it, whether it is open by then or not", async () => {
  for (const when of ["before", "after"]) {
    QuietSocket.all = [];
    openEarly(PATH);
    const [early] = QuietSocket.all;
    const socket = new SignalingSocket(JOIN);
    if (when === "before") early.open();
    socket.start();
    if (when === "after") early.open();
    await Promise.resolve();
    assert.equal(socket.state, "joining", when);
    assert.deepEqual(early.sent.map((text) => JSON.parse(text).type), ["join"], when);
    socket.leave();
    assert.equal(QuietSocket.all.length, 1, when);
  }
});

test("a person who leaves at once says nothing on it", async () => {
  openEarly(PATH);
  QuietSocket.all[0].open();
  const socket = new SignalingSocket(JOIN);
  socket.start();
  socket.leave();
  await Promise.resolve();
  assert.deepEqual(QuietSocket.all[0].sent, []);
  assert.equal(QuietSocket.all[0].readyState, 3);
});

test("a knock uses it, too", async () => {
  openEarly(PATH);
  QuietSocket.all[0].open();
  const socket = new ReconnectingSocket({ url: PATH, pingInterval: 10_000 });
  let opened = 0;
  socket.on("open", () => (opened += 1));
  socket.start();
  await Promise.resolve();
  assert.equal(opened, 1);
  assert.equal(QuietSocket.all.length, 1);
  socket.drop();
});

test("an early socket for another room, or that no one takes, is closed", () => {
  openEarly(PATH);
  openEarly("/ws/rooms/other");
  const [first, second] = QuietSocket.all;
  assert.deepEqual([first.readyState, second.readyState], [3, QuietSocket.CONNECTING]);
  const taken = takeSocket(PATH);
  assert.equal(second.readyState, 3);
  dropEarly();
  assert.equal(taken.readyState, QuietSocket.CONNECTING);
});

test("a guest's socket becomes that of the room that the ticket names, whether it is open by then or not", async () => {
  for (const when of ["before", "between", "after"]) {
    QuietSocket.all = [];
    openEarly(GUEST_PATH);
    const [early] = QuietSocket.all;
    if (when === "before") early.open();
    enterEarly(PATH, "ticket");
    openEarly(PATH);
    if (when === "between") early.open();
    const socket = new SignalingSocket(JOIN);
    socket.start();
    if (when === "after") early.open();
    await Promise.resolve();
    assert.deepEqual(early.sent.map((text) => JSON.parse(text).type), ["enter", "join"], when);
    assert.equal(JSON.parse(early.sent[0]).ticket, "ticket");
    assert.equal(QuietSocket.all.length, 1, when);
    socket.leave();
  }
});

test("without a ticket, or once the server has closed the socket of guests, that of the room is opened", () => {
  openEarly(GUEST_PATH);
  enterEarly(PATH, null);
  openEarly(GUEST_PATH);
  const closed = QuietSocket.all[2];
  closed.close();
  enterEarly(PATH, "ticket");
  assert.deepEqual(QuietSocket.all.map(({ url, readyState }) => [url.slice("wss://meet.example.org".length), readyState]), [
    [GUEST_PATH, 3],
    [PATH, 3],
    [GUEST_PATH, 3],
    [PATH, QuietSocket.CONNECTING],
  ]);
  assert.deepEqual(QuietSocket.all.flatMap(({ sent }) => sent), []);
});

test("a socket that is a room's already does not become another's", () => {
  openEarly(GUEST_PATH);
  enterEarly(PATH, "ticket");
  enterEarly("/ws/rooms/other", "another");
  const [first, second] = QuietSocket.all;
  assert.deepEqual([first.readyState, second.url], [3, "wss://meet.example.org/ws/rooms/other"]);
});
