/** Transfers between people of `chat-world.js`: offers, answers and whole files, without lanes. */

import { makeTransferId } from "../../static/js/files/protocol/messages.js";
import { Transfer } from "../../static/js/files/protocol/transfer.js";
import { Emitter } from "../../static/js/lib/emitter.js";

let numbers = 0;

export class MemoryExchange extends Emitter {
  transfers = new Map();
  destinations = [];
  /** Whether accepted files are sent. */
  sends = true;
  #files = new Map();
  #topic;

  constructor(mesh) {
    super();
    this.#topic = mesh.topic("test-files", { read: (payload) => payload, perMinute: 100_000, creates: {} });
    this.#topic.on("message", ({ pid, message: { act, ...rest } }) => this[act](pid, rest));
    mesh.on("peer-channel-open", ({ pid }) => {
      for (const transfer of this.transfers.values()) if (transfer.pid === pid && transfer.direction === "out") this.#sendOffer(transfer);
    });
  }

  async offerFiles(pid, chosen, { purpose = "" } = {}) {
    const heads = [];
    for (const { file, path } of chosen) {
      // Throws for a file that cannot be read, as the real one does.
      await file.slice(0, 1).arrayBuffer();
      numbers += 1;
      heads.push({ id: numbers, name: file.name, path, size: file.size, modified: 1, edges: "" });
    }
    const transfer = new Transfer({ id: makeTransferId(), direction: "out", pid, member: "", heads, purpose });
    this.transfers.set(transfer.id, transfer);
    this.#files.set(transfer.id, chosen);
    this.emit("added", { transfer });
    this.#sendOffer(transfer);
    return transfer;
  }

  #sendOffer({ id, pid, purpose, entries }) {
    this.#topic.send(pid, { act: "onOffer", id, heads: entries.map(({ head }) => head), purpose });
  }

  async acceptTransfer(transfer, destination) {
    this.destinations.push(destination.kind);
    transfer.applyInput("accept");
    this.#topic.send(transfer.pid, { act: "onAccept", id: transfer.id });
  }

  async removeTransfer(transfer) {
    if (transfer.applyInput("cancel")) this.#topic.send(transfer.pid, { act: "onCancel", id: transfer.id });
    this.transfers.delete(transfer.id);
  }

  onOffer(pid, { id, heads, purpose }) {
    const known = this.transfers.get(id);
    if (known) return void (known.state === "running" && this.#topic.send(pid, { act: "onAccept", id }));
    const transfer = new Transfer({ id, direction: "in", pid, member: "", heads, purpose });
    this.transfers.set(id, transfer);
    this.emit("added", { transfer });
  }

  async onAccept(pid, { id }) {
    this.transfers.get(id).applyInput("accept");
    if (!this.sends) return;
    for (const [at, { file }] of this.#files.get(id).entries()) {
      this.#topic.send(pid, { act: "onFile", id, at, bytes: [...new Uint8Array(await file.arrayBuffer())] });
    }
  }

  onFile(pid, { id, at, bytes }) {
    const transfer = this.transfers.get(id);
    if (!transfer || transfer.isOver) return;
    transfer.entries[at].result = new Blob([Uint8Array.from(bytes)]);
    transfer.settleEntry(transfer.entries[at], "done");
    this.#topic.send(pid, { act: "onDone", id, at });
  }

  onDone(_pid, { id, at }) {
    const transfer = this.transfers.get(id);
    transfer?.settleEntry(transfer.entries[at], "done");
  }

  onCancel(_pid, { id }) {
    this.transfers.get(id)?.applyInput("cancel");
  }
}
