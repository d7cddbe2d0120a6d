// The two sides of the device fuzz, run by fuzz.py: one plays a sequence of steps and watches that nothing is captured or sent
// while the buttons say off; the other records when it hears a sound and sees a picture.

/** Every step that a sequence may have; each is one thing that a person, a device or a browser does. */
const STEPS = {
  press: (which) => document.querySelector(`.toolbar [data-toggle=${which}]`).click(),
  key: (letter) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: letter, code: `Key${letter.toUpperCase()}`, bubbles: true })),
  share: () => document.querySelector("#share-screen").click(),
  choose: (kind, index) => {
    const select = document.querySelector(`#devices-dialog [data-kind=${kind}] select`);
    if (select.disabled || select.options.length === 0) return;
    select.selectedIndex = index % select.options.length;
    select.dispatchEvent(new Event("change"));
  },
  "use it": () => [...document.querySelectorAll("#toasts button")].find(({ textContent }) => textContent === "Use it")?.click(),
  "pull out": (deviceId) => lab.unplug(deviceId),
  "plug in": (deviceId) => lab.devices.some((known) => known.deviceId === deviceId) || lab.plug(ALL.find((known) => known.deviceId === deviceId)),
  "break off": (kind) => lab.breakOff(kind),
  permit: (kind, state) => lab.setPermission(kind, state),
  answer: (answer) => (lab.answer = answer),
  fail: (deviceId, name) => (lab.broken[deviceId] = name),
  heal: () => (lab.broken = {}),
  slow: (ms) => (lab.delayMs = ms),
  hold: () => (lab.held = true),
  release: () => lab.answerAll(),
  "stop sharing": () => lab.tracks.filter(({ source }) => source === "screen").forEach((track) => track.readyState === "live" && lab.end(track)),
  leave: () => document.querySelector(".toolbar [data-action=leave]").click(),
  "other tab": () => new BroadcastChannel(`meeting-point/call/${location.pathname.split("/").at(-1)}`).postMessage("taken"),
  wait: () => {},
};
const ALL = structuredClone(lab.devices);
const BUTTONS = { audio: "microphone", video: "camera" };
const state = () => document.documentElement.dataset.callState;
const inCall = () => ["joining", "in-call", "reconnecting"].includes(state());
const pressed = (kind) => document.querySelector(`.toolbar [data-toggle=${BUTTONS[kind]}]`).getAttribute("aria-pressed") === "true";
/** Before a device that broke off is tried again there is a pause. */
const opening = (kind) => document.querySelector(`.toolbar [data-toggle=${BUTTONS[kind]}]`).getAttribute("aria-busy") === "true";
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What each kind may do now, by what the page shows. */
function allowed() {
  const sharing = document.querySelector("#share-screen").dataset.sharing === "true";
  return { audio: inCall() && pressed("audio"), video: inCall() && pressed("video"), screen: inCall() && sharing };
}

/** What is captured now although nothing says so; a muted microphone may stay open in a call. */
function captured() {
  const may = allowed();
  const wrong = lab.live().filter((track) => {
    const kind = track.source === "screen" ? "screen" : track.kind;
    return !may[kind] && !(kind === "audio" && inCall() && !track.enabled);
  });
  return wrong.map(({ kind, source, enabled }) => `${source} ${kind} ${enabled ? "enabled" : "open"}`);
}

/** When each kind was off: [from, to) in ms since the epoch; the last one is still open. */
const off = { audio: [], video: [], screen: [] };
const faults = [];

function observe() {
  const may = allowed();
  for (const kind of Object.keys(off)) {
    const last = off[kind].at(-1);
    if (!may[kind] && (!last || last.to !== null)) off[kind].push({ from: Date.now(), to: null });
    if (may[kind] && last?.to === null) last.to = Date.now();
  }
  const open = captured();
  if (open.length > 0) faults.push(`captured in ${state()}: ${open.join(", ")}`);
  const asking = lab.open();
  for (const kind of ["audio", "video", "screen"]) if (asking.filter((other) => other === kind).length > 1) faults.push(`asked twice for ${kind}`);
}

new MutationObserver(observe).observe(document.documentElement, {
  attributeFilter: ["aria-pressed", "data-sharing", "data-call-state"],
  subtree: true,
});
setInterval(observe, 5);

async function until(condition, what) {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) return faults.push(`${what}: never`);
    await sleep(5);
  }
}

/** Plays one sequence in a call, lets everything be answered, and returns what was wrong. */
async function play(steps) {
  faults.length = 0;
  const wish = { audio: pressed("audio"), video: pressed("video") };
  const keys = { m: "audio", v: "video", microphone: "audio", camera: "video" };
  for (const [name, pause, ...args] of steps) {
    if (!inCall()) break;
    if (name === "press" || name === "key") {
      const kind = keys[args[0]];
      wish[kind] = !pressed(kind);
      STEPS[name](...args);
      if (pressed(kind) !== wish[kind]) faults.push(`${name} ${args[0]}: the button does not show it`);
    } else {
      STEPS[name](...args);
    }
    observe();
    // A failure switches off.
    for (const kind of ["audio", "video"]) if (inCall() && !pressed(kind)) wish[kind] = false;
    if (pause > 0) await sleep(pause);
  }
  lab.delayMs = 0;
  await lab.answerAll();
  await until(() => lab.open().length === 0, "answered");
  // An answer may lead to another request, for the former device: only promises are between the two.
  await new Promise((done) => setTimeout(done));
  await until(() => lab.open().length === 0, "answered");
  observe();
  const problems = document.querySelector("#devices-dialog .dialog__problems").textContent;
  for (const kind of ["audio", "video"]) {
    if (inCall() && pressed(kind) !== wish[kind] && (pressed(kind) || problems === "")) faults.push(`${kind} ends ${pressed(kind)}, pressed ${wish[kind]}`);
    const sent = lab.live(kind).some((track) => track.source === "device" && track.enabled);
    if (inCall() && pressed(kind) !== sent && !(pressed(kind) && opening(kind))) faults.push(`${kind}: the button says ${pressed(kind)}, sent ${sent}`);
  }
  return [...new Set(faults)];
}

/** Everything is plugged in, allowed and quick again, and the person is in the call. */
async function reset() {
  lab.permission = { audio: "granted", video: "granted" };
  Object.assign(lab, { devices: structuredClone(ALL), broken: {}, answer: "allow", delayMs: 0 });
  await lab.answerAll();
  if (!inCall()) [...document.querySelectorAll("#ended button")].find((button) => button.checkVisibility()).click();
  await until(() => state() === "in-call", "in the call again");
}

/** Both are on, and there. */
async function switchOn() {
  for (const kind of ["audio", "video"]) if (!pressed(kind)) STEPS.press(BUTTONS[kind]);
  await until(() => ["audio", "video"].every((kind) => lab.live(kind).some(({ enabled }) => enabled)), "on");
}

const POLL_MS = 40;
/** Mean square of the samples; the browser's beep has 0.01 and more, comfort noise next to nothing. */
const LOUD = 1e-4;

/** How long a sound waited in the jitter buffer, ms: on a busy machine, more than a second. */
function waited(now, last) {
  const emitted = now.jitterBufferEmittedCount - last.jitterBufferEmittedCount;
  return emitted > 0 ? (1_000 * (now.jitterBufferDelay - last.jitterBufferDelay)) / emitted : 0;
}

/** Records what arrives from the other person: when a sound was heard, and a picture or a screen seen, as [not before, not after]. */
function record() {
  const received = { audio: [], video: [], screen: [], late: 0 };
  /** @type {WeakMap<RTCRtpReceiver, RTCInboundRtpStreamStats & {at: number}>} */
  const before = new WeakMap();
  const note = async (kind, receiver) => {
    const now = [...(await receiver.getStats()).values()].find(({ type }) => type === "inbound-rtp");
    const at = Date.now();
    const last = before.get(receiver) ?? { framesReceived: 0, totalAudioEnergy: 0, totalSamplesDuration: 0, jitterBufferDelay: 0, jitterBufferEmittedCount: 0, at };
    if (!now) return;
    before.set(receiver, { ...now, at });
    const loudness = (now.totalAudioEnergy - last.totalAudioEnergy) / (now.totalSamplesDuration - last.totalSamplesDuration);
    if (kind === "audio" ? loudness > LOUD : now.framesReceived > last.framesReceived) {
      received[kind].push([last.at - (kind === "audio" ? waited(now, last) : 0), at]);
    }
  };
  const poll = async () => {
    const started = performance.now();
    const all = [...meetingPoint.mesh.peers.values()].map(({ transceivers }) => transceivers);
    const receivers = all.flatMap(({ audio, video, screenVideo }) => Object.entries({ audio, video, screen: screenVideo }));
    await Promise.all(receivers.map(([kind, transceiver]) => transceiver && note(kind, transceiver.receiver)));
    setTimeout(() => {
      received.late = Math.max(received.late, performance.now() - started - POLL_MS);
      void poll();
    }, POLL_MS);
  };
  void poll();
  return received;
}

globalThis.fuzz = { play, reset, switchOn, record, off };
