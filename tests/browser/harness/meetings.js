/** People meet, with camera, microphone and screen, with a relay and without one. */

import { LocalMedia } from "/static/js/media/devices/local-media.js";
import { mungeSdp } from "/static/js/media/adaptation/sdp-munging.js";
import { Mesh } from "/static/js/peer/mesh.js";
import { describeRoute } from "/static/js/peer/ice/ice-path.js";
import { connected, connections, Relay, until } from "./meeting-place.js";
import { framesOf, listen, localUfrag, paintedTrack, soundOf } from "./media-probes.js";

export const meetings = {
  /** Two people with a camera and a microphone. */
  async meet() {
    const relay = new Relay(30);
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const [a, b] = [relay.add(), relay.add()];
    const tracks = { audio: media.audioTrack, video: media.videoTrack };
    for (const { mesh } of [a, b]) {
      mesh.setTracks(tracks);
      listen(mesh);
    }
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "connection");
    const first = await Promise.all([framesOf(a.mesh.peers.get(b.pid)), framesOf(b.mesh.peers.get(a.pid))]);
    let last = first;
    await until(async () => {
      last = await Promise.all([framesOf(a.mesh.peers.get(b.pid)), framesOf(b.mesh.peers.get(a.pid))]);
      return last.every(({ frames, energy }, side) => frames >= first[side].frames + 10 && energy > 0);
    }, "rising frames and audio on both sides");
    const route = await describeRoute(b.mesh.peers.get(a.pid));

    // The camera goes off and on again, without a word through the relay.
    const carried = relay.carried;
    a.mesh.setTracks({ audio: media.audioTrack, video: null });
    await until(() => b.events.some(({ type, video }) => type === "peer-media" && video === false), "camera off reported");
    const dark = (await framesOf(b.mesh.peers.get(a.pid))).frames;
    a.mesh.setTracks(tracks);
    await until(async () => (await framesOf(b.mesh.peers.get(a.pid))).frames > dark + 5, "frames after the camera is on");
    const negotiated = relay.carried - carried;

    // One leaves while the relay is dead: the other sees it at once.
    relay.lose = () => true;
    const left = performance.now();
    a.mesh.close();
    await until(() => b.mesh.peers.size === 0, "the other has noticed");
    const noticed = performance.now() - left;
    const ended = b.events.at(-1).type;
    b.mesh.close();
    media.stop();
    return { first, last, messages: carried, negotiated, noticed, ended, route };
  },

  /** The relay is dead from the moment the channel is open: screens are shared, and ICE restarts, only over the channel. */
  async withoutRelay() {
    const relay = new Relay(5);
    const [a, b] = [relay.add(), relay.add()];
    const open = [];
    for (const { pid, mesh } of [a, b]) mesh.on("peer-channel-open", () => open.push(pid));
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => open.length === 2 && connected(a, b) && connected(b, a), "channel");
    relay.lose = () => true;
    const carried = relay.carried;
    const ends = [[a, b], [b, a]];
    const connection = (one, other) => one.mesh.peers.get(other.pid);
    const shown = (one) => one.events.findLast(({ type }) => type === "peer-screen")?.stream ?? null;
    const frames = async (one, other) => (await framesOf(connection(one, other))).frames;

    // Both share at the same moment, on pages too busy to set an answer at once: the packets of who gave it must not come before.
    const { setLocalDescription, setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
      if (description.type === "answer") await new Promise((resolve) => setTimeout(resolve, 300));
      await setRemoteDescription.call(this, description);
    };
    const screens = [paintedTrack("red"), paintedTrack("blue")];
    a.mesh.setScreen({ video: screens[0] });
    b.mesh.setScreen({ video: screens[1] });
    for (const [one, other] of ends) {
      await until(() => shown(one) !== null && connection(one, other).screen === shown(one), "a screen on each side");
      await until(async () => (await frames(one, other)) > 3, "frames of the screen");
    }
    RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
    const sections = () => connections.filter(({ signalingState }) => signalingState !== "closed")
      .map(({ localDescription }) => localDescription.sdp.match(/^m=/gm).length);
    const first = sections();

    // One stops and shares something else; a restart of ICE comes in between, on a page too busy to notice it at once.
    a.mesh.setScreen(null);
    await until(() => shown(b) === null, "the screen is gone");
    const before = await localUfrag(connection(a, b));
    RTCPeerConnection.prototype.setLocalDescription = async function (...description) {
      await setLocalDescription.apply(this, description);
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
    connection(b, a).restartIce();
    await until(async () => (await localUfrag(connection(a, b))) !== before, "restarted");
    await until(() => connections.every(({ signalingState }) => signalingState === "stable"), "restart agreed");
    RTCPeerConnection.prototype.setLocalDescription = setLocalDescription;
    const dark = await frames(b, a);
    a.mesh.setScreen({ video: screens[1] });
    await until(() => shown(b) !== null, "shared again");
    await until(async () => (await frames(b, a)) > dark + 3, "frames again");

    // A newcomer sees what is shared.
    const late = relay.add();
    relay.lose = () => false;
    const relayed = relay.carried - carried;
    a.mesh.addPeer(late.peer);
    late.mesh.onJoined([a.peer]);
    await until(() => shown(late) !== null, "a screen for the newcomer");
    await until(async () => (await frames(late, a)) > 3, "frames for the newcomer");
    const last = sections();
    const kinds = [...new Set(b.events.map(({ type }) => type))];
    for (const { mesh } of [a, b, late]) mesh.close();
    return { relayed, first, last, kinds };
  },

  /** Both send sound in long packets, then as usual; neither notifies the other. Then they negotiate as usual. */
  async retuned() {
    const relay = new Relay(5);
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const [a, b] = [relay.add(), relay.add()];
    for (const { mesh } of [a, b]) {
      mesh.setTracks({ audio: media.audioTrack, video: media.videoTrack });
      listen(mesh);
    }
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "connection");
    const ends = [a.mesh.peers.get(b.pid), b.mesh.peers.get(a.pid)];
    await until(async () => (await Promise.all(ends.map(framesOf))).every(({ frames, energy }) => frames > 5 && energy > 0), "media");
    const topics = [];
    for (const end of ends) {
      const { send } = end;
      end.send = (topic, payload) => (topics.push(topic), send.call(end, topic, payload));
    }
    const tune = async (manner) => {
      // Silence counts, too: only then do the packets of a second show how long they are.
      for (const end of ends) end.setSdpMunging((sdp) => mungeSdp(sdp, manner).replaceAll("usedtx=1", "usedtx=0"));
      await until(async () => (await Promise.all(ends.map(soundOf))).every(({ rate, size }) => manner.check(rate, size)), manner.name);
    };
    const { signalingState } = connections.at(-1);
    let usual = 0;
    await tune({ name: "ordinary", longPackets: false, redundant: false, check: (rate, size) => rate > 40 && (usual = size) > 0 });
    await tune({ name: "twice", longPackets: false, redundant: true, check: (rate, size) => rate > 40 && size > 1.4 * usual });
    await tune({ name: "long", longPackets: true, redundant: false, check: (rate) => rate > 5 && rate < 22 });
    await tune({ name: "ordinary again", longPackets: false, redundant: false, check: (rate, size) => rate > 40 && size < 1.2 * usual });
    const quiet = topics.filter((topic) => topic === "signal").length;

    // While it is tuned again and again, one shares a screen and the other looks for a new way.
    const before = await localUfrag(ends[0]);
    const stop = setInterval(() => ends.forEach((end, at) => end.setSdpMunging((sdp) => mungeSdp(sdp, { longPackets: at > 0, redundant: false }))), 11);
    b.mesh.setScreen({ video: paintedTrack("red") });
    ends[1].restartIce();
    await until(() => a.events.some(({ type, stream }) => type === "peer-screen" && stream), "a screen");
    await until(async () => (await localUfrag(ends[0])) !== before, "restarted");
    clearInterval(stop);
    const last = (await framesOf(ends[0])).frames;
    await until(async () => (await framesOf(ends[0])).frames > last + 5 && connected(a, b) && connected(b, a), "frames after all of it");
    media.stop();
    return { quiet, signalingState, attempts: connections.length };
  },

  /** The half of a meeting that happens in this page; `relayOut` hands bodies to the other browser. */
  async half(pid, other, offers) {
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const mesh = new Mesh({ pid, send: (to, body) => globalThis.relayOut(body) });
    mesh.setTracks({ audio: media.audioTrack, video: media.videoTrack });
    listen(mesh);
    globalThis.relayIn = (body) => mesh.receiveBody(other, body);
    globalThis.received = async () => {
      const connection = mesh.peers.get(other);
      return connection?.state === "connected" ? framesOf(connection) : null;
    };
    globalThis.retune = async () => {
      mesh.peers.get(other).setSdpMunging((sdp) => mungeSdp(sdp, { longPackets: true, redundant: true }));
      await until(() => /a=ptime:60/.test(connections.at(-1).remoteDescription.sdp), "tuned");
      return connections.at(-1).signalingState;
    };
    globalThis.route = () => describeRoute(mesh.peers.get(other));
    globalThis.finish = () => (mesh.close(), media.stop());
    const peer = { pid: other, member: "m", role: "guest", hello: "{}" };
    if (offers) mesh.onJoined([peer]);
    else mesh.addPeer(peer);
  },
};
