// Trees of names that file systems take for each other, the same ones in every run.

/** Park–Miller. @param {number} seed @returns {(below: number) => number} */
export function randomNumbers(seed) {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

const WORDS = [
  "report", "Report", "résumé", "re\u0301sume\u0301", "straße", "STRASSE", "Σίσυφος", "ΣΊΣΥΦΟΣ", "ılık", "ILIK", "İstanbul", "i\u0307stanbul", "報告書", "ﾊﾝｶｸ",
  "한글", "한글".normalize("NFD"), "می\u200cخواهم", "میخواهم", "क्\u200dष", "क्ष", "हिन्दी", "👩\u200d👩\u200d👧", "👩👩👧", "❤\ufe0f", "❤", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  "con", "NUL", "com¹", "desktop.ini", "THESIS~1", ".env", ".", "..", "...", "", " ", "a b", "a  b", "a\u00a0b", "x".repeat(255), "x".repeat(254), "漢".repeat(90), "ᾂ".repeat(85),
  "\u202eexe.txt", "a\u200bb", "ab", "a\u0000b", "a\nb", "\ud800", "ﬁ", "fi", "x²", "x2", "ſ", "s", "K", "\u212a", "Å", "\u212b", "葛", "葛\u{e0100}", "a~1", "minutes",
];
const ENDS = ["", "", "", "", ".txt", ".TXT", ".tar.gz", ".", " ", "?", "_", "*", ":x", " (2)", " (2).txt", ".lnk", "\u200d", "\u0301", "\u3000", "\\x", `.${"e".repeat(30)}`];

/**
 * A tree of files and empty folders in which much nearly has the same name.
 * @param {(below: number) => number} random @returns {string[]} paths; those of empty folders end with a slash
 */
export function randomTree(random) {
  const one = (/** @type {string[]} */ list) => list[random(list.length)];
  const makeName = () => `${one(WORDS)}${one(ENDS)}`;
  const folders = [""];
  for (let count = random(6); count > 0; count -= 1) folders.push(`${one(folders)}${makeName()}/`);
  return Array.from({ length: 2 + random(8) }, () => `${one(folders)}${makeName() || "x"}${random(8) ? "" : "/"}`);
}
