/** A plain peer connection between two pages, on the browser's defaults but for the codec. For benchmarks only. */

(() => {
  const connection = new RTCPeerConnection();

  /** @param {RTCSessionDescriptionInit} [description] */
  async function settle(description) {
    await connection.setLocalDescription(description);
    while (connection.iceGatheringState !== "complete") {
      await new Promise((resolve) => connection.addEventListener("icegatheringstatechange", resolve, { once: true }));
    }
    return connection.localDescription.toJSON();
  }

  globalThis.benchPair = {
    getStats: () => connection.getStats(),

    /** @param {string | null} codec first, "VP8"; null: the browser decides */
    async offer(codec) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
      const all = RTCRtpReceiver.getCapabilities("video").codecs;
      const wanted = all.filter(({ mimeType }) => mimeType === `video/${codec}`);
      const video = connection.getTransceivers().find(({ sender }) => sender.track.kind === "video");
      if (codec) video.setCodecPreferences([...wanted, ...all.filter((one) => !wanted.includes(one))]);
      return settle();
    },

    async answer(offer) {
      connection.ontrack = ({ streams: [stream] }) => {
        const video = document.querySelector("video");
        if (video.srcObject !== stream) video.srcObject = stream;
      };
      await connection.setRemoteDescription(offer);
      return settle();
    },

    accept: (answer) => connection.setRemoteDescription(answer),
  };
})();
