/** Keeps a finger that rests on a control or a picture from opening the browser's menu, which would cover the call. */

const GUARDED = "button, .tool, .call-menu, mp-tile, mp-screen";

export function guardTouches() {
  document.addEventListener("contextmenu", (event) => {
    const byFinger = event instanceof PointerEvent && event.pointerType === "touch";
    if (byFinger && event.target instanceof Element && event.target.closest(GUARDED)) event.preventDefault();
  });
}
