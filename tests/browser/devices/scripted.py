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
