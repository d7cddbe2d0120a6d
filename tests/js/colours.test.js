// The colours of people without a picture: legible for every person, the same for all who look, and spread.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hueOf, HUES } from "../../static/js/ui/people/colours.js";

/** OKLCH to linear sRGB, clipped to what a screen can show (CSS Color 4 §10). */
function linear([lightness, chroma, hue]) {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const [l, m, s] = [lightness + 0.3963377774 * a + 0.2158037573 * b, lightness - 0.1055613458 * a - 0.0638541728 * b, lightness - 0.0894841775 * a - 1.291485548 * b].map((part) => part ** 3);
  const rgb = [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s];
  return rgb.map((part) => Math.min(Math.max(part, 0), 1));
}

const luminance = ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
const fromHex = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));

/** WCAG 2.2 §1.4.3. */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What a sheet says in the block of a selector, without the hue. */
function colourIn(sheet, selector, property) {
  const css = readFileSync(new URL(`../../static/css/${sheet}`, import.meta.url), "utf8");
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0];
  const [, lightness, chroma] = new RegExp(`\\b${property}: oklch\\(([\\d.]+) ([\\d.]+) var\\(--hue`).exec(block) ?? [];
  return [Number(lightness), Number(chroma)];
}

test("letters on the colour, and the colour on the stage and its panels, have enough contrast for every person", () => {
  for (const [sheet, selector] of [["call/tile.css", ".tile__avatar > span"], ["people.css", ".person__avatar"]]) {
    const [ink, ground] = ["color", "background"].map((property) => colourIn(sheet, selector, property));
    for (const hue of HUES) {
      const [letters, colour] = [linear([...ink, hue]), linear([...ground, hue])];
      assert.ok(contrast(letters, colour) >= 7, `letters at ${hue}: ${contrast(letters, colour)}`);
      // --surface and --surface-raised of tokens.css in the dark.
      for (const behind of ["#17201d", "#1f2a26", "#0e1513"]) assert.ok(contrast(colour, fromHex(behind)) >= 3, `${behind} at ${hue}`);
    }
  }
});

test("a colour follows from the membership, not from the tab or the name", () => {
  assert.equal(hueOf({ member: "a".repeat(32), pid: "x" }), hueOf({ member: "a".repeat(32), pid: "y" }));
  assert.equal(typeof hueOf({ member: "", pid: "x".repeat(22) }), "number");
  const members = Array.from({ length: 3_600 }, (_, at) => crypto.randomUUID().replaceAll("-", "").slice(0, 31) + (at % 10));
  const counts = Map.groupBy ? Map.groupBy(members, (member) => hueOf({ member, pid: "" })) : new Map();
  for (const hue of Map.groupBy ? HUES : []) {
    const { length } = counts.get(hue) ?? [];
    assert.ok(length > 120 && length < 300, `${length} of 3600 people at ${hue}`);
  }
});
