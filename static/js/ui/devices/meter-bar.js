/** `<mp-meter>`: shows a sound level. */

export class MeterBar extends HTMLElement {
  /** @param {number} level 0..1 */
  set level(level) {
    this.style.setProperty("--level", level.toFixed(2));
  }
}

customElements.define("mp-meter", MeterBar);
