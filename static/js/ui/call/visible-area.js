/**
 * Keeps the call and the field in which a person types in sight when a keyboard opens on the screen. Most browsers make the
 * page smaller (`interactive-widget=resizes-content`). Safari lays the keyboard over the page and moves the page up:
 * there, style sheets get what is covered as `--covered-top` and `--covered-bottom`.
 */

/** Less than this is a bar of the browser, not a keyboard. */
const LEAST_KEYBOARD_PX = 80;

/**
 * Measures what a keyboard covers, in CSS pixels. Nothing while a person has zoomed in: then they choose what they see.
 * @param {{pageHeight: number, height: number, offsetTop: number, scale: number}} view pageHeight: of the layout viewport; the others as in VisualViewport
 * @returns {{top: number, bottom: number}}
 */
export function coveredEdges({ pageHeight, height, offsetTop, scale }) {
  if (Math.abs(scale - 1) > 0.01 || pageHeight - height < LEAST_KEYBOARD_PX) return { top: 0, bottom: 0 };
  const top = Math.min(Math.max(0, Math.round(offsetTop)), pageHeight - height);
  return { top, bottom: Math.round(pageHeight - height - top) };
}

export function followVisibleArea() {
  const view = globalThis.visualViewport;
  const style = document.documentElement.style;
  const update = () => {
    const { top, bottom } = view ? coveredEdges({ pageHeight: innerHeight, height: view.height, offsetTop: view.offsetTop, scale: view.scale }) : { top: 0, bottom: 0 };
    style.setProperty("--covered-top", `${top}px`);
    style.setProperty("--covered-bottom", `${bottom}px`);
  };
  view?.addEventListener("resize", update);
  view?.addEventListener("scroll", update);
  // After the style sheets have moved things for the new size.
  addEventListener("resize", () => requestAnimationFrame(showFocusedField));
  view?.addEventListener("resize", () => requestAnimationFrame(showFocusedField));
}

function showFocusedField() {
  const field = document.activeElement;
  if (field?.matches("input, select, textarea")) field.scrollIntoView({ block: "nearest", inline: "nearest" });
}
