/** Snapshots where the link carries no video: a 4 kB JPEG every few seconds, in pieces so that audio does not queue behind it. */

const WIDTH = 192;
const QUALITY = 0.4;
/** Characters of base64. */
const MAX_CHARACTERS = 24_000;
/** Characters: 12 kbit/s with overhead, the bitrate of the rung. */
const PIECE = 400;
const PIECE_INTERVAL_MS = 300;
const MAX_PIECE_CHARACTERS = 2_000;
/** px: larger pictures are dropped before decoding. */
const MAX_SIDE = 640;

/** @typedef {{jpeg: string}} Snapshot base64 */
/** @typedef {{part: number, of: number, jpeg: string}} Piece part: from 0 */

export class SnapshotCamera {
  /** @type {HTMLVideoElement | null} */
  #video = null;
  #canvas = /** @type {HTMLCanvasElement | null} */ (null);

  /** @param {MediaStreamTrack | null} track @returns {Promise<Snapshot | null>} null: the camera has no frame yet */
  async takeSnapshot(track) {
    if (track === null) return null;
    const video = (this.#video ??= Object.assign(document.createElement("video"), { muted: true, playsInline: true }));
    const known = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0] === track;
    if (!known) video.srcObject = new MediaStream([track]);
    // A browser may have paused it, and the picture would be an old one.
    if (video.paused) await video.play().catch(() => {});
    const { videoWidth, videoHeight } = video;
    if (videoWidth === 0) return null;
    const canvas = (this.#canvas ??= document.createElement("canvas"));
    Object.assign(canvas, { width: WIDTH, height: Math.min(MAX_SIDE, Math.round((WIDTH * videoHeight) / videoWidth)) });
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const jpeg = canvas.toDataURL("image/jpeg", QUALITY).split(",")[1] ?? "";
    return jpeg.length > 0 && jpeg.length <= MAX_CHARACTERS ? { jpeg } : null;
  }

  stop() {
    if (this.#video) this.#video.srcObject = null;
    this.#video = null;
  }
}

/** Sends one snapshot at a time. */
export class SnapshotSender {
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;

  get busy() {
    return this.#timer !== null;
  }

  /** @param {Snapshot} still @param {(piece: Piece) => boolean} sendPiece false: stop, no one needs it any more */
  sendSnapshot({ jpeg }, sendPiece) {
    this.stop();
    const of = Math.ceil(jpeg.length / PIECE);
    let part = 0;
    const next = () => {
      const wanted = sendPiece({ part, of, jpeg: jpeg.slice(part * PIECE, (part + 1) * PIECE) });
      part += 1;
      this.#timer = wanted && part < of ? setTimeout(next, PIECE_INTERVAL_MS) : null;
    };
    next();
  }

  stop() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Assembles the snapshots of one peer; pieces come in order, or the snapshot is dropped. */
export class SnapshotReader {
  /** @type {string[]} */
  #parts = [];
  #of = 0;

  /** @param {Piece} piece @returns {Blob | null} null: incomplete, or not a small JPEG */
  receivePiece({ part, of, jpeg }) {
    if (part === 0) [this.#parts, this.#of] = [[], of];
    if (part !== this.#parts.length || of !== this.#of) return this.#forget();
    this.#parts.push(jpeg);
    if (this.#parts.length < of) return null;
    const whole = this.#parts.join("");
    this.#forget();
    return readSnapshot(whole);
  }

  #forget() {
    [this.#parts, this.#of] = [[], 0];
    return null;
  }
}

/** @param {any} payload of the topic `snapshot` @returns {Piece | null} */
export function readSnapshotPiece(payload) {
  const { part, of, jpeg } = typeof payload === "object" && payload !== null ? payload : {};
  const text = typeof jpeg === "string" && jpeg.length > 0 && jpeg.length <= MAX_PIECE_CHARACTERS;
  return text && Number.isInteger(of) && of >= 1 && of <= MAX_CHARACTERS / PIECE ? { part, of, jpeg } : null;
}

/** @param {string} jpeg base64 @returns {Blob | null} null: not a small JPEG */
export function readSnapshot(jpeg) {
  if (jpeg.length > MAX_CHARACTERS || !/^[A-Za-z0-9+/]+={0,2}$/.test(jpeg)) return null;
  try {
    const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
    const size = sizeOf(bytes);
    const fits = size !== null && Math.min(...size) > 0 && Math.max(...size) <= MAX_SIDE;
    return fits ? new Blob([bytes], { type: "image/jpeg" }) : null;
  } catch {
    return null;
  }
}

/** Reads the frame header (ITU-T T.81 §B.2.2). @param {Uint8Array} bytes @returns {[number, number] | null} height and width */
function sizeOf(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes[at + 5] * 256 + bytes[at + 6], bytes[at + 7] * 256 + bytes[at + 8]];
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return null;
}
