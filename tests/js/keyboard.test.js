import assert from "node:assert/strict";
import { test } from "node:test";

import { guardCompositions, isComposing, plainKey, shortcutLetter } from "../../static/js/lib/keyboard.js";

/** A key as a browser reports it. */
function press(key, code, { keyCode = 65, isComposing: composing = false, altGraph = false, ...held } = {}) {
  const none = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, repeat: false };
  return { ...none, ...held, key, code, keyCode, isComposing: composing, getModifierState: (name) => name === "AltGraph" && altGraph };
}

/** What each layout writes in the places of M, V, I, H, C, P, F and D of QWERTY, without Shift. */
const PLACES = ["KeyM", "KeyV", "KeyI", "KeyH", "KeyC", "KeyP", "KeyF", "KeyD"];
const BY_PLACE = {
  Russian: "ь м ш р с з а в",
  Ukrainian: "ь м ш р с з а в",
  "Serbian Cyrillic": "м в и х ц п ф д",
  Bulgarian: "п э с г ъ з о а",
  Greek: "μ ω ι η ψ π φ δ",
  Hebrew: "צ ה ן י ב פ כ ג",
  Arabic: "ة ر ه ا ؤ ح ب ي",
  "Arabic, two letters in one key": "لا لأ لإ لآ ؤ ح ب ي",
  Persian: "ئ ر ه ا ز ح ب ی",
  "Japanese kana": "も ひ に く そ せ は し",
  Korean: "ㅡ ㅍ ㅑ ㅗ ㅊ ㅔ ㄹ ㅇ",
  Thai: "ท อ ร ้ แ ย ด ก",
  "Hindi, with marks": "स न ग प म ज ि ्",
  Georgian: "მ ვ ი ჰ ც პ ფ დ",
  Armenian: "մ վ ի հ ց պ ֆ դ",
};
/** Latin layouts: the code of the key on which each letter is printed. */
const BY_LETTER = {
  QWERTY: { m: "KeyM", v: "KeyV", i: "KeyI", h: "KeyH", c: "KeyC", p: "KeyP", f: "KeyF", d: "KeyD" },
  AZERTY: { m: "Semicolon", v: "KeyV", i: "KeyI", h: "KeyH", c: "KeyC", p: "KeyP", f: "KeyF", d: "KeyD" },
  Dvorak: { m: "KeyM", v: "Period", i: "KeyG", h: "KeyJ", c: "KeyI", p: "KeyR", f: "KeyY", d: "KeyH" },
  Colemak: { m: "KeyM", v: "KeyV", i: "KeyL", h: "KeyH", c: "KeyC", p: "KeyR", f: "KeyE", d: "KeyG" },
  "Turkish F": { m: "KeyL", v: "KeyC", i: "KeyS", h: "KeyJ", c: "KeyV", p: "KeyU", f: "KeyQ", d: "KeyF" },
};

for (const [layout, letters] of Object.entries(BY_PLACE)) {
  test(`${layout}: a shortcut is in the place of its letter`, () => {
    const found = letters.split(" ").map((key, at) => shortcutLetter(press(key, PLACES[at])));
    assert.deepEqual(found.join(""), "mvihcpfd");
  });
}

for (const [layout, keys] of Object.entries(BY_LETTER)) {
  test(`${layout}: a shortcut is the letter that is printed on the key`, () => {
    for (const [letter, code] of Object.entries(keys)) {
      assert.equal(shortcutLetter(press(letter, code)), letter);
      assert.equal(shortcutLetter(press(letter.toUpperCase(), code)), letter, "with Caps Lock");
    }
  });
}

test("the place does not count where the layout is Latin, or where the key writes no letter", () => {
  const other = [
    ["AZERTY", ",", "KeyM"], ["Dvorak", ".", "KeyE"], ["Dvorak", "'", "KeyQ"], ["Turkish Q", "ı", "KeyI"],
    ["Czech", "í", "Digit9"], ["Hebrew", "/", "KeyQ"], ["Bulgarian", ",", "KeyQ"], ["Russian", "ж", "Semicolon"],
    ["QWERTY", "1", "Digit1"], ["QWERTY", "F5", "F5"], ["QWERTY", "Enter", "Enter"], ["virtual", "м", ""],
  ];
  for (const [layout, key, code] of other) assert.equal(shortcutLetter(press(key, code)), "", `${layout} ${key}`);
});

test("full-width letters of a Japanese keyboard are letters", () => {
  assert.equal(shortcutLetter(press("ｍ", "KeyM")), "m");
  assert.equal(shortcutLetter(press("Ｖ", "KeyV")), "v");
});

test("modifiers, repeats, dead keys and input methods are no shortcuts", () => {
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { shiftKey: true }, { repeat: true }, { altGraph: true }]) {
    assert.equal(shortcutLetter(press("m", "KeyM", held)), "", JSON.stringify(held));
    assert.equal(shortcutLetter(press("ь", "KeyM", held)), "", JSON.stringify(held));
  }
  for (const key of ["Dead", "Process", "Unidentified", "Alphanumeric", "HanguMode", ""]) {
    assert.equal(shortcutLetter(press(key, "KeyM")), "", key);
    assert.equal(shortcutLetter(press(key, "", { keyCode: 229 })), "", key);
  }
  assert.equal(shortcutLetter(press("m", "KeyM", { keyCode: 229 })), "");
  assert.equal(shortcutLetter(press("м", "KeyV", { isComposing: true })), "");
});

test("a key of a composition is no key of the page", () => {
  const chromium = press("Process", "Enter", { keyCode: 229, isComposing: true });
  const firefox = press("Enter", "Enter", { keyCode: 13, isComposing: true });
  const safari = press("Enter", "Enter", { keyCode: 229 });
  for (const event of [chromium, firefox, safari]) {
    assert.equal(isComposing(event), true);
    assert.equal(plainKey(event), "");
  }
  assert.equal(plainKey(press("Enter", "NumpadEnter", { keyCode: 13 })), "Enter");
  assert.equal(plainKey(press("ArrowLeft", "ArrowLeft", { altKey: true })), "", "the browser's Back");
});

test("the key that ends a composition submits no form and closes no dialog; the next one does", () => {
  const page = new EventTarget();
  guardCompositions(/** @type {Document} */ (page));
  const heard = [];
  for (const type of ["submit", "cancel"]) page.addEventListener(type, () => heard.push(type));
  const send = (type, fields = {}) => page.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), fields));

  for (const [key, type] of [["Enter", "submit"], ["Escape", "cancel"]]) {
    send("keydown", { key, keyCode: 229, isComposing: false });
    assert.equal(send(type), false, `${key} of a composition is refused`);
    send("keyup", { key });
    send("keydown", { key, keyCode: 13, isComposing: false });
    assert.equal(send(type), true);
  }
  // The keyup was lost, as when the window changes: a press of a button still counts.
  send("keydown", { key: "Process", keyCode: 229, isComposing: true });
  send("pointerdown");
  assert.equal(send("submit"), true);
  assert.deepEqual(heard, ["submit", "cancel", "submit"]);
});
