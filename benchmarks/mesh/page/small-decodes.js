/**
 * Decodes a picture of 32×18 in place of each one that comes. In a real call each receiver has a machine of its own; here all of them
 * share one with the sender, and would take from it what it needs. Packets, frames and requests are as ever. For benchmarks only.
 */

(() => {
  const WORKER = `
    const small = new Map();
    const waiting = [];
    onmessage = ({ data }) => {
      for (const [mimeType, frame] of data) small.set(mimeType, frame);
      for (const go of waiting.splice(0)) go();
    };
    onrtctransform = async ({ transformer: { readable, writable, options } }) => {
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      for (;;) {
        const { value: frame, done } = await reader.read();
        if (done) return;
        const mimeType = frame.getMetadata().mimeType.toLowerCase();
        if (options.records && frame.type === "key") postMessage([mimeType, frame.data.slice(0)]);
        if (!options.records && small.size === 0) await new Promise((resolve) => waiting.push(resolve));
        const data = small.get(mimeType);
        if (data) frame.data = data.slice(0);
        writer.write(frame);
      }
    };`;
  const makeWorker = () => new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })));
  const Connection = globalThis.RTCPeerConnection;

  /**
   * Encodes a picture of the shape that cameras have: its tile is as large as any.
   * @param {RTCRtpCodec} codec @returns {Promise<[string, ArrayBuffer]>} its MIME type, and a key frame
   */
  async function encodeSmall(codec) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
    const context = canvas.getContext("2d");
    const [track] = canvas.captureStream(10).getVideoTracks();
    const draw = setInterval(() => context.fillRect(Math.random() * 32, 0, 4, 18), 100);
    const [from, to] = [new Connection(), new Connection()];
    from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate);
    to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate);
    const transceiver = from.addTransceiver(track, { direction: "sendonly" });
    transceiver.setCodecPreferences([codec]);
    const worker = makeWorker();
    transceiver.sender.transform = new RTCRtpScriptTransform(worker, { records: true });
    const found = new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    await from.setLocalDescription();
    await to.setRemoteDescription(from.localDescription);
    await to.setLocalDescription();
    await from.setRemoteDescription(to.localDescription);
    const frame = await found;
    clearInterval(draw);
    track.stop();
    from.close();
    to.close();
    worker.terminate();
    return frame;
  }

  const NAMES = ["video/vp8", "video/vp9", "video/h264", "video/av1"];
  const codecs = RTCRtpReceiver.getCapabilities("video").codecs;
  const worker = makeWorker();
  const encoded = NAMES.map((name) => encodeSmall(codecs.find(({ mimeType }) => mimeType.toLowerCase() === name)));
  void Promise.all(encoded).then((frames) => worker.postMessage(frames));
  /** Chromium takes it only in the task in which the receiver is made. @param {RTCRtpReceiver} receiver */
  const transform = (receiver) => {
    if (receiver.track.kind === "video") receiver.transform ??= new RTCRtpScriptTransform(worker, {});
  };
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(...options) {
      super(...options);
      this.addEventListener("track", ({ receiver }) => transform(receiver));
    }

    addTransceiver(...options) {
      const transceiver = super.addTransceiver(...options);
      transform(transceiver.receiver);
      return transceiver;
    }
  };
})();
