import assert from "node:assert/strict";
import { test } from "node:test";

import { findCodeFault, inviteCode, readInviteCode } from "../../static/js/keys/invite-code.js";
import { inviteLink } from "../../static/js/keys/invite.js";

const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index);
const PART = "AAECAwQFBgcICQoLDA0ODw";
const CODE = "000G-40R4-0M30-E209-185G-R38E-1WYR";
const KEYED_CODE = "000G-40R4-0M30-E209-185G-R38E-1XDA";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const secrets = [SECRET, new Uint8Array(16), new Uint8Array(16).fill(255), ...Array.from({ length: 5 }, () => crypto.getRandomValues(new Uint8Array(16)))];

/** @param {string} text @param {number} index @param {string} character */
const put = (text, index, character) => text.slice(0, index) + character + text.slice(index + 1);

test("the published vector, and every secret comes back from its code", () => {
  assert.equal(inviteCode(SECRET), CODE);
  for (const secret of secrets) {
    const code = inviteCode(secret);
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){6}$/);
    assert.deepEqual(readInviteCode(code), { secret, keyed: false, room: "", by: "" });
    assert.deepEqual(readInviteCode(inviteCode(secret, true)), { secret, keyed: true, room: "", by: "" });
  }
  assert.equal(inviteCode(SECRET, true), KEYED_CODE);
});

test("a code is read as people write it: any case, O and 0, I, L and 1, spaces, hyphens, nothing between", () => {
  const bare = CODE.replaceAll("-", "");
  const spellings = [CODE.toLowerCase(), bare, bare.toLowerCase(), CODE.replaceAll("-", " "), ` ${CODE}\n`, `${CODE}.`, CODE.replaceAll("0", "O"),
    CODE.replaceAll("0", "o"), CODE.replaceAll("1", "I"), CODE.replaceAll("1", "l"), CODE.replaceAll("1", "L"), CODE.replaceAll("-", "–"),
    CODE.replaceAll("-", " - "), CODE.replaceAll("-", "\u00a0"), CODE.replaceAll("-", "\u2011"), CODE.replaceAll("-", "_"), [...bare].join(" "),
    `\u200b${CODE}\u200b`, CODE.replace(/[0-9A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)), `„${CODE}“`];
  for (const typed of spellings) assert.deepEqual(readInviteCode(typed)?.secret, SECRET, JSON.stringify(typed));
});

test("links and the codes from before are read as well", () => {
  const link = inviteLink("https://meet.example", SECRET, { keyed: true, room: "Monday meeting", by: "Olga" });
  for (const typed of [link, ` <${link}>.`, link.slice(0, 30) + "\n" + link.slice(30)]) {
    assert.deepEqual(readInviteCode(typed), { secret: SECRET, keyed: true, room: "Monday meeting", by: "Olga" }, typed);
  }
  for (const typed of [`1${PART}`, ` 1AAECAwQ FBgcICQo LDA0ODw\n`, `1${PART}.`]) assert.deepEqual(readInviteCode(typed)?.secret, SECRET, typed);
  assert.deepEqual(readInviteCode("1AAAAAAAAAAAAAAAAAAAAAA")?.secret, new Uint8Array(16));
  for (const typed of ["", "-", PART, `1${PART}x`, `2${PART}`, "https://meet.example/i", "1ABC-DEFG-HJKM-NPQR-STV"]) {
    assert.equal(readInviteCode(typed), null, typed);
  }
});

test("every wrong character is noticed, and its group is named", () => {
  for (const secret of secrets) {
    const code = inviteCode(secret);
    for (const [index, right] of [...code].entries()) {
      for (const wrong of right === "-" ? "" : `${ALPHABET}U`.replace(right, "")) {
        const typed = put(code, index, wrong);
        const group = Math.floor(index / 5);
        assert.equal(readInviteCode(typed), null, typed);
        assert.deepEqual(findCodeFault(typed), { fault: "group", group: group + 1, text: typed.split("-")[group] }, typed);
      }
    }
  }
});

test("characters that changed places and every two wrong ones are noticed", () => {
  const bare = CODE.replaceAll("-", "");
  for (let first = 0; first < bare.length; first += 1) {
    for (let second = first + 1; second < bare.length; second += 1) {
      const swapped = put(put(bare, first, bare[second]), second, bare[first]);
      if (swapped !== bare) {
        assert.equal(readInviteCode(swapped), null, swapped);
        assert.deepEqual(findCodeFault(swapped), { fault: "order" }, swapped);
      }
      const wrong = put(put(bare, first, bare[first] === "Z" ? "Y" : "Z"), second, bare[second] === "7" ? "8" : "7");
      assert.equal(readInviteCode(wrong), null, wrong);
      assert.notEqual(findCodeFault(wrong).fault, "length");
    }
  }
});

test("a code of the wrong length is noticed; where it is in groups, the group is named", () => {
  const table = [
    ["000G-40R4-0M3-E209-185G-R38E-1WYR", { fault: "group", group: 3, text: "0M3" }],
    ["000G 40R4 0M300 E209 185G R38E 1WYR", { fault: "group", group: 3, text: "0M300" }],
    ["000G40R40M30E209185GR38E1WY", { fault: "length", count: 27 }],
    ["000G-40R4-0M30-E209-185G-R38E", { fault: "length", count: 24 }],
    ["", { fault: "length", count: 0 }],
    [`${CODE}-0000`, { fault: "length", count: 32 }],
  ];
  for (const [typed, fault] of table) {
    assert.equal(readInviteCode(/** @type {string} */ (typed)), null);
    assert.deepEqual(findCodeFault(/** @type {string} */ (typed)), fault);
  }
});

test("the two bits that no secret fills say whether there is a key, and nothing else", () => {
  const values = [...CODE.replaceAll("-", "")].map((character) => ALPHABET.indexOf(character));
  const accepted = [];
  for (let spare = 0; spare < 4; spare += 1) {
    for (let check = 0; check < 1024; check += 1) {
      const all = [...values.slice(0, 25), values[25] ^ spare, check >> 5, check & 31];
      const read = readInviteCode(all.map((value) => ALPHABET[value]).join(""));
      if (read !== null) accepted.push([spare, read.keyed]);
    }
  }
  assert.deepEqual(accepted, [[0, false], [1, true]]);
});
