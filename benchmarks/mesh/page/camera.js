/**
 * A camera that shows its clock, and a microphone that beeps once a second. `benchCamera` says how large the picture is, and
 * which of the two there are. For benchmarks only.
 *
 * The clock is in tenths of a millisecond, in two rows of 16 black or white cells at the top: 24 bits and a check of 8. Below, a part of
 * the picture moves to and fro, as a person does, and all of it has a little noise, as every camera has.
 */

(() => {
  const { width, height, rate, devices } = globalThis.benchCamera;
  const [COLUMNS, ROWS, BITS] = [16, 9, 24];
  const CLOCK_UNIT_MS = 0.1;
  const NOISES = 4;
  const beeps = (globalThis.benchBeeps = []);

  const BEEPER = `registerProcessor("beeper", class extends AudioWorkletProcessor {
    #beganAt = 0;
    #sample = 0;
    process(_, [[out]]) {
      const now = Date.now();
      if (now - this.#beganAt >= 1000) {
        this.#beganAt = now;
        this.port.postMessage(now);
      }
      // Between the beeps a quiet hum, so that sound is always sent.
      const [volume, hertz] = now - this.#beganAt < 80 ? [0.5, 1000] : [0.02, 200];
      for (let at = 0; at < out.length; at += 1, this.#sample += 1) out[at] = volume * Math.sin((2 * Math.PI * hertz * this.#sample) / sampleRate);
      return true;
    }
  });`;

  /** Pictures without a clock, wider than the camera by the way that the person moves. */
  function paint() {
    const wide = width + (width >> 3);
    return Array.from({ length: NOISES }, () => {
      const luma = new Uint8Array(wide * height);
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < wide; x += 1) {
          const shapes = 50 * Math.sin(x / 23) * Math.cos(y / 17) + ((x >> 5) + (y >> 5)) % 3 * 24;
          luma[y * wide + x] = 110 + shapes + 6 * (Math.random() - 0.5);
        }
      }
      return luma;
    });
  }

  function startCamera() {
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    const settings = { width, height, frameRate: rate, deviceId: "clock" };
    track.getSettings = () => ({ ...settings });
    const writer = track.writable.getWriter();
    const pictures = paint();
    const wide = width + (width >> 3);
    const buffer = new Uint8Array((width * height * 3) / 2).fill(128, width * height);
    const start = performance.now();

    function draw(number) {
      const picture = pictures[number % NOISES];
      const shift = Math.round((width / 16) * (1 + Math.sin(number / 12)));
      const [left, right] = [Math.round(width * 0.3), Math.round(width * 0.7)];
      for (let y = 0; y < height; y += 1) {
        const [from, to] = [y * wide, y * width];
        buffer.set(picture.subarray(from, from + width), to);
        if (y > height / 3) buffer.set(picture.subarray(from + left + shift, from + right + shift), to + left);
      }
      const clock = Math.round((performance.timeOrigin + performance.now()) / CLOCK_UNIT_MS) % 2 ** BITS;
      const check = (clock ^ (clock >> 8) ^ (clock >> 16)) & 255;
      for (let cell = 0; cell < COLUMNS * 2; cell += 1) {
        const on = cell < BITS ? (clock >> cell) & 1 : (check >> (cell - BITS)) & 1;
        const [x, y] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
        const [x0, x1] = [x, x + 1].map((edge) => Math.round((edge * width) / COLUMNS));
        const [y0, y1] = [y, y + 1].map((edge) => Math.round((edge * height) / ROWS));
        for (let row = y0; row < y1; row += 1) buffer.fill(on ? 235 : 16, row * width + x0, row * width + x1);
      }
    }

    let number = 0;
    function next() {
      if (track.readyState === "ended") return;
      draw(number);
      const timestamp = Math.round(performance.now() * 1_000);
      void writer.write(new VideoFrame(buffer, { format: "I420", codedWidth: width, codedHeight: height, timestamp })).catch(() => {});
      number = Math.max(number + 1, Math.floor(((performance.now() - start) * rate) / 1_000));
      setTimeout(next, start + (number * 1_000) / rate - performance.now());
    }
    next();
    return track;
  }

  async function startMicrophone() {
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([BEEPER], { type: "text/javascript" })));
    const beeper = new AudioWorkletNode(context, "beeper", { numberOfInputs: 0, outputChannelCount: [1] });
    beeper.port.onmessage = ({ data }) => beeps.push(data);
    const out = context.createMediaStreamDestination();
    beeper.connect(out);
    await context.resume();
    return out.stream.getAudioTracks()[0];
  }

  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    if ((video && !devices.video) || (audio && !devices.audio)) throw new DOMException("none here", "NotFoundError");
    const tracks = await Promise.all([audio ? startMicrophone() : null, video ? startCamera() : null]);
    return new MediaStream(tracks.filter(Boolean));
  };
})();
