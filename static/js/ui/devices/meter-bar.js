/** `<mp-meter>`: shows a sound level. */

export class MeterBar extends HTMLElement {
  /** @param {number} level 0..1 */
  set level(level) {
    this.style.setProperty("--level", String(Math.round(level * 100) / 100));
  }
}

customElements.define("mp-meter", MeterBar);
