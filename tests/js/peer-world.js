/** What the tests of peers share: a clock, and a mesh without connections. */

import { Emitter } from "../../static/js/lib/emitter.js";
import { Gate } from "../../static/js/gate/gate.js";

export const PIDS = ["a", "b", "c", "d"].map((letter) => letter.repeat(22));

/** A clock with its timers; `pass` advances it in steps small enough for every timer to fire when it is due. */
export function clock(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const time = { now: 0 };
  time.pass = async (ms, step = 10) => {
    for (let left = ms; left > 0; left -= step) {
      time.now += Math.min(step, left);
      context.mock.timers.tick(Math.min(step, left));
      await null;
      await null;
    }
  };
  return time;
}

/** A mesh with open channels to the given peers; it records what is sent. */
export class FakeMesh extends Emitter {
  sent = [];
  banned = [];
  peers = new Map();

  constructor(...pids) {
    super();
    for (const pid of pids) this.peers.set(pid, { state: "connected" });
  }

  gate = new Gate((pid, name, payload) => this.send(pid, name, payload));

  topic(name, options) {
    return this.gate.open(name, options);
  }

  send(pid, topic, payload) {
    this.sent.push([pid, topic, payload]);
    return true;
  }

  ban(pid) {
    this.banned.push(pid);
  }

  receive(pid, topic, payload) {
    this.gate.receive(pid, topic, payload);
  }
}
