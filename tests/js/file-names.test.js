import assert from "node:assert/strict";
import { test } from "node:test";

import { plainName, safeName, splitName } from "../../static/js/files/protocol/safe-name.js";

const LONG = "x".repeat(300);

/** What a stranger may call a file, and what becomes of it. */
const NAMES = [
  // Ordinary names stay as they are.
  ["report.pdf", "report.pdf"], ["Urlaub 2026 – Fotos.tar.gz", "Urlaub 2026 – Fotos.tar.gz"], ["résumé.docx", "résumé.docx"],
  ["re\u0301sume\u0301.docx", "résumé.docx"], ["写真.jpg", "写真.jpg"], ["📷 holiday.jpg", "📷 holiday.jpg"], ["no extension", "no extension"],
  ["a.b.c.d", "a.b.c.d"], ["-rf", "-rf"], ["100%.txt", "100%.txt"], ["O'Brien & Sons (1).txt", "O'Brien & Sons (1).txt"], ["%2e%2e%2fx", "%2e%2e%2fx"],
  // Ways out of the folder.
  ["../../etc/passwd", ".._.._etc_passwd"], ["..\\..\\windows\\system32\\x.dll", ".._.._windows_system32_x.dll"], ["/etc/shadow", "_etc_shadow"],
  ["C:\\autoexec.bat", "C__autoexec.bat"], ["C:evil.exe", "C_evil.exe"], ["\\\\server\\share\\x.txt", "__server_share_x.txt"], ["folder/", "folder_"],
  ["..", "file"], [".", "file"], ["...", "file"], [". .", "file"], [" .. ", "file"], ["../", ".._"], ["a/../b", "a_.._b"], ["~/x", "~_x"],
  ["file:///etc/passwd", "file____etc_passwd"], ["x\u0000/y.txt", "x_y.txt"], ["‥/x", "‥_x"], [".\u200b.", "file"],
  // Streams and forbidden characters.
  ["x.txt:hidden.exe", "x.txt_hidden.exe"], ["x.txt::$DATA", "x.txt__$DATA"], ['a*b?c"d<e>f|g.txt', "a_b_c_d_e_f_g.txt"], ["???", "___"],
  ["<script>.html", "_script_.html"], ["a<\u0338b.txt", "a_\u0338b.txt"],
  // Control characters.
  ["a\u0000b.txt", "ab.txt"], ["x.exe\u0000.txt", "x.exe.txt"], ["a\nb.txt", "a b.txt"], ["a\r\nb\tc.txt", "a  b c.txt"], ["\u0007bell\u001b[31m.txt", "bell[31m.txt"],
  ["a\u0085b.txt", "ab.txt"], ["a\u007fb.txt", "ab.txt"], ["a\u2028b.txt", "a b.txt"], ["Icon\r", "Icon"],
  // Text that runs the other way, or is not seen.
  ["annual\u202efdp.exe", "annualfdp.exe"], ["a\u202ab\u202bc\u202cd\u202de.txt", "abcde.txt"], ["a\u2066b\u2067c\u2068d\u2069e.txt", "abcde.txt"],
  ["a\u200eb\u200fc\u061cd.txt", "abcd.txt"], ["invoice.pdf\u200b.exe", "invoice.pdf.exe"], ["a\u00adb.txt", "ab.txt"], ["\ufeffa.txt", "a.txt"],
  ["a\u2060b\u180ec.txt", "abc.txt"], ["a\u3164b.txt", "ab.txt"], ["x.pdf\u{e0001}\u{e0065}.exe", "x.pdf.exe"], ["a\ufe0fb.txt", "ab.txt"], ["\u200b", "file"],
  [`Z${"\u0335".repeat(40)}algo.txt`, `Z${"\u0335".repeat(6)}algo.txt`], ["a\ud800b.txt", "a_b.txt"], ["a\ue000b.txt", "a_b.txt"], ["a\uffffb.txt", "a_b.txt"],
  ["x\u2800\u2800\u2800\u2800\u2800.exe", "x .exe"], ["a\u034fb.txt", "ab.txt"],
  // What is not seen, but changes what is: joiners between letters that join, and in emoji.
  ["می\u200cخواهم.pdf", "می\u200cخواهم.pdf"], ["क्\u200dष.txt", "क्\u200dष.txt"], ["ക്\u200d.txt", "ക്\u200d.txt"], ["ශ්\u200dරී.jpg", "ශ්\u200dරී.jpg"],
  ["👩\u200d👩\u200d👧\u200d👦.png", "👩\u200d👩\u200d👧\u200d👦.png"], ["❤\ufe0f.txt", "❤\ufe0f.txt"], ["👩🏽\u200d🚀.txt", "👩🏽\u200d🚀.txt"], ["🏃🏿\u200d♀\ufe0f.gif", "🏃🏿\u200d♀\ufe0f.gif"],
  ["1\ufe0f\u20e3.txt", "1\ufe0f\u20e3.txt"], ["🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.svg", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.svg"],
  ["葛\u{e0100}城.docx", "葛\u{e0100}城.docx"], ["a\u200cb\u200dc.txt", "abc.txt"], ["report\u200d.pdf", "report.pdf"], ["\u200dم.txt", "م.txt"],
  ["👩\u200d\u200d👦.png", "👩👦.png"], ["👩\u200d.png", "👩.png"], ["م\u200c\u200c\u200cن.txt", "من.txt"], ["🏴\u{e0067}\u{e0062}.svg", "🏴.svg"],
  // Leading dots stay: they are how projects name their settings. Names of dots alone lead out of the folder.
  [".bashrc", ".bashrc"], ["..hidden", "..hidden"], [".env", ".env"], [".gitignore", ".gitignore"], [".env.local", ".env.local"], ["  .env", ".env"],
  // Dots and spaces at the ends, which Windows drops; much space, which pushes the extension out of sight.
  ["x.txt.", "x.txt"], ["x.txt. . .", "x.txt"], ["x.txt   ", "x.txt"], ["   x.txt", "x.txt"], ["x.txt\u3000", "x.txt"], ["01  - Song.mp3", "01  - Song.mp3"],
  ["photo.jpg                                   .exe", "photo.jpg .exe"], ["a\u00a0\u2003b.txt", "a\u00a0 b.txt"], ["Screenshot at 3.04.05\u202fPM.png", "Screenshot at 3.04.05\u202fPM.png"],
  ["報告書\u3000最終.docx", "報告書\u3000最終.docx"],
  // Devices of Windows.
  ["CON", "_CON"], ["con.txt", "_con.txt"], ["NUL.tar.gz", "_NUL.tar.gz"], ["com1", "_com1"], ["LPT9.log", "_LPT9.log"], ["COM¹.txt", "_COM¹.txt"],
  ["aux .txt", "_aux .txt"], ["conin$", "_conin$"], ["console.log", "console.log"], ["com10", "com10"], ["nul.", "_nul"], ["cloc\u212a$", "_clocK$"], ["c\u200bon", "_con"],
  // What systems act on by its name, and short names, by which Windows finds other files.
  ["desktop.ini", "_desktop.ini"], ["Desktop.INI ", "_Desktop.INI"], ["AutoRun.inf", "_AutoRun.inf"], [".directory", "_.directory"], ["x.lnk", "x.lnk.download"],
  ["Thumbs.db", "_Thumbs.db"], ["Control Panel.{21EC2020-3AEA-1069-A2DD-08002B30309D}", "Control Panel.{21EC2020-3AEA-1069-A2DD-08002B30309D}.download"],
  ["x.URL", "x.URL.download"], ["x.scf.", "x.scf.download"], ["THESIS~1.TXT", "THESIS_1.TXT"], ["GIT~1", "GIT_1"], ["~$thesis.docx", "~$thesis.docx"], ["notes~", "notes~"],
  // Lengths: the extension stays, unless it is none.
  [`${LONG}.pdf`, `${"x".repeat(251)}.pdf`], [LONG, "x".repeat(255)], [`${"ü".repeat(200)}.txt`, `${"ü".repeat(125)}.txt`], [`${"漢".repeat(85)}`, "漢".repeat(85)],
  [`${"漢".repeat(255)}.txt`, `${"漢".repeat(83)}.txt`], [`${"😀".repeat(80)}.png`, `${"😀".repeat(62)}.png`], [`${"x".repeat(251)}.txt`, `${"x".repeat(251)}.txt`],
  [`${LONG}.${"e".repeat(60)}`, "x".repeat(255)], [`a.${LONG}`, `a.${"x".repeat(253)}`], [`${"x".repeat(252)}\u200d👩.p`, `${"x".repeat(252)}.p`],
  [`${"ᾂ".repeat(85)}`, "ᾂ".repeat(63)], [`${"x".repeat(252)}.lnk`, `${"x".repeat(246)}.download`],
  // What is no name.
  ["", "file"], [undefined, "file"], [null, "file"], [7, "file"], [{ toString: () => "x" }, "file"],
];

test(`${NAMES.length} names of strangers become names that do no harm`, () => {
  assert.ok(NAMES.length >= 80);
  for (const [name, expected] of NAMES) assert.equal(safeName(name), expected, JSON.stringify(name)?.slice(0, 80));
});

test("a safe name is a fixed point, one component, and fits every file system", () => {
  for (const [name] of NAMES) {
    const safe = safeName(name);
    assert.equal(safeName(safe), safe);
    assert.ok(!/[/\\:]/.test(safe) && Buffer.byteLength(safe) <= 255 && safe.normalize("NFD").length <= 255, safe);
  }
});

/** What Chromium 156 answers with a TypeError in a folder that a person picked, as found by trying every character. */
const REFUSED = /\p{Cf}|[\p{Cc}"*/:<>?\\|\p{Noncharacter_Code_Point}]|^(?:[\s~]|\.\.)|[\s.~]$|\.(?:lnk|scf|url|\{.*\})$|^(?:desktop\.ini|thumbs\.db|con(?:\..*)?|conin\$|clock\$)$/iu;

test("every name has a plainer one that picked folders take, and is that one itself where they take it", () => {
  for (const [name] of [...NAMES, ["...And Justice for All"], ["~~a~~"], ["..~"], ["~"], [`${"a\u200d".repeat(80)}.x~`]]) {
    const [safe, plain] = [safeName(name), plainName(safeName(name))];
    assert.ok(!REFUSED.test(plain), plain);
    if (!REFUSED.test(safe)) assert.equal(plain, safe);
    assert.equal(safeName(plain), plain);
  }
  assert.equal(plainName("...And Justice for All"), "_And Justice for All");
  assert.equal(plainName("👩\u200d🚀.png"), "👩🚀.png");
});

test("the extension is the part that opens the file", () => {
  assert.deepEqual(splitName("invoice.pdf.exe"), { stem: "invoice.pdf", extension: "exe" });
  assert.deepEqual(splitName("README"), { stem: "README", extension: "" });
});
