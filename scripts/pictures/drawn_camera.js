/* Replaces the camera of a page by a person who is drawn: the last line is given an entry of CAST in cast.py. */
((look) => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await real(wishes);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(draw());
    }
    return stream;
  };

  function draw() {
    const [w, h] = look.upright ? [405, 540] : [640, 360];
    const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
    const c = canvas.getContext("2d");
    const scale = h / 360;
    c.scale(scale, scale);
    let tick = 0;
    const paint = () => {
      tick += 3;
      paintPerson(c, w / scale, tick);
    };
    paint();
    setInterval(paint, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
  }

  function paintPerson(c, width, tick) {
    const height = 360;
    const ellipse = (x, y, rx, ry, fill, turn = 0) => {
      c.fillStyle = fill;
      c.beginPath();
      c.ellipse(x, y, rx, ry, turn, 0, 7);
      c.fill();
    };
    const box = (x, y, boxWidth, boxHeight, fill, round = 0) => {
      c.fillStyle = fill;
      c.beginPath();
      c.roundRect(x, y, boxWidth, boxHeight, round);
      c.fill();
    };
    const line = (points, stroke, thickness) => {
      c.strokeStyle = stroke;
      c.lineWidth = thickness;
      c.lineCap = "round";
      c.beginPath();
      c.moveTo(...points[0]);
      c.quadraticCurveTo(...points[1], ...points[2]);
      c.stroke();
    };
    const tools = { c, ellipse, box, line, width, height };

    const wall = c.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, look.wall[0]);
    wall.addColorStop(1, look.wall[1]);
    box(0, 0, width, height, wall);
    for (const [thing, ...where] of look.things) THINGS[thing](tools, ...where);

    const x = width * look.at + Math.sin(tick / 20) * 3;
    const y = 172 + Math.sin(tick / 13) * 2;
    paintBody(tools, x, y);
    paintHead(tools, x, y, tick);
    const dusk = c.createRadialGradient(width / 2, 150, 120, width / 2, 180, width * 0.72);
    dusk.addColorStop(0, "transparent");
    dusk.addColorStop(1, "rgb(6 14 18 / 30%)");
    box(0, 0, width, height, dusk);
  }

  const THINGS = {
    shelf({ box }, x, y, rows = 2) {
      const books = ["#c9644a", "#e3b04b", "#6fa58f", "#37606b", "#d9cfc0", "#8a5a7a", "#4f7cac"];
      for (let row = 0; row < rows; row += 1) {
        const floor = y + row * 74;
        let at = x + 6;
        for (let book = 0; book < 9; book += 1) {
          const thick = 8 + ((book * 7 + row * 5) % 6);
          const tall = 38 + ((book * 13 + row * 11) % 19);
          if ((book + row) % 5 !== 4) box(at, floor - tall, thick, tall, books[(book * 3 + row * 2) % books.length], 1.5);
          at += thick + 2.5;
        }
        box(x, floor, 128, 6, "rgb(60 40 28 / 75%)", 2);
      }
    },
    plant({ ellipse, box }, x, y) {
      for (const [dx, dy, turn, size] of [[-22, -52, -0.7, 34], [20, -56, 0.6, 36], [-6, -74, -0.15, 40], [30, -30, 1.1, 26], [-32, -26, -1.2, 24]]) {
        ellipse(x + dx, y + dy, 11, size, dy % 4 ? "#4d8a63" : "#3a7052", turn);
      }
      box(x - 22, y - 16, 44, 42, "#c77b54", 6);
      box(x - 25, y - 18, 50, 11, "#d98d63", 4);
    },
    lamp({ c, box }, x, y) {
      const glow = c.createRadialGradient(x, y, 6, x, y, 170);
      glow.addColorStop(0, "rgb(255 224 160 / 85%)");
      glow.addColorStop(0.25, "rgb(255 208 130 / 32%)");
      glow.addColorStop(1, "transparent");
      box(x - 170, y - 170, 340, 340, glow);
      box(x - 2, y + 16, 4, 200, "rgb(30 24 20 / 70%)");
      c.fillStyle = "#ffe6b0";
      c.beginPath();
      c.moveTo(x - 16, y - 20);
      c.lineTo(x + 16, y - 20);
      c.lineTo(x + 30, y + 18);
      c.lineTo(x - 30, y + 18);
      c.fill();
    },
    window({ c, box, ellipse }, x, y) {
      const sky = c.createLinearGradient(0, y, 0, y + 150);
      sky.addColorStop(0, "#9fc8e8");
      sky.addColorStop(1, "#f3d9b8");
      box(x - 7, y - 7, 144, 164, "rgb(255 255 255 / 78%)", 3);
      box(x, y, 130, 150, sky);
      c.save();
      c.beginPath();
      c.rect(x, y, 130, 150);
      c.clip();
      ellipse(x + 30, y + 158, 64, 46, "#7fa38c");
      ellipse(x + 108, y + 162, 58, 40, "#678f7a");
      c.restore();
      box(x + 62, y, 6, 150, "rgb(255 255 255 / 78%)");
      box(x, y + 70, 130, 6, "rgb(255 255 255 / 78%)");
    },
    frame({ box, ellipse }, x, y, tint) {
      box(x, y, 74, 92, "#f4ede2", 2);
      box(x + 9, y + 9, 56, 74, tint, 1);
      ellipse(x + 37, y + 54, 18, 18, "rgb(255 255 255 / 55%)");
      box(x + 9, y + 62, 56, 21, "rgb(30 40 50 / 35%)");
    },
  };

  function paintBody({ c, ellipse, box, width, height }, x, y) {
    if (look.hair.style === "long") {
      ellipse(x, y + 32, 80, 112, look.hair.dark);
    }
    const cloth = c.createLinearGradient(x - 170, 0, x + 170, 0);
    cloth.addColorStop(0, look.clothes[0]);
    cloth.addColorStop(1, look.clothes[1]);
    c.fillStyle = cloth;
    c.beginPath();
    c.moveTo(x - 168, height + 40);
    c.bezierCurveTo(x - 160, y + 116, x - 84, y + 112, x - 34, y + 92);
    c.lineTo(x + 34, y + 92);
    c.bezierCurveTo(x + 84, y + 112, x + 160, y + 116, x + 168, height + 40);
    c.fill();
    box(x - 26, y + 46, 52, 62, look.skin[1], 14);
    ellipse(x, y + 98, 36, 22, look.skin[1]);
    if (look.collar) {
      c.fillStyle = look.collar;
      for (const side of [-1, 1]) {
        c.beginPath();
        c.moveTo(x, y + 122);
        c.lineTo(x + side * 40, y + 86);
        c.lineTo(x + side * 54, y + 112);
        c.lineTo(x + side * 20, y + 138);
        c.fill();
      }
    }
  }

  function paintHead(tools, x, y, tick) {
    const { c, ellipse, line } = tools;
    const { hair, skin } = look;
    if (hair.style === "curls") {
      for (let curl = 0; curl < 15; curl += 1) {
        const turn = Math.PI * (0.86 + (curl / 14) * 1.28);
        ellipse(x + Math.cos(turn) * 66, y - 8 + Math.sin(turn) * 66, 29, 29, curl % 3 ? hair.dark : hair.light);
      }
      ellipse(x, y - 26, 70, 66, hair.dark);
    }
    if (hair.style === "bun") ellipse(x + 8, y - 96, 27, 25, hair.dark);
    if (hair.style !== "curls") ellipse(x, y - 18, 68, 74, hair.dark);
    for (const side of [-1, 1]) ellipse(x + side * 59, y + 12, 10, 16, skin[1]);
    const face = c.createLinearGradient(x - 60, y, x + 64, y + 40);
    face.addColorStop(0, skin[0]);
    face.addColorStop(0.55, skin[0]);
    face.addColorStop(1, skin[1]);
    c.fillStyle = face;
    c.beginPath();
    c.moveTo(x - 58, y - 20);
    c.bezierCurveTo(x - 62, y + 44, x - 36, y + 84, x, y + 84);
    c.bezierCurveTo(x + 36, y + 84, x + 62, y + 44, x + 58, y - 20);
    c.bezierCurveTo(x + 50, y - 78, x - 50, y - 78, x - 58, y - 20);
    c.fill();
    if (hair.beard) {
      c.fillStyle = hair.dark;
      c.beginPath();
      c.moveTo(x - 58, y + 10);
      c.bezierCurveTo(x - 60, y + 62, x - 34, y + 92, x, y + 92);
      c.bezierCurveTo(x + 34, y + 92, x + 60, y + 62, x + 58, y + 10);
      c.bezierCurveTo(x + 46, y + 40, x + 34, y + 32, x, y + 34);
      c.bezierCurveTo(x - 34, y + 32, x - 46, y + 40, x - 58, y + 10);
      c.fill();
    }
    for (const side of [-1, 1]) ellipse(x + side * 35, y + 32, 13, 9, "rgb(222 92 70 / 18%)");
    const talking = look.talks ? Math.abs(Math.sin(tick / 3)) : 0;
    c.fillStyle = "#fff";
    c.strokeStyle = look.lips;
    c.lineWidth = 3.5;
    c.lineJoin = "round";
    c.beginPath();
    c.moveTo(x - 19, y + 46);
    c.quadraticCurveTo(x, y + 54, x + 19, y + 46);
    c.quadraticCurveTo(x, y + 66 + talking * 7, x - 19, y + 46);
    c.fill();
    c.stroke();
    line([[x + 1, y + 8], [x + 9, y + 26], [x - 3, y + 29]], "rgb(90 40 20 / 38%)", 3);
    const blink = tick % 90 < 3;
    for (const side of [-1, 1]) {
      ellipse(x + side * 24, y + 3, 9, blink ? 1 : 6.5, "#fff");
      if (!blink) {
        ellipse(x + side * 24 + 1, y + 3, 5.2, 5.8, look.eyes);
        ellipse(x + side * 24 + 2.6, y + 1, 1.7, 1.7, "#fff");
      }
      line([[x + side * 14, y - 15], [x + side * 25, y - 22], [x + side * 35, y - 15]], hair.brows ?? hair.dark, 4);
      if (look.glasses) {
        c.strokeStyle = look.glasses;
        c.lineWidth = 3;
        c.beginPath();
        c.roundRect(x + side * 24 - 18, y - 10, 36, 27, 11);
        c.stroke();
      }
    }
    if (look.glasses) line([[x - 6, y], [x, y - 4], [x + 6, y]], look.glasses, 3);
    paintHair(tools, x, y);
    if (look.earrings) for (const side of [-1, 1]) ellipse(x + side * 60, y + 34, 5, 7, look.earrings);
  }

  function paintHair({ c }, x, y) {
    const { style, dark, light } = look.hair;
    c.fillStyle = dark;
    c.beginPath();
    if (style === "short") {
      c.moveTo(x - 66, y + 2);
      c.bezierCurveTo(x - 76, y - 84, x - 20, y - 104, x + 22, y - 96);
      c.bezierCurveTo(x + 76, y - 86, x + 74, y - 34, x + 66, y + 2);
      c.bezierCurveTo(x + 58, y - 22, x + 52, y - 34, x + 40, y - 44);
      c.bezierCurveTo(x + 10, y - 30, x - 30, y - 34, x - 44, y - 44);
      c.bezierCurveTo(x - 54, y - 30, x - 58, y - 18, x - 66, y + 2);
    } else if (style === "curls") {
      c.moveTo(x - 62, y - 8);
      c.bezierCurveTo(x - 64, y - 86, x + 64, y - 86, x + 62, y - 8);
      c.bezierCurveTo(x + 42, y - 58, x - 42, y - 58, x - 62, y - 8);
    } else {
      c.moveTo(x - 66, y + 24);
      c.bezierCurveTo(x - 78, y - 78, x - 24, y - 98, x + 4, y - 92);
      c.bezierCurveTo(x + 74, y - 92, x + 78, y - 22, x + 66, y + 24);
      c.bezierCurveTo(x + 60, y - 12, x + 40, y - 40, x - 10, y - 62);
      c.bezierCurveTo(x - 36, y - 44, x - 58, y - 18, x - 66, y + 24);
    }
    c.fill();
    c.strokeStyle = light;
    c.lineWidth = 5;
    c.lineCap = "round";
    c.globalAlpha = 0.55;
    c.beginPath();
    c.moveTo(x - 34, y - 68);
    c.quadraticCurveTo(x - 6, y - 88, x + 24, y - 78);
    c.stroke();
    c.globalAlpha = 1;
  }
})(LOOK);
