/**
 * What happens in a page between the opened link and the first frame of the other person, in milliseconds since the link was
 * opened. Runs in every page before its own scripts, and presses *Join* as soon as a person could. For benchmarks only.
 */

(() => {
  const opened = Number(sessionStorage.getItem("opened")) || performance.timeOrigin;
  sessionStorage.setItem("opened", String(opened));
  const marks = {};
  const now = () => performance.timeOrigin + performance.now() - opened;
  const mark = (name) => (marks[name] ??= Math.round(now()));
  performance.setResourceTimingBufferSize(2000);
  globalThis.watch = { marks, alive: null, frame: null, bytes: 0, requests: 0, all: loaded };
  mark("page");

  /** Requests and bytes on the line so far, headers of answers included; what the cache had does not count. */
  function loaded() {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const fetched = entries.filter(({ transferSize, responseEnd }) => transferSize > 0 && responseEnd > 0);
    const twice = fetched.length - new Set(fetched.map(({ name }) => name)).size;
    return { twice, requests: fetched.length, bytes: fetched.reduce((sum, { transferSize }) => sum + transferSize, 0) };
  }

  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const path = String(request[0]).split("/").slice(-1)[0];
    mark(`ask ${path}`);
    const answer = await fetch(...request);
    mark(`answer ${path}`);
    if (!answer.ok) mark(`refused ${path} ${answer.status} ${await answer.clone().text()}`);
    return answer;
  };
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (...wanted) {
    mark("devices asked");
    const stream = await getUserMedia.apply(this, wanted);
    mark("devices open");
    return stream;
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      mark("socket asked");
      this.addEventListener("open", () => mark("socket open"));
      this.addEventListener("message", () => mark("joined"));
    }
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      mark("connection made");
      this.addEventListener("signalingstatechange", () => mark(`signaling ${this.signalingState}`));
      this.addEventListener("iceconnectionstatechange", () => mark(`ice ${this.iceConnectionState}`));
      this.addEventListener("connectionstatechange", () => mark(`connection ${this.connectionState}`));
    }
  };

  /** At once, before what follows from it is loaded. */
  function look() {
    const button = document.querySelector("#join-form button[type=submit]");
    if (!button || button.disabled || "early" in button.dataset) return;
    changes.disconnect();
    globalThis.watch.alive = mark("alive");
    Object.assign(globalThis.watch, loaded());
  }
  const changes = new MutationObserver(look);
  changes.observe(document, { subtree: true, childList: true, attributeFilter: ["disabled", "data-early"] });

  const watching = setInterval(() => {
    if (document.readyState !== "loading") mark("read");
    const button = document.querySelector("#join-form button[type=submit]");
    const field = document.querySelector("#display-name");
    if (button && !button.disabled && button.checkVisibility() && !("pressed" in button.dataset) && !marks.pressed) {
      if (field && !field.value) field.value = "Visitor";
      mark("pressed");
      button.click();
    }
    const video = document.querySelector("mp-tile[data-self='false'] video, video.remote");
    if (!video || !marks.pressed) return;
    clearInterval(watching);
    mark("tile");
    video.requestVideoFrameCallback(() => (globalThis.watch.frame = mark("frame")));
  }, 4);
})();
