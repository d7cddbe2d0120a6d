/** A small picture that changes with every frame, made by this page: what the probe sends. */

export class MovingPicture {
  track;
  #timer;

  /** @param {{width: number, height: number}} size @param {number} fps */
  constructor(size, fps) {
    const canvas = Object.assign(document.createElement("canvas"), size);
    const context = canvas.getContext("2d");
    let turn = 0;
    const draw = () => {
      turn += 1;
      if (context === null) return;
      context.fillStyle = `hsl(${(turn * 20) % 360} 80% 50%)`;
      context.fillRect(0, 0, size.width, size.height);
      context.fillStyle = "white";
      context.fillRect((turn * 7) % size.width, 0, size.width / 4, size.height);
    };
    draw();
    const [track] = canvas.captureStream(fps).getVideoTracks();
    this.track = track;
    this.#timer = setInterval(draw, 1_000 / fps);
  }

  stop() {
    clearInterval(this.#timer);
    this.track.stop();
  }
}
