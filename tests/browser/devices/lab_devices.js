// Devices that do what a test says, in place of the browser's: slow, refused, broken, plugged in and pulled out. The tracks are real
// ones of the browser's fake devices. `globalThis.lab` is the test's hand; it runs before the scripts of the page.

(() => {
  const { mediaDevices } = navigator;
  if (!mediaDevices || globalThis.lab) return;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  const PERMISSIONS = { camera: "video", microphone: "audio" };
  const KINDS = { audio: "audioinput", video: "videoinput" };
  const device = (deviceId, kind, label, groupId = deviceId) => ({ deviceId, kind, label, groupId });
  /** @type {Map<string, EventTarget>} */
  const statuses = new Map();

  const lab = {
    devices: [
      device("mic-1", "audioinput", "Desk microphone"),
      device("mic-2", "audioinput", "Headset microphone", "headset"),
      device("cam-1", "videoinput", "Laptop camera"),
      device("cam-2", "videoinput", "Document camera"),
      device("out-1", "audiooutput", "Desk speakers"),
    ],
    permission: { audio: "granted", video: "granted" },
    /** The person's answer to the browser's question: allow, dismiss or deny. */
    answer: "allow",
    /** deviceId → name of the error */
    broken: {},
    /** Requests wait for `answerAll`. */
    held: false,
    delayMs: 0,
    /** Every request: its kinds, and the exact ids or null. */
    asked: [],
    /** The kinds of the requests that are not answered yet. */
    open: () => lab.asked.filter(({ answered }) => !answered).flatMap(({ kinds }) => kinds),
    pending: [],
    tracks: [],

    end,

    live(kind) {
      return lab.tracks.filter((track) => track.readyState === "live" && (kind === undefined || track.kind === kind));
    },

    async answerAll() {
      lab.held = false;
      for (const go of lab.pending.splice(0)) go();
    },

    plug(...devices) {
      lab.devices.push(...devices);
      mediaDevices.dispatchEvent(new Event("devicechange"));
    },

    unplug(deviceId) {
      lab.devices = lab.devices.filter((known) => known.deviceId !== deviceId);
      for (const track of lab.live()) if (track.getSettings().deviceId === deviceId) end(track);
      mediaDevices.dispatchEvent(new Event("devicechange"));
    },

    /** It stops by itself and stays listed. */
    breakOff(kind) {
      for (const track of lab.live(kind)) end(track);
    },

    setPermission(kind, state) {
      lab.permission[kind] = state;
      if (state !== "granted") for (const track of lab.live(kind)) if (track.source !== "screen") end(track);
      statuses.get(kind)?.dispatchEvent(new Event("change"));
    },
  };

  function end(track) {
    track.stop();
    track.dispatchEvent(new Event("ended"));
  }

  function turn() {
    if (lab.held) return new Promise((resolve) => lab.pending.push(resolve));
    return lab.delayMs > 0 ? new Promise((resolve) => setTimeout(resolve, lab.delayMs)) : undefined;
  }

  function find(kind, deviceId) {
    const found = lab.devices.find((known) => known.kind === KINDS[kind] && (deviceId === null || known.deviceId === deviceId));
    if (!found && deviceId !== null) throw new OverconstrainedError("deviceId", "");
    if (!found) throw new DOMException("Requested device not found", "NotFoundError");
    if (lab.broken[found.deviceId]) throw new DOMException("", lab.broken[found.deviceId]);
    return found;
  }

  function checkPermission(kinds) {
    const states = kinds.map((kind) => lab.permission[kind]);
    if (states.includes("denied")) throw new DOMException("Permission denied", "NotAllowedError");
    if (!states.includes("prompt")) return;
    if (lab.answer === "dismiss") throw new DOMException("Permission dismissed", "NotAllowedError");
    for (const kind of kinds) lab.setPermission(kind, lab.answer === "deny" ? "denied" : "granted");
    if (lab.answer === "deny") throw new DOMException("Permission denied", "NotAllowedError");
  }

  /** Makes a real track pass for one of a device. */
  function adopt(track, { deviceId, label }, source) {
    const settings = track.getSettings.bind(track);
    Object.defineProperties(track, {
      label: { value: label },
      source: { value: source },
      getSettings: { value: () => ({ ...settings(), deviceId }) },
    });
    lab.tracks.push(track);
    return track;
  }

  /** Notes a request until it is answered. */
  async function ask(kinds, ids, open) {
    const request = { kinds, ids, answered: false };
    lab.asked.push(request);
    try {
      await turn();
      return await open();
    } finally {
      request.answered = true;
    }
  }

  mediaDevices.getUserMedia = (constraints) => {
    const kinds = ["audio", "video"].filter((kind) => constraints[kind]);
    const ids = kinds.map((kind) => constraints[kind].deviceId?.exact ?? null);
    return ask(kinds, ids, () => openDevices(kinds, ids));
  };

  async function openDevices(kinds, ids) {
    checkPermission(kinds);
    kinds.map((kind, at) => find(kind, ids[at]));
    const stream = await real(Object.fromEntries(kinds.map((kind) => [kind, true])));
    // A device may be pulled out while it is being opened.
    try {
      const found = kinds.map((kind, at) => find(kind, ids[at]));
      return new MediaStream(stream.getTracks().map((track) => adopt(track, found[kinds.indexOf(track.kind)], "device")));
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  mediaDevices.getDisplayMedia = () => ask(["screen"], [null], openScreen);

  async function openScreen() {
    if (lab.answer !== "allow") throw new DOMException("Permission denied", "NotAllowedError");
    const [track] = (await real({ video: true })).getTracks();
    return new MediaStream([adopt(track, { deviceId: "screen", label: "Screen" }, "screen")]);
  }

  mediaDevices.enumerateDevices = async () => {
    return lab.devices.map((known) => {
      const kind = known.kind === "videoinput" ? "video" : "audio";
      return lab.permission[kind] === "granted" ? { ...known } : { ...known, deviceId: "", groupId: "", label: "" };
    });
  };

  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (descriptor) => {
    const kind = PERMISSIONS[descriptor.name];
    if (kind === undefined) return query(descriptor);
    if (!statuses.has(kind)) {
      statuses.set(kind, Object.defineProperty(new EventTarget(), "state", { get: () => lab.permission[kind] }));
    }
    return statuses.get(kind);
  };

  globalThis.lab = lab;
})();
