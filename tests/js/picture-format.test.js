// What a picture is by its first bytes.

import assert from "node:assert/strict";
import test from "node:test";

import { formatOf, nameFor, readFormat } from "../../static/js/chat/picture-format.js";

const ascii = (text) => [...text].map((letter) => letter.charCodeAt(0));
const big = (value, bytes) => Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** (bytes - 1 - at)) % 256);
const little = (value, bytes) => big(value, bytes).reverse();

const chunk = (kind, body) => [...big(body.length, 4), ...ascii(kind), ...body, 0, 0, 0, 0];
const png = (width, height, ...chunks) => [
  0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a, ...chunk("IHDR", [...big(width, 4), ...big(height, 4), 8, 6, 0, 0, 0]), ...chunks.flat(),
];
const segment = (marker, body) => [0xff, marker, ...big(body.length + 2, 2), ...body];
const frame = (width, height, marker = 0xc0) => segment(marker, [8, ...big(height, 2), ...big(width, 2), 3]);
const jpeg = (...segments) => [0xff, 0xd8, ...segments.flat()];
const gif = (width, height) => [...ascii("GIF89a"), ...little(width, 2), ...little(height, 2), 0, 0, 0];
const riff = (kind, body) => [...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WEBP"), ...ascii(kind), 0, 0, 0, 0, ...body];
const webpX = (width, height, flags) => riff("VP8X", [flags, 0, 0, 0, ...little(width - 1, 3), ...little(height - 1, 3)]);
const webpL = (width, height) => riff("VP8L", [0x2f, ...little((width - 1) + (height - 1) * 2 ** 14, 4)]);
const webp = (width, height) => riff("VP8 ", [0, 0, 0, 0x9d, 0x01, 0x2a, ...little(width, 2), ...little(height, 2)]);
const box = (kind, body) => [...big(body.length + 8, 4), ...ascii(kind), ...body];
const ispe = (width, height) => box("ispe", [0, 0, 0, 0, ...big(width, 4), ...big(height, 4)]);
const avif = (brand, ...sizes) => [
  ...box("ftyp", [...ascii(brand), 0, 0, 0, 0, ...ascii("mif1")]),
  ...box("meta", [0, 0, 0, 0, ...box("hdlr", Array(20).fill(0)), ...box("iprp", box("ipco", sizes.flat()))]),
];

/** @type {[string, number[], [string, number, number, boolean] | null][]} */
const TABLE = [
  ["PNG", png(640, 480, chunk("IDAT", [1])), ["image/png", 640, 480, false]],
  ["a PNG that moves", png(64, 48, chunk("acTL", [0]), chunk("IDAT", [1])), ["image/png", 64, 48, true]],
  ["JPEG", jpeg(segment(0xe0, ascii("JFIF")), frame(4000, 3000)), ["image/jpeg", 4000, 3000, false]],
  ["a progressive JPEG with tables, a large profile and fill bytes", jpeg(segment(0xe2, Array(60_000).fill(7)), segment(0xc4, [1, 2]), [0xff, 0xff], frame(30, 9_000, 0xc2)), ["image/jpeg", 30, 9_000, false]],
  ["GIF", gif(320, 200), ["image/gif", 320, 200, true]],
  ["WebP, lossy", webp(1024, 768), ["image/webp", 1024, 768, false]],
  ["WebP, lossless", webpL(1025, 769), ["image/webp", 1025, 769, false]],
  ["WebP that moves", webpX(100_00, 99, 2), ["image/webp", 10_000, 99, true]],
  ["WebP with a profile", webpX(500, 400, 0x20), ["image/webp", 500, 400, false]],
  ["AVIF of tiles: its largest size counts", avif("avif", ispe(512, 512), ispe(2048, 1536)), ["image/avif", 2048, 1536, false]],
  ["AVIF that moves", avif("avis", ispe(50, 40)), ["image/avif", 50, 40, true]],
  // Decoders must never see these.
  ["a PNG bomb", png(60_000, 60_000), null],
  ["more than 100 megapixels", png(10_001, 10_000), null],
  ["100 megapixels", png(10_000, 10_000), ["image/png", 10_000, 10_000, false]],
  ["a line of pixels that is too long", png(40_000, 1), null],
  ["no height", jpeg(frame(100, 0)), null],
  ["AVIF whose tiles are small and whose whole is not", avif("avif", ispe(64, 64), ispe(30_000, 30_000)), null],
  ["AVIF without a size", avif("avif"), null],
  // What only pretends, and what browsers do not show in a page safely or at all.
  ["SVG", ascii('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), null],
  ["HTML", ascii("<!doctype html><script>alert(1)</script>"), null],
  ["HTML behind the letters PNG", ascii("PNG\r\n<script>"), null],
  ["a BMP", [...ascii("BM"), ...Array(60).fill(1)], null],
  ["HEIC", avif("heic", ispe(10, 10)), null],
  ["a video", box("ftyp", ascii("isom\0\0\0\0")), null],
  ["RIFF that is sound", [...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WAVEfmt ")], null],
  ["a JPEG that ends before its size", jpeg(segment(0xe0, ascii("JFIF"))), null],
  ["a JPEG with its pixels before its size", jpeg(segment(0xda, [1]), frame(9, 9)), null],
  ["nothing", [], null],
];

for (const [what, bytes, found] of TABLE) {
  test(`a picture by its bytes: ${what}`, async () => {
    const [type, width, height, moves] = found ?? [];
    const expected = found && { type, width, height, moves };
    assert.deepEqual(readFormat(Uint8Array.from(bytes)), expected);
    // The name and the type that someone gave it do not count.
    assert.deepEqual(await formatOf(new File([Uint8Array.from(bytes)], "x.svg", { type: "text/html" })), expected);
  });
}

test("a picture is saved under a name that says what it is", () => {
  const names = [["a.png", "image/png"], ["a.JPEG", "image/jpeg"], ["a.exe", "image/png"], ["a.png", "image/gif"], ["a", "image/webp"], [".avif", "image/avif"]];
  const saved = names.map(([name, type]) => nameFor(name, { type, width: 1, height: 1, moves: false }));
  assert.deepEqual(saved, ["a.png", "a.JPEG", "a.exe.png", "a.png.gif", "a.webp", ".avif.avif"]);
});

test("no header of any length, and no rubbish behind one, breaks the reader or keeps it busy", () => {
  let random = 7;
  const byte = () => (random = (random * 1103515245 + 12345) % 2 ** 31) >> 16 & 255;
  const before = process.cpuUsage();
  for (const [, bytes] of TABLE) {
    const start = bytes.slice(0, 200);
    for (let length = 0; length < start.length; length += 1) readFormat(Uint8Array.from(start.slice(0, length)));
    for (let times = 0; times < 50; times += 1) readFormat(Uint8Array.from([...start, ...Array.from({ length: 300 }, byte)]));
  }
  // Boxes in boxes in boxes, and a million empty segments.
  const nested = [...box("ftyp", ascii("avif")), ...Array(60_000).fill([...big(900_000, 4), ...ascii("meta"), 0, 0, 0, 0]).flat()];
  assert.equal(readFormat(Uint8Array.from(nested)), null);
  assert.equal(readFormat(new Uint8Array(1_000_000).fill(0xff).with(1, 0xd8)), null);
  assert.ok(process.cpuUsage(before).user < 5e6);
});
