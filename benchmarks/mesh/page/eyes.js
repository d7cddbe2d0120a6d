/** Someone without a camera who looks at the clock in a picture, and listens for beeps. For benchmarks only. */

(() => {
  const [COLUMNS, ROWS, BITS] = [16, 9, 24];
  const CELL = 3;
  const EAR = `registerProcessor("ear", class extends AudioWorkletProcessor {
    #quiet = 0;
    process([[heard]]) {
      const loud = heard?.some((sample) => Math.abs(sample) > 0.15) ?? false;
      if (loud && this.#quiet > sampleRate / 2) this.port.postMessage(Date.now());
      this.#quiet = loud ? 0 : this.#quiet + 128;
      return true;
    }
  });`;

  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("none here", "NotFoundError");
  };

  const canvas = new OffscreenCanvas(COLUMNS * CELL, 2 * CELL);
  const context = canvas.getContext("2d", { willReadFrequently: true });

  /** Reads the clock in the picture as it is shown. @returns {number | null} tenths of ms; null: it cannot be read */
  function readClock(video) {
    context.drawImage(video, 0, 0, video.videoWidth, (2 * video.videoHeight) / ROWS, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [clock, check] = [0, 0];
    for (let cell = 0; cell < COLUMNS * 2; cell += 1) {
      const [x, y] = [(cell % COLUMNS) * CELL + 1, Math.floor(cell / COLUMNS) * CELL + 1];
      const bit = data[4 * (y * canvas.width + x)] > 125 ? 1 : 0;
      if (cell < BITS) clock += bit * 2 ** cell;
      else check += bit * 2 ** (cell - BITS);
    }
    return check === ((clock ^ (clock >> 8) ^ (clock >> 16)) & 255) ? clock : null;
  }

  let stop = () => {};
  let seen = [];
  let heard = [];
  let unread = 0;

  globalThis.benchEyes = {
    /** Watches and listens from now on. @param {HTMLVideoElement} video @param {number} every which frames are read */
    async watch(video, every) {
      stop();
      const life = new AbortController();
      let number = 0;
      const look = (_, { presentationTime }) => {
        if (life.signal.aborted) return;
        video.requestVideoFrameCallback(look);
        number += 1;
        if (number % every !== 0) return;
        const clock = readClock(video);
        if (clock === null) unread += 1;
        else seen.push([clock, performance.timeOrigin + presentationTime]);
      };
      video.requestVideoFrameCallback(look);
      stop = () => life.abort();
      const audio = new AudioContext({ latencyHint: "interactive" });
      life.signal.addEventListener("abort", () => void audio.close());
      await audio.audioWorklet.addModule(URL.createObjectURL(new Blob([EAR], { type: "text/javascript" })));
      const ear = new AudioWorkletNode(audio, "ear", { numberOfOutputs: 1 });
      ear.port.onmessage = ({ data }) => heard.push(data);
      audio.createMediaStreamSource(new MediaStream(video.srcObject.getAudioTracks())).connect(ear).connect(audio.destination);
      await audio.resume();
    },

    /** What was seen and heard since the last call. */
    take() {
      const taken = { seen, heard, unread };
      [seen, heard, unread] = [[], [], 0];
      return taken;
    },
  };
})();
