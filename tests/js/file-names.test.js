import assert from "node:assert/strict";
import { test } from "node:test";

import { safeName, safePath, splitName } from "../../static/js/files/protocol/safe-name.js";

const LONG = "x".repeat(300);

/** What a stranger may call a file, and what becomes of it. */
const NAMES = [
  // Ordinary names stay as they are.
  ["report.pdf", "report.pdf"], ["Urlaub 2026 – Fotos.tar.gz", "Urlaub 2026 – Fotos.tar.gz"], ["résumé.docx", "résumé.docx"],
  ["re\u0301sume\u0301.docx", "résumé.docx"], ["写真.jpg", "写真.jpg"], ["📷 holiday.jpg", "📷 holiday.jpg"], ["no extension", "no extension"],
  ["a.b.c.d", "a.b.c.d"], ["-rf", "-rf"], ["100%.txt", "100%.txt"], ["O'Brien & Sons (1).txt", "O'Brien & Sons (1).txt"], ["%2e%2e%2fx", "%2e%2e%2fx"],
  // Ways out of the folder.
  ["../../etc/passwd", "passwd"], ["..\\..\\windows\\system32\\x.dll", "x.dll"], ["/etc/shadow", "shadow"], ["C:\\autoexec.bat", "autoexec.bat"],
  ["C:evil.exe", "Cevil.exe"], ["\\\\server\\share\\x.txt", "x.txt"], ["folder/", "file"], ["..", "file"], [".", "file"], ["...", "file"],
  ["../", "file"], ["a/../b", "b"], ["~/x", "x"], ["file:///etc/passwd", "passwd"], ["x\u0000/y.txt", "y.txt"], ["‥/x", "x"],
  // Streams and forbidden characters.
  ["x.txt:hidden.exe", "x.txthidden.exe"], ["x.txt::$DATA", "x.txt$DATA"], ['a*b?c"d<e>f|g.txt', "abcdefg.txt"], ["???", "file"], ["<script>.html", "script.html"],
  // Control characters.
  ["a\u0000b.txt", "ab.txt"], ["x.exe\u0000.txt", "x.exe.txt"], ["a\nb.txt", "a b.txt"], ["a\r\nb\tc.txt", "a b c.txt"], ["\u0007bell\u001b[31m.txt", "bell[31m.txt"],
  ["a\u0085b.txt", "ab.txt"], ["a\u007fb.txt", "ab.txt"], ["a\u2028b.txt", "a b.txt"],
  // Text that runs the other way, or is not seen.
  ["annual\u202efdp.exe", "annualfdp.exe"], ["a\u202ab\u202bc\u202cd\u202de.txt", "abcde.txt"], ["a\u2066b\u2067c\u2068d\u2069e.txt", "abcde.txt"],
  ["a\u200eb\u200fc\u061cd.txt", "abcd.txt"], ["invoice.pdf\u200b.exe", "invoice.pdf.exe"], ["a\u00adb.txt", "ab.txt"], ["\ufeffa.txt", "a.txt"],
  ["a\u2060b\u180ec.txt", "abc.txt"], ["a\u3164b.txt", "ab.txt"], ["x.pdf\u{e0001}\u{e0065}.exe", "x.pdf.exe"], ["a\ufe0fb.txt", "ab.txt"], ["\u200b", "file"],
  [`Z${"\u0335".repeat(40)}algo.txt`, `Z${"\u0335".repeat(3)}algo.txt`], ["a\ud800b.txt", "ab.txt"], ["a\ue000b.txt", "ab.txt"], ["a\uffffb.txt", "ab.txt"],
  // Dots and spaces at the ends: hidden files, and what Windows drops.
  [".bashrc", "bashrc"], ["..hidden", "hidden"], ["x.txt.", "x.txt"], ["x.txt. . .", "x.txt"], ["x.txt   ", "x.txt"], ["   x.txt", "x.txt"],
  ["photo.jpg                                   .exe", "photo.jpg .exe"], ["a\u00a0\u2003b.txt", "a b.txt"],
  // Devices of Windows.
  ["CON", "_CON"], ["con.txt", "_con.txt"], ["NUL.tar.gz", "_NUL.tar.gz"], ["com1", "_com1"], ["LPT9.log", "_LPT9.log"], ["COM¹.txt", "_COM¹.txt"],
  ["aux .txt", "_aux .txt"], ["conin$", "_conin$"], ["console.log", "console.log"], ["com10", "com10"],
  // Lengths: the extension stays.
  [`${LONG}.pdf`, `${"x".repeat(116)}.pdf`], [LONG, "x".repeat(120)], [`${"ü".repeat(100)}.txt`, `${"ü".repeat(58)}.txt`],
  [`${"😀".repeat(60)}.png`, `${"😀".repeat(29)}.png`], [`${LONG}.${"e".repeat(60)}`, `${"x".repeat(95)}.${"e".repeat(24)}`], [`a.${LONG}`, `a.${"x".repeat(24)}`],
  // What is no name.
  ["", "file"], [undefined, "file"], [null, "file"], [7, "file"], [{ toString: () => "x" }, "file"],
];

test(`${NAMES.length} names of strangers become names that do no harm`, () => {
  assert.ok(NAMES.length >= 80);
  for (const [name, expected] of NAMES) assert.equal(safeName(name), expected, JSON.stringify(name)?.slice(0, 80));
});

test("a rebuilt name is a fixed point, one component, and at most 120 bytes", () => {
  for (const [name] of NAMES) {
    const safe = safeName(name);
    assert.equal(safeName(safe), safe);
    assert.ok(!/[/\\:]/.test(safe) && Buffer.byteLength(safe) <= 120, safe);
  }
});

test("folders are rebuilt inside one folder, and not too deep", () => {
  assert.deepEqual(safePath("holiday/day 1"), ["holiday", "day 1"]);
  assert.deepEqual(safePath("/../a/./..\\b//c/ "), ["a", "b", "c"]);
  assert.deepEqual(safePath("nul/con.d"), ["_nul", "_con.d"]);
  assert.equal(safePath("a/".repeat(100)).length, 16);
  for (const path of ["", null, 7, "../.."]) assert.deepEqual(safePath(path), []);
});

test("the extension is the part that opens the file", () => {
  assert.deepEqual(splitName("invoice.pdf.exe"), { stem: "invoice.pdf", extension: "exe" });
  assert.deepEqual(splitName("README"), { stem: "README", extension: "" });
});
