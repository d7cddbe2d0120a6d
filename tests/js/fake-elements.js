/** Media elements and sinks whose browser refuses, pauses and answers late on command. */

/** A document without elements. */
export function makePage() {
  const made = Object.assign(new EventTarget(), { hidden: false, pictureInPictureElement: null });
  made.exitPictureInPicture = async () => {
    made.pictureInPictureElement = null;
  };
  globalThis.document = made;
  return made;
}

/** What setSinkId was called with, resolved in any order. */
export class FakeSink extends EventTarget {
  asked = [];
  sinkId = "";
  absent = new Set();
  resumed = 0;

  async setSinkId(deviceId) {
    this.asked.push(deviceId);
    if (this.gate) await this.gate;
    if (this.absent.has(deviceId)) throw new DOMException("", "NotFoundError");
    this.sinkId = deviceId;
  }

  async resume() {
    this.resumed += 1;
  }
}

/** policy: "free", "muted" (only without sound) or "none", as of a browser's autoplay. */
export class FakeElement extends FakeSink {
  policy = "free";
  paused = true;
  muted = false;
  isConnected = true;
  srcObject = null;
  plays = 0;
  dataset = {};
  awaited = [];

  requestVideoFrameCallback(callback) {
    this.awaited.push(callback);
  }

  async play() {
    this.plays += 1;
    await null;
    if (this.policy === "none" || (this.policy === "muted" && !this.muted)) throw new DOMException("", "NotAllowedError");
    if (this.srcObject === null) throw new DOMException("", "AbortError");
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }

  /** As by the browser, a media key, another app. */
  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}
