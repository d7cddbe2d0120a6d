/** What people send and receive: painted pictures, and what a connection says of frames, sound and its path. */

import { MediaOutputs } from "/static/js/media/playback/media-outputs.js";

/** Plays what comes: Chromium decodes sound only when it is played. */
export function listen(mesh) {
  const outputs = new MediaOutputs();
  mesh.on("peer-track", ({ pid, stream }) => {
    const element = document.createElement("video");
    document.body.append(element);
    outputs.add(element, { pid, source: "camera" });
    outputs.play(element, stream);
  });
}

/** A track without a camera. */
export function paintedTrack(colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const paint = canvas.getContext("2d");
  let turn = 0;
  setInterval(() => {
    turn += 1;
    paint.fillStyle = turn % 2 === 0 ? colour : "white";
    paint.fillRect(0, 0, 64, 48);
  }, 50);
  return canvas.captureStream(20).getVideoTracks()[0];
}

export async function framesOf(connection) {
  const received = { frames: 0, energy: 0, video: 0, audio: 0 };
  for (const stat of (await connection.getStats()).values()) {
    if (stat.type !== "inbound-rtp") continue;
    received[stat.kind] += 1;
    received.frames += stat.framesDecoded ?? 0;
    received.energy += stat.totalAudioEnergy ?? 0;
  }
  return received;
}

/** How many packets of sound a connection has sent a second, in the last half, and of how many bytes. */
export async function soundOf(connection) {
  const read = async () => {
    const stats = await connection.getStats();
    const sound = [...stats.values()].find(({ type, kind }) => type === "outbound-rtp" && kind === "audio");
    return { packets: sound?.packetsSent ?? 0, bytes: sound?.bytesSent ?? 0, at: sound?.timestamp ?? 0 };
  };
  const first = await read();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const last = await read();
  const packets = last.packets - first.packets;
  return { rate: (1_000 * packets) / (last.at - first.at), size: (last.bytes - first.bytes) / Math.max(1, packets) };
}

export async function localUfrag(connection) {
  const stats = [...(await connection.getStats()).values()];
  const pair = stats.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
  return stats.find(({ type }) => type === "transport")?.iceLocalUsernameFragment ?? pair?.id;
}
