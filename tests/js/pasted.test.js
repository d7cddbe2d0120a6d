// What a paste brings: text, files, or both.

import assert from "node:assert/strict";
import test from "node:test";

import { pastedText, stamp } from "../../static/js/ui/files/pasted.js";

/** What is on the clipboard, and which text counts. @type {[string, string[], string, string][]} */
const TABLE = [
  ["a text", [], "Hello", "Hello"],
  ["cells and a picture of them", ["image.png"], "1\t2\n3\t4", "1\t2\n3\t4"],
  ["a picture alone", ["image.png"], "", ""],
  ["files copied in a file manager of a Mac", ["a b.png"], "a b.png", ""],
  ["several files, as paths", ["a.png", "b.pdf"], "/home/olga/a.png\n/home/olga/b.pdf", ""],
  ["files as addresses", ["ü 1.png"], "file:///home/olga/%C3%BC%201.png\r\n", ""],
  ["files of Windows", ["a.png"], "C:\\Users\\Olga\\a.png", ""],
  ["decomposed names", ["u\u0308.png"], "\u00fc.png", ""],
  ["a broken address", ["a.png"], "file:///%E0%A4%A", "file:///%E0%A4%A"],
  ["a name among other words", ["a.png"], "a.png\nLook at this", "a.png\nLook at this"],
  ["only empty lines and a file", ["a.png"], "\n \n", ""],
];

for (const [what, names, words, counts] of TABLE) {
  test(`the text of a paste: ${what}`, () => {
    assert.equal(pastedText({ files: names.map((name) => ({ name })), getData: (type) => (type === "text/plain" ? words : "<b>x</b>") }), counts);
  });
}

test("a file that a text becomes has the local date in its name, with nothing that a file system refuses", () => {
  assert.equal(stamp(new Date(2026, 2, 5, 9, 7, 1)), "2026-03-05 09.07.01");
});
