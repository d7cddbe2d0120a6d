/**
 * Someone without a camera who receives like anyone else, but whose page paints no picture: so many pages that do are more than the
 * machine has room for, and the sender would be measured in a starved call. For benchmarks only.
 */

(() => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("none here", "NotFoundError");
  };
  addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = "video { visibility: hidden !important }";
    document.head.append(style);
  });
})();
