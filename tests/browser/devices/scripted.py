"""Devices that refuse: what browsers and systems do that no browser without a window does."""

# `refusal`: the name and message of the error with which each request fails, and the permission of both devices from
# then on; null: it is granted. `permissions`: what the browser says about each. `change(name, state)`: the person
# visits its settings.
REFUSE = """
globalThis.asked = [];
globalThis.refusal = null;
globalThis.permissions = { camera: 'prompt', microphone: 'prompt' };
const { mediaDevices, permissions } = navigator;
for (const name of ['getUserMedia', 'getDisplayMedia']) {
  const real = mediaDevices[name].bind(mediaDevices);
  mediaDevices[name] = async (constraints) => {
    asked.push(name);
    if (refusal?.[2]) globalThis.permissions = { camera: refusal[2], microphone: refusal[2] };
    if (refusal) throw new DOMException(refusal[1], refusal[0]);
    return real(constraints);
  };
}
const statuses = {};
permissions.query = async ({ name }) => {
  if (!(name in globalThis.permissions)) throw new TypeError(name);
  statuses[name] ??= Object.defineProperty(new EventTarget(), 'state', { get: () => globalThis.permissions[name] });
  return statuses[name];
};
globalThis.change = (name, state) => {
  globalThis.permissions[name] = state;
  statuses[name]?.dispatchEvent(new Event('change'));
};
"""
DISMISSED = "globalThis.refusal = ['NotAllowedError', 'Permission dismissed'];"
BLOCKED = "globalThis.refusal = ['NotAllowedError', 'Permission denied', 'denied'];"

# A device is taken out of the list, by its label, and put back in.
PULL_OUT = """(gone) => {
  const { mediaDevices } = navigator;
  const all = mediaDevices.enumerateDevices.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => (await all()).filter(({ label }) => label !== gone);
  mediaDevices.dispatchEvent(new Event('devicechange'));
}"""
PLUG_IN = """() => {
  delete navigator.mediaDevices.enumerateDevices;
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
}"""

# A camera that a test can turn into one that gives a moving picture, a black one, or none any more.
CANVAS_CAMERA = """
globalThis.lens = 'moving';
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
const paint = canvas.getContext('2d');
let turn = 0;
setInterval(() => {
  if (lens === 'still') return;
  paint.fillStyle = lens === 'black' ? `rgb(${(turn += 1) % 2} 0 0)` : `hsl(${(turn += 9) % 360} 60% 50%)`;
  paint.fillRect(0, 0, canvas.width, canvas.height);
}, 60);
navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
  const stream = audio ? await open({ audio }) : new MediaStream();
  if (video) stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
  return stream;
};
"""
TAKE = """(kind) => {
  const track = kind === 'video' ? meetingPoint.media.videoTrack : meetingPoint.media.audioTrack;
  Object.defineProperty(track, 'muted', { configurable: true, value: true });
  track.dispatchEvent(new Event('mute'));
}"""
GIVE_BACK = """(kind) => {
  const track = kind === 'video' ? meetingPoint.media.videoTrack : meetingPoint.media.audioTrack;
  delete track.muted;
  track.dispatchEvent(new Event('unmute'));
}"""

# The cameras of a phone, in front and behind; `opened` lists which were opened.
PHONE_CAMERAS = """
globalThis.opened = [];
const cameras = { front: 'user', back: 'environment' };
const { mediaDevices } = navigator;
const [realOpen, realList] = ['getUserMedia', 'enumerateDevices'].map((name) => mediaDevices[name].bind(mediaDevices));
mediaDevices.enumerateDevices = async () => [
  ...(await realList()).filter(({ kind }) => kind !== 'videoinput'),
  ...Object.entries(cameras).map(([deviceId, facing]) => ({
    deviceId, groupId: deviceId, kind: 'videoinput', label: `camera ${deviceId}`,
    getCapabilities: () => ({ facingMode: [facing] }),
  })),
];
mediaDevices.getUserMedia = async ({ audio, video }) => {
  const stream = await realOpen({ audio, video: Boolean(video) });
  const [track] = stream.getVideoTracks();
  if (track) {
    const deviceId = video.deviceId?.exact ?? 'front';
    opened.push(deviceId);
    Object.defineProperty(track, 'getSettings', {
      value: () => ({ deviceId, facingMode: cameras[deviceId], width: 320, height: 180 }),
    });
  }
  return stream;
};
"""
