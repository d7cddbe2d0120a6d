// Files that are received into memory, as the chat's pictures are, give it back.

import assert from "node:assert/strict";
import test from "node:test";

import { Transfer } from "../../static/js/files/protocol/transfer.js";
import { openSink } from "../../static/js/files/receive/destination.js";
import { IncomingTransfer } from "../../static/js/files/receive/incoming-transfer.js";
import { MEMORY_LIMIT } from "../../static/js/files/storage/sinks.js";

const head = (size) => ({ id: 1, name: "a.png", path: [], size, modified: 1, edges: "", folder: false });

test("a picture that was removed from the chat leaves the memory, whether it was complete or not", async () => {
  for (const status of /** @type {const} */ (["done", "running"])) {
    const transfer = new Transfer({ id: "a", direction: "in", pid: "p", member: "m", heads: [head(MEMORY_LIMIT)], purpose: "chat" });
    const bin = new IncomingTransfer(transfer, /** @type {any} */ ({}), "batch");
    bin.destination = { kind: "memory" };
    const sink = openSink(bin.destination, head(MEMORY_LIMIT), { key: "", kept: false });
    await sink;
    transfer.entries[0].status = status;
    bin.opened.set(1, { sink, incoming: Promise.resolve(/** @type {any} */ ({ stop() {} })) });
    await assert.rejects(openSink(bin.destination, head(1), { key: "", kept: false }), { name: "QuotaExceededError" }, status);
    await bin.removeAll();
    const next = await openSink(bin.destination, head(1), { key: "", kept: false });
    await next.discard();
  }
});
