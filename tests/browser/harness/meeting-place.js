/** Where the people of one page meet: a relay between them that takes a random time, and every connection that they make. */

import { toBase64Url } from "/static/js/lib/encoding.js";
import { writeHello } from "/static/js/peer/hello.js";
import { Mesh } from "/static/js/peer/mesh.js";

/** Every RTCPeerConnection of the page, so that their inside can be looked at. @type {RTCPeerConnection[]} */
export const connections = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    connections.push(this);
  }
};

const CURRENT = writeHello({ name: "" });
/** Of a page that offers when it joins, and waits for those who join after it. */
export const EARLIER = '{"v":1}';

export const makePid = () => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

/** Hands bodies on, in order for each pair, after up to `longest` milliseconds; `lose` decides what never arrives. */
export class Relay {
  people = new Map();
  roads = new Map();
  carried = 0;
  lose = () => false;
  /** What the relay makes of a body on its way. @type {(body: string) => string} */
  change = (body) => body;

  constructor(longest) {
    this.longest = longest;
  }

  send(from, to, body) {
    this.carried += 1;
    if (this.lose(from, to, JSON.parse(body))) return;
    const road = `${from} ${to}`;
    const before = this.roads.get(road) ?? Promise.resolve();
    const delay = new Promise((resolve) => setTimeout(resolve, Math.random() * this.longest));
    this.roads.set(road, Promise.all([before, delay]).then(() => this.people.get(to)?.mesh.receiveBody(from, this.change(body))));
  }

  add(pid = makePid(), certificate = undefined) {
    const mesh = new Mesh({ pid, certificate, send: (to, body) => this.send(pid, to, body) });
    const person = { pid, mesh, peer: { pid, member: pid, role: "guest", hello: CURRENT }, events: [] };
    for (const type of ["peer-added", "peer-updated", "peer-removed", "peer-state", "peer-media", "peer-screen"]) {
      mesh.on(type, (detail) => person.events.push({ type, ...detail }));
    }
    this.people.set(pid, person);
    return person;
  }
}

export const connected = (person, other) => person.mesh.peers.get(other.pid)?.state === "connected";

/** Waits for a condition, looking whenever something happened in a mesh and every 20 ms. */
export async function until(condition, what, within = 30_000) {
  const end = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not in ${within} ms: ${what} (${connections.map(describe).join("; ")})`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {RTCPeerConnection} connection @returns {string} its states, for the message of a failed wait */
function describe({ signalingState, iceConnectionState, connectionState }) {
  return `${signalingState}, ICE ${iceConnectionState}, ${connectionState}`;
}
