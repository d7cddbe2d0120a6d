// The page of a person in the fuzz of calls, run by call.py. Each camera and each screen has a colour of its own, so that a picture says
// whose it is: `fuzzPerson * 3` and the next are a person's cameras, the one after that is their screen.

(() => {
  const { mediaDevices } = navigator;
  if (!mediaDevices || globalThis.fuzz) return;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
  const CAMERAS = ["camera-1", "camera-2"];
  const SCREEN = CAMERAS.length;
  const SOURCES = SCREEN + 1;
  const MOST_PEOPLE = 4;
  // Far enough from each other, and from grey, to be known after a lossy codec.
  const LEVELS = [40, 128, 215];
  const COLOURS = LEVELS.flatMap((red) => LEVELS.flatMap((green) => LEVELS.map((blue) => [red, green, blue])))
    .filter((levels) => levels.filter((level) => level === LEVELS[1]).length < 2 && new Set(levels).size > 1)
    .slice(0, MOST_PEOPLE * SOURCES);
  const NEAR = 60;
  /** What is captured now, and in which colour. @type {{track: MediaStreamTrack, colour: number}[]} */
  const captured = [];
  /** Of the reading before. @type {Map<string, number>} */
  const counts = new Map();

  /** A picture of one colour in which something moves. */
  function paint(source, { width, height, rate, deviceId }) {
    const colour = globalThis.fuzzPerson * SOURCES + source;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    const [track] = canvas.captureStream(rate).getVideoTracks();
    const settings = track.getSettings.bind(track);
    Object.defineProperties(track, { label: { value: deviceId }, getSettings: { value: () => ({ ...settings(), deviceId, width, height, frameRate: rate }) } });
    captured.push({ track, colour });
    let at = 0;
    const draw = () => {
      at = (at + 7) % height;
      context.fillStyle = `rgb(${COLOURS[colour].join()})`;
      context.fillRect(0, 0, width, height);
      context.fillStyle = "black";
      context.fillRect(width * 0.75, at, width / 8, height / 10);
      if (track.readyState === "ended") clearInterval(timer);
    };
    const timer = setInterval(draw, 1_000 / rate);
    draw();
    return track;
  }

  mediaDevices.getUserMedia = async ({ audio, video }) => {
    const tracks = audio ? (await real({ audio: true })).getTracks() : [];
    if (!video) return new MediaStream(tracks);
    const wanted = video.deviceId?.exact ?? video.deviceId?.ideal ?? CAMERAS[0];
    const source = Math.max(0, CAMERAS.indexOf(wanted));
    return new MediaStream([...tracks, paint(source, { width: 640, height: 360, rate: 15, deviceId: CAMERAS[source] })]);
  };
  mediaDevices.getDisplayMedia = async () => new MediaStream([paint(SCREEN, { width: 800, height: 500, rate: 5, deviceId: "screen" })]);
  mediaDevices.enumerateDevices = async () => [
    ...(await enumerate()).filter(({ kind }) => kind !== "videoinput"),
    ...CAMERAS.map((deviceId) => ({ deviceId, groupId: deviceId, kind: "videoinput", label: deviceId })),
  ];

  const steps = {
    "other camera": () => {
      const select = document.querySelector("#devices-dialog [data-kind=camera] select");
      if (select.options.length < CAMERAS.length) throw new Error("the other camera is not listed");
      select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
      select.dispatchEvent(new Event("change"));
    },
    "lose the network": () => {
      dispatchEvent(new Event("offline"));
      setTimeout(() => dispatchEvent(new Event("online")), 500);
    },
    "come back": () => [...document.querySelectorAll("#ended button")].find((button) => button.checkVisibility()).click(),
  };

  /** What this person sends, as their buttons say; colours: of what is captured. */
  function sends() {
    const isOn = (which) => document.querySelector(`.toolbar [data-toggle=${which}]`)?.ariaPressed === "true";
    const colours = captured.filter(({ track }) => track.readyState === "live").map(({ colour }) => colour);
    return {
      state: document.documentElement.dataset.callState,
      microphone: isOn("microphone"),
      camera: isOn("camera"),
      screen: document.querySelector("#share-screen")?.dataset.sharing === "true",
      cameras: colours.filter((colour) => colour % SOURCES < SCREEN),
      screens: colours.filter((colour) => colour % SOURCES === SCREEN),
    };
  }

  /** The number of the nearest colour, or what is there instead; null: there is no picture. */
  function colourOf(video) {
    if (!video?.videoWidth) return null;
    const context = new OffscreenCanvas(16, 16).getContext("2d");
    context.drawImage(video, 0, 0, 16, 16);
    const seen = [...context.getImageData(4, 8, 1, 1).data].slice(0, 3);
    const distances = COLOURS.map((levels) => Math.hypot(...levels.map((level, at) => level - seen[at])));
    const least = Math.min(...distances);
    return least < NEAR ? distances.indexOf(least) : seen.join();
  }

  /** What came from each of the others since the last reading, by name; energy: of sound that is played. */
  async function gets() {
    const all = {};
    for (const [pid, peer] of globalThis.meetingPoint?.mesh?.peers ?? []) {
      const [tile, screen] = ["mp-tile", "mp-screen"].map((name) => document.querySelector(`${name}[data-pid="${CSS.escape(pid)}"]`));
      if (!tile) continue;
      const since = async (kind, field) => {
        const stats = [...((await peer.transceivers[kind]?.receiver.getStats())?.values() ?? [])];
        const now = stats.find(({ type }) => type === "inbound-rtp")?.[field] ?? 0;
        const key = `${pid} ${kind}`;
        const before = counts.get(key) ?? 0;
        counts.set(key, now);
        return now - before;
      };
      const isStill = tile.querySelector(".tile__still")?.hidden === false;
      all[tile.querySelector(".tile__name").textContent] = {
        state: tile.dataset.state,
        camera: tile.dataset.camera === "true",
        shown: tile.dataset.hidden !== "true" && tile.video.checkVisibility() && !isStill,
        frames: await since("video", "framesDecoded"),
        energy: await since("audio", "totalAudioEnergy"),
        colour: colourOf(tile.video),
        screen: screen !== null,
        screenColour: colourOf(screen?.querySelector("video")),
      };
    }
    return all;
  }

  globalThis.fuzz = { steps, sends, gets };
})();
