/** Tabs behind a hostile relay, with connections and without. For tests only. */

import { sha256, toBase64Url } from "/static/js/lib/encoding.js";
import { makeIdentity } from "/static/js/keys/identity.js";
import { SafetyCodes } from "/static/js/keys/safety-codes.js";
import { SealedLink } from "/static/js/keys/sealed-link.js";
import { createSafety } from "/static/js/call/safety.js";
import { ConnectionTimeout } from "/static/js/call/connection-timeout.js";
import { Mesh } from "/static/js/peer/mesh.js";

export const ROOM = "tea";
export const EPOCH = 3;
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
export const words = (code) => JSON.stringify(code);

/** An identity without a certificate: quick to make, enough for everything but connecting. */
export async function bareIdentity() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const fingerprint = [...random(32)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
  return { pid: toBase64Url((await sha256(publicKey)).slice(0, 16)), publicKey, privateKey: pair.privateKey, fingerprint };
}

/** A tab as far as it can be without connections: link and codes. */
export class Tab {
  constructor(identity, seal) {
    this.pid = identity.pid;
    this.fingerprint = identity.fingerprint;
    this.received = [];
    this.reports = [];
    /** Where the relay takes what this tab sends. @type {(to: string, body: string) => void} */
    this.out = () => {};
    this.link = new SealedLink({ identity, seal, send: (to, body) => this.out(to, body) });
    this.watch();
    this.tie();
  }

  watch() {
    /** @type {Map<string, object>} the pinned certificate of every peer who is authenticated */
    this.pins = new Map();
    const authenticated = (peer) => this.pins.set(peer.pid, peer.fingerprint);
    for (const type of ["joined", "roster"]) this.link.on(type, ({ peers }) => peers.forEach(authenticated));
    this.link.on("peer-joined", ({ peer }) => authenticated(peer));
    const said = (what) => (detail) => this.reports.push({ what, ...detail, at: performance.now() });
    this.link.on("refused", said("refused"));
    this.link.on("tampered", said("tampered"));
  }

  tie() {
    const options = { pid: this.pid, pairOf: (pid) => this.link.pairOf(pid), nameOf: ({ pid }) => pid };
    this.safety = new SafetyCodes({ ...options, send: (to, text) => this.link.send(to, text), sendMessage: () => false });
    this.link.on("joined", ({ peers }) => peers.forEach((peer) => this.safety.onPeerVerified(peer)));
    this.link.on("peer-joined", ({ peer }) => this.safety.onPeerVerified(peer));
    this.link.on("message", ({ from, body }) => this.safety.receiveText(from, body) || this.received.push({ from, body }));
    this.safety.on("stopped", (detail) => this.reports.push({ what: "stopped", ...detail, at: performance.now() }));
  }

  async peer() {
    const { pid } = this;
    return { pid, member: pid, role: "guest", hello: await this.link.writeHello('{"name":"x"}') };
  }

  codeWith(pid) {
    return this.safety.safetyOf(pid)?.code ?? null;
  }

  close() {
    this.link.close();
    this.safety.close();
  }
}

export async function until(condition, what, within = 15_000) {
  const end = performance.now() + within;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in ${within} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A tab with connections. */
class RealTab extends Tab {
  constructor(identity, seal) {
    super(identity, seal);
    this.publicKey = identity.publicKey;
  }

  tie() {
    this.life = new AbortController();
    this.states = [];
  }

  connect(certificate) {
    const { pid, link } = this;
    const { signal } = this.life;
    this.mesh = new Mesh({ pid, certificate, send: (to, body) => link.send(to, body) });
    this.safety = createSafety({ pid, link, mesh: this.mesh, signal });
    const late = new ConnectionTimeout((of, isLate) => isLate && this.reports.push({ what: "late", pid: of, at: performance.now() }), () => false, signal);
    for (const [type, act] of [["joined", "onJoined"], ["roster", "syncPeers"]]) link.on(type, ({ peers }) => this.mesh[act](peers));
    link.on("peer-joined", ({ peer }) => this.mesh.addPeer(peer));
    link.on("message", ({ from, body }) => this.safety.receiveText(from, body) || this.mesh.receiveBody(from, body));
    this.mesh.on("peer-added", (peer) => late.observeState(peer.pid, "connecting"));
    this.mesh.on("peer-state", ({ pid: of, state, reason }) => {
      this.states.push(state);
      late.observeState(of, state);
      if (state === "refused") this.reports.push({ what: "refused", reason, at: performance.now() });
    });
    return this;
  }

  close() {
    this.life.abort();
    this.mesh.close();
    this.link.close();
  }
}

export async function realTab(seal) {
  const identity = await makeIdentity();
  return new RealTab(identity, seal).connect(identity.certificate);
}
