/**
 * Names of peers as file systems and eyes can bear them: one component; no characters that Windows, macOS or Linux forbid or treat
 * specially, no controls, nothing invisible or reversing (Unicode TR36 §3, UAX #9); nothing that a system reads on its own;
 * at most 255 bytes of UTF-8, with the extension kept. What can be seen is replaced by `_`, what cannot is dropped.
 */

/** Of UTF-8, as ext4 and APFS count. Fewer UTF-16 units than that fit NTFS; decomposed they must fit HFS+, too. */
const MAX_NAME_BYTES = 255;
/** Of a UTF-16 unit, in bytes or decomposed units. */
const MAX_GROWTH = 4;
/** What is longer is not taken for an extension. */
const MAX_EXTENSION_BYTES = 24;
/** No file system has longer names. */
const MAX_READ_CHARACTERS = 1_024;
/** Passes until nothing changes; hostile names need more, and lose everything that is not plain. */
const MAX_PASSES = 4;
const FALLBACK = "file";
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?=$|\.|\s)/i;
/** Windows and KDE read these in every folder they show; Chromium lets no page write most of them. */
const READ_BY_SYSTEM = /^(?:desktop\.ini|thumbs\.db|autorun\.inf|\.directory)$/i;
const SHELL_TYPE = /\.(?:lnk|scf|url|library-ms|searchconnector-ms|\{.*\})$/i;
/** On Windows, the short name of another file in the folder may be just this: `THESIS~1.TXT`. */
const SHORT_NAME = /^([^.~ ]{1,6})~(\d{1,6}(?:\.[^. ]{1,3})?)$/;
/** Every kind of space but those that are a visible width of their own: no-break, narrow (macOS writes it before PM), ideographic. */
const SPACE = /[^\S \u00a0\u202f\u3000\ufeff]|\u2800/gu;
const PADDING = /\s{4,}/gu;
const FORBIDDEN = /[/\\:*?"<>|\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]/gu;
/** More marks on one letter than any script needs grow over the lines beside it. */
const PILE = /(\p{M}{6})\p{M}+/gu;
const INVISIBLE = String.raw`\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb`;

/** Scripts whose letters a joiner or non-joiner changes visibly. */
const JOINED = ["Arab", "Syrc", "Mand", "Nkoo", "Mong", "Phag", "Adlm", "Rohg", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu",
  "Knda", "Mlym", "Sinh", "Khmr", "Mymr", "Tibt", "Java", "Bali"].map((script) => String.raw`\p{scx=${script}}`).join("");
const VIRAMA = String.raw`\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca`;
const EMOJI = String.raw`\p{Extended_Pictographic}[\ufe0e\ufe0f]?[\u{1f3fb}-\u{1f3ff}]?`;
/** Sequences in which something invisible is part of a character (UTS #51, UTS #37, RFC 5892 appendix A), or else invisible. */
const INVISIBLE_OR_NEEDED = new RegExp([
  String.raw`(\u{1f3f4}[\u{e0061}-\u{e007a}]{5}\u{e007f}`,
  String.raw`${EMOJI}(?:\u200d${EMOJI}|\u200d[\u2640\u2642]\ufe0f?)*`,
  String.raw`[0-9#]\ufe0f\u20e3`,
  String.raw`\p{Script=Han}[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`\p{Script=Mongolian}[\u180b-\u180d]`,
  String.raw`[${VIRAMA}][\u200c\u200d]`,
  String.raw`(?![${INVISIBLE}])[${JOINED}][\u200c\u200d](?=(?![${INVISIBLE}])[${JOINED}]))|[${INVISIBLE}]`,
].join("|"), "gu");
const HAS_INVISIBLE = new RegExp(`[${INVISIBLE}]`, "u");
/** Most names: nothing to do but `defuse`. */
const PLAIN = /^\w+(?:[ ,+=@&'-]{1,2}\w+)*(?:\.[\w-]{1,20}){0,2}$/;
const MAX_PLAIN_CHARACTERS = 120;

const utf8 = new TextEncoder();

/** @param {unknown} name @param {string} [fallback] for a name of which nothing is left @returns {string} never empty, one component */
export function safeName(name, fallback = FALLBACK) {
  const raw = typeof name === "string" ? name.slice(0, MAX_READ_CHARACTERS) : "";
  if (raw.length <= MAX_PLAIN_CHARACTERS && PLAIN.test(raw)) return defuse(raw);
  let safe = raw;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const before = safe;
    safe = shorten(defuse(scrub(before))) || fallback;
    if (safe === before) return safe;
  }
  return shorten(defuse(scrub(safe.replace(/[^\p{L}\p{N}\p{P} ]/gu, "")))) || fallback;
}

/** For folders that take less: those that Chromium lets a person pick take no joiners, no `~` at the ends, no two dots at the start. @param {string} name safe */
export function plainName(name) {
  return safeName(name.replace(/\p{Cf}/gu, "").replace(/^\.{2,}|^~|~$/g, "_"));
}

/** Splits off the extension, which decides what opens the file. @param {string} name @returns {{stem: string, extension: string}} */
export function splitName(name) {
  const dot = name.lastIndexOf(".");
  if (dot <= 0 || dot === name.length - 1) return { stem: name, extension: "" };
  return { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/**
 * The start and the end between which a number fits: `thesis` and `.txt`.
 * @param {string} name safe @param {number} bytes free for it @param {boolean} [isFolder] folders have no extension
 */
export function splitForNumber(name, bytes, isFolder = false) {
  const { stem, extension } = splitName(name);
  const tail = extension && !isFolder && sizeOf(extension) <= MAX_EXTENSION_BYTES ? `.${extension}` : "";
  return { start: scrub(cut(tail ? stem : name, MAX_NAME_BYTES - bytes - sizeOf(tail))) || FALLBACK, tail };
}

/** @param {string} name */
function scrub(name) {
  const allowed = name.replace(SPACE, " ").replace(FORBIDDEN, "_");
  const needed = HAS_INVISIBLE.test(allowed) ? allowed.replace(INVISIBLE_OR_NEEDED, (_, kept) => kept ?? "") : allowed;
  const visible = needed.normalize("NFC").replace(PILE, "$1").replace(PADDING, " ").trimStart();
  let end = visible.length;
  // Windows drops dots and spaces there. A pattern would take quadratic time.
  while (end > 0 && (visible[end - 1] === "." || visible[end - 1].trim() === "")) end -= 1;
  return visible.slice(0, end);
}

/** Changes names that a system acts on. @param {string} name */
function defuse(name) {
  const long = name.replace(SHORT_NAME, "$1_$2");
  const known = DEVICE.test(long) || READ_BY_SYSTEM.test(long) ? `_${long}` : long;
  return SHELL_TYPE.test(known) ? `${known}.download` : known;
}

/** @param {string} name */
function shorten(name) {
  if (name.length * MAX_GROWTH <= MAX_NAME_BYTES || sizeOf(name) <= MAX_NAME_BYTES) return name;
  const { start, tail } = splitForNumber(name, 0);
  return `${start}${tail}`;
}

/** Truncates between characters. @param {string} text @param {number} bytes */
function cut(text, bytes) {
  if (sizeOf(text) <= bytes) return text;
  let [kept, used] = [0, 0];
  for (const character of text) {
    used += sizeOf(character);
    if (used > bytes) break;
    kept += character.length;
  }
  return text.slice(0, kept);
}

/** Bytes of UTF-8, or UTF-16 units decomposed, whichever is more. @param {string} text */
function sizeOf(text) {
  return Math.max(utf8.encode(text).length, text.normalize("NFD").length);
}
