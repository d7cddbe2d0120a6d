/**
 * How others send a file over a data channel, each reduced to what decides its speed: the size of its messages, what it waits
 * for, and how much may be under way. Bytes come from memory and go nowhere, so each is at its best.
 */

const KB = 1024;
const MB = 1024 * KB;

/** Messages of 64 KB, kept at a high-water mark: what one connection can do at all. */
const stream = (size, high) => ({
  send: async (channel, running) => {
    channel.bufferedAmountLowThreshold = high / 2;
    const message = new Uint8Array(size);
    while (running()) {
      while (running() && channel.bufferedAmount < high) channel.send(message);
      await once(channel, "bufferedamountlow", running);
    }
  },
  answer: () => {},
});

/** Messages of `size`; after each `part` bytes nothing is sent until the other side has said that they came. */
const acknowledged = (size, part) => ({
  send: async (channel, running) => {
    const message = new Uint8Array(size);
    while (running()) {
      for (let sent = 0; sent < part; sent += size) channel.send(message);
      await once(channel, "message", running);
    }
  },
  answer: (channel, state, bytes) => {
    state.since += bytes;
    if (state.since < part) return;
    state.since = 0;
    channel.send("ack");
  },
});

export const SCHEMES = {
  raw: stream(64 * KB, 4 * MB),
  // PairDrop (public/scripts/network.js): chunks of 64 KB; a part of 1 MB is confirmed before the next one is read.
  pairdrop: acknowledged(64 * KB, 1 * MB),
  // FilePizza (src/hooks/useUploaderConnections.ts): chunks of 256 KB, each confirmed before the next one is read.
  filepizza: acknowledged(256 * KB, 256 * KB),
  // WebWormhole (web/main.ts): messages of 32 KB against a buffer of 1 MB.
  webwormhole: stream(32 * KB, 1 * MB),
  // ShareDrop (PeerJS channel): messages of 16 KB; a block of 64 of them is asked for at a time.
  sharedrop: acknowledged(16 * KB, 1 * MB),
};

function once(channel, type, running) {
  return new Promise((resolve) => {
    const done = () => {
      clearInterval(timer);
      channel.removeEventListener(type, done);
      resolve();
    };
    const timer = setInterval(() => !running() && done(), 200);
    channel.addEventListener(type, done);
  });
}
