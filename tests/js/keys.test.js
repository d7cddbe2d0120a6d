import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase64Url, isBase64Url, toBase64Url } from "../../static/js/lib/encoding.js";
import {
  inviteLink,
  inviteToken,
  inviteWrapBytes,
  makeInviteSecret,
  parseInviteLink,
  tokenHash,
  unwrapRoomKey,
  WRAPPED_BYTES,
  wrapRoomKey,
} from "../../static/js/keys/invite.js";
import { makeRoomKey, roomKeyCheck } from "../../static/js/keys/room-key.js";

const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index);
const PART = "AAECAwQFBgcICQoLDA0ODw";

test("the published vector: link, token, stored hash and wrap key", async () => {
  assert.equal(toBase64Url(SECRET), PART);
  assert.equal(inviteLink("https://meet.example", SECRET), `https://meet.example/i#k=1${PART}`);
  const token = await inviteToken(SECRET);
  assert.equal(toBase64Url(token), "6tLVrPNeElYmfWGv_iW3qyQ4XcA6oXbStTkrqR3KnGk");
  assert.equal(
    Buffer.from(await tokenHash(token)).toString("hex"),
    "3235217500ba535f095a3616c52fd1edcf20edf353ba1c96548902119fb2e0cd",
  );
  assert.equal(toBase64Url(await inviteWrapBytes(SECRET)), "VPJtm5HV_9fr7TBjufk49XMPrUSjNH8q3YwsMVRDy7U");
});

test("base64url is canonical: every length there and back, other spellings refused", () => {
  for (let length = 0; length < 67; length += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
  }
  for (const text of ["A", "AA==", "AB", "A+/A", "AA A", "AAA\n", "é"]) {
    assert.throws(() => fromBase64Url(text), SyntaxError, JSON.stringify(text));
  }
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const head of ["A", "AB", "AAAAA", "_-9xyz"]) {
    for (const last of alphabet) {
      const text = head + last;
      assert.equal(isBase64Url(text), Buffer.from(text, "base64url").toString("base64url") === text, text);
    }
  }
});

test("an invite is found in the link, in its fragment, and in links that were rewritten on the way", () => {
  const spellings = [
    `#k=1${PART}`,
    `k=1${PART}`,
    `https://meet.example/i#k=1${PART}`,
    ` https://meet.example/i#k=1${PART}\n`,
    `https://meet.example/i/%23k=1${PART}`,
    `https://meet.example/i%23k=1${PART}`,
    `https://meet.example/i/%23k%3D1${PART}`,
    `https://meet.example/i/%2523k%3d1${PART}?utm_source=mail`,
    `/i/%23k=1${PART}`,
    `<https://meet.example/i#k=1${PART}>.`,
    `#k=1${PART}&utm_source=mail`,
  ];
  for (const spelling of spellings) {
    assert.deepEqual(parseInviteLink(spelling), { secret: SECRET, keyed: false, room: "", by: "" }, spelling);
    const keyed = spelling.replace(`1${PART}`, `2${PART}`);
    assert.deepEqual(parseInviteLink(keyed), { secret: SECRET, keyed: true, room: "", by: "" }, keyed);
  }
});

const NAMES = { room: "Café №5: what's new? (2.0) 100% *R&D* ~!", by: "Zoë O'Neil_-" };
const WHOLE = inviteLink("https://meet.example", SECRET, { keyed: true, ...NAMES });

test("a link carries the names of the room and of the inviter in characters that no program cuts", () => {
  assert.equal(
    inviteLink("https://meet.example", SECRET, { room: "Monday meeting", by: "Olga" }),
    `https://meet.example/i#k=1${PART}&n=Monday%20meeting&by=Olga`,
  );
  assert.match(WHOLE, /^https:\/\/meet\.example\/i#k=2[A-Za-z0-9_-]{22}&n=(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+&by=(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+$/);
  assert.equal(inviteLink("https://meet.example", SECRET, { room: "", by: " \u202e" }), `https://meet.example/i#k=1${PART}`);
  assert.equal(inviteLink("https://meet.example", SECRET, { by: "Olga" }), `https://meet.example/i#k=1${PART}&by=Olga`);
  assert.equal(inviteLink("https://meet.example", SECRET, { room: "x".repeat(99) }), `https://meet.example/i#k=1${PART}&n=${"x".repeat(60)}`);
});

test("every name comes back from the link as it was, cleaned, and from one that was encoded twice", () => {
  const names = ["Monday meeting", "%", "100%", "%41", "a%20b", "%2541", "5%25", "é%41", "50%2", "%%41", "R&D", "a=b&by=Eve", "#k=1", "+1", "a+b",
    "&amp;", "%26", "<b>", '"', "'", "a.", "…", "Ада", "日本語", "👩\u200d👩\u200d👧 Kim", "😀".repeat(60), "_-", "~!*()'", "a\\b/c?d;e"];
  for (const room of names) {
    for (const by of ["", "Olga", room]) {
      const keyed = room.length > by.length;
      const link = inviteLink("https://meet.example", SECRET, { keyed, room, by });
      assert.deepEqual(parseInviteLink(link), { secret: SECRET, keyed, room, by }, link);
      for (const twice of [encodeURIComponent(link), encodeURIComponent(encodeURIComponent(link)), link.replaceAll("%", "%25")]) {
        assert.deepEqual(parseInviteLink(twice), { secret: SECRET, keyed, room, by }, twice);
      }
    }
  }
  for (const [room, cleaned] of [["a\u202egnp\u0000", "agnp"], ["x\ud800y", "xy"], ["a\n\tb ", "a b"], ["😀".repeat(61), "😀".repeat(60)]]) {
    assert.equal(parseInviteLink(inviteLink("https://meet.example", SECRET, { room }))?.room, cleaned);
  }
});

test("the names survive what programs do to a link", () => {
  const rest = WHOLE.slice("https://meet.example/i#".length);
  const spellings = [
    `#${rest}`,
    ` ${WHOLE}\n`,
    `<${WHOLE}>.`,
    `${WHOLE}.`,
    `${WHOLE}, and bring cake & n=nothing`,
    `${WHOLE}&utm_source=mail&n=Eve`,
    `#k=2${PART}&utm_source=mail${rest.slice(`k=2${PART}`.length)}`,
    `https://meet.example/i/%23${rest}`,
    `https://meet.example/i%23${rest}?utm_source=mail`,
    WHOLE.replaceAll("&", "&amp;"),
    WHOLE.replaceAll("&", "&amp;amp;"),
    WHOLE.replaceAll("&", "&#38;"),
    WHOLE.replaceAll("=", "%3D"),
    encodeURIComponent(WHOLE.replaceAll("&", "&amp;")),
    `https://scan.example/?url=${encodeURIComponent(WHOLE)}&data=05%7C02`,
    `https://scan.example/?url=${encodeURIComponent(encodeURIComponent(WHOLE)).toLowerCase().replace(PART.toLowerCase(), PART)}`,
  ];
  for (const spelling of spellings.slice(0, -1)) assert.deepEqual(parseInviteLink(spelling), { secret: SECRET, keyed: true, ...NAMES }, spelling);
  assert.equal(parseInviteLink(spellings.at(-1) ?? "")?.room, NAMES.room.toLowerCase());
  const shown = `https://meet.example/i#k=1${PART}&n=Café%20日本語%20👩\u200d👩\u200d👧&by=Zoë`;
  assert.deepEqual(parseInviteLink(shown), { secret: SECRET, keyed: false, room: "Café 日本語 👩\u200d👩\u200d👧", by: "Zoë" });
  assert.equal(parseInviteLink(`#k=1${PART}&n=Monday+meeting`)?.room, "Monday meeting");
});

test("names that are missing, broken or hostile hide no invite", () => {
  for (const rest of ["", "&", "&n", "&n=", "&n=%", "&n=%E2%82", "&n=%FF", "&n=%00%1F", "&n=%E2%80%AE", "&by", "&&&", "?n=Eve", ".", "&amp;", "%26"]) {
    assert.deepEqual(parseInviteLink(`#k=1${PART}${rest}`), { secret: SECRET, keyed: false, room: "", by: "" }, rest);
  }
  assert.equal(parseInviteLink(`#k=1${PART}&n=${"x".repeat(100_000)}`)?.room, "x".repeat(60));
  assert.equal(parseInviteLink(`#k=1${PART}&n=%${"25".repeat(500_000)}`)?.by, "");
});

test("what is not an invite is not one", () => {
  const others = ["", "#", "#k=", "#k=1", `#k=0${PART}`, `#k=3${PART}`, `#k=2${PART}A`, `#k=1${PART}A`, `#k=1${PART.slice(1)}`, `#ok=1${PART}`];
  for (const text of [...others, `#k=1${PART.slice(0, -1)}x`, `#k=1${PART.slice(0, -1)}*`, "https://meet.example/i"]) {
    assert.equal(parseInviteLink(text), null, text);
  }
});

test("a room key goes through a link and comes out the same", async () => {
  const secret = makeInviteSecret();
  const raw = makeRoomKey();
  const blob = await wrapRoomKey(secret, raw, "tea-4k2m", 3);
  assert.equal(blob.length, WRAPPED_BYTES);
  assert.deepEqual(await unwrapRoomKey(secret, blob, "tea-4k2m", 3), raw);
  assert.notDeepEqual(await wrapRoomKey(secret, raw, "tea-4k2m", 3), blob);
});

test("another secret, room, epoch or a changed blob opens nothing", async () => {
  const secret = makeInviteSecret();
  const blob = await wrapRoomKey(secret, makeRoomKey(), "tea-4k2m", 3);
  const changed = blob.slice();
  changed[20] ^= 1;
  const refused = { name: "OperationError" };
  await assert.rejects(unwrapRoomKey(makeInviteSecret(), blob, "tea-4k2m", 3), refused);
  await assert.rejects(unwrapRoomKey(secret, blob, "tea-4k2n", 3), refused);
  await assert.rejects(unwrapRoomKey(secret, blob, "tea-4k2m", 4), refused);
  await assert.rejects(unwrapRoomKey(secret, changed, "tea-4k2m", 3), refused);
  await assert.rejects(unwrapRoomKey(secret, blob.slice(1), "tea-4k2m", 3), RangeError);
  await assert.rejects(wrapRoomKey(secret, new Uint8Array(31), "tea-4k2m", 3), RangeError);
});

test("the check value differs between keys, rooms and epochs, and is the same from a stored key", async () => {
  const raw = makeRoomKey();
  const check = await roomKeyCheck(raw, "tea-4k2m", 1);
  assert.equal(check.length, 16);
  const stored = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  assert.deepEqual(await roomKeyCheck(stored, "tea-4k2m", 1), check);
  assert.notDeepEqual(await roomKeyCheck(makeRoomKey(), "tea-4k2m", 1), check);
  assert.notDeepEqual(await roomKeyCheck(raw, "tea-4k2n", 1), check);
  assert.notDeepEqual(await roomKeyCheck(raw, "tea-4k2m", 2), check);
});
