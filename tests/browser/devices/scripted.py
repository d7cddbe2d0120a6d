"""Devices that refuse: what browsers and systems do that no browser without a window does."""

# `refusal`: the name and message of the error with which each request fails, null: it is granted. `permissions`: what
# the browser says about each, with `change(name, state)` for the person's visit to its settings.
REFUSE = """
globalThis.asked = [];
globalThis.refusal = null;
globalThis.permissions = { camera: 'prompt', microphone: 'prompt' };
const { mediaDevices, permissions } = navigator;
for (const name of ['getUserMedia', 'getDisplayMedia']) {
  const real = mediaDevices[name].bind(mediaDevices);
  mediaDevices[name] = async (constraints) => {
    asked.push(name);
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
BLOCKED = """
globalThis.refusal = ['NotAllowedError', 'Permission denied'];
globalThis.permissions = { camera: 'denied', microphone: 'denied' };
"""
