/** Draws QR codes as SVG in the page, so that the secret of a link is in no image URL. */

import { generate } from "../../../vendor/lean-qr/lean-qr.js";

const SVG = "http://www.w3.org/2000/svg";
/** The quiet zone of ISO/IEC 18004: four modules on every side. */
const QUIET = 4;

/** Replaces the content of an element with the code. @param {Element} host @param {string} text */
export function drawQr(host, text) {
  const code = generate(text);
  const side = code.size + 2 * QUIET;
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("aria-hidden", "true");
  const modules = document.createElementNS(SVG, "path");
  modules.setAttribute("d", path);
  modules.setAttribute("fill", "currentColor");
  svg.append(modules);
  host.replaceChildren(svg);
}
