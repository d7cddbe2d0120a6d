"""Create docs/img/call.png: four people in a call on the real application, with drawn cameras.

Run as `.venv/bin/python -m scripts.make_screenshot` after `make test` has installed the browsers.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.app_server import AppServer, make_account
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.person import PASSWORD, Person
from tests.services import find_binary

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "img" / "call.png"
# What each camera shows: colours of wall, lamp light, hair, skin and clothes, and where the head is.
CAST = {
    "Olga": ["#31554f", "#7fb8a6", "#3b2a26", "#e9b48f", "#d9634c", 0.5],
    "Max": ["#2f3f5c", "#8ba6d6", "#c98a3e", "#f0c7a4", "#3f6f8f", 0.46],
    "Imani": ["#6b4a3a", "#e0b071", "#1d1615", "#8a5a3c", "#e8c34a", 0.53],
    "Kenji": ["#4a3d63", "#b79be0", "#17181c", "#dba982", "#4d8f6a", 0.49],
}
DRAWN_CAMERA = """((look) => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await real(wishes);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(draw(look));
    }
    return stream;
  };
  function draw([wall, light, hair, skin, clothes, at]) {
    const [w, h] = [640, 360];
    const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
    const c = canvas.getContext('2d');
    const blob = (x, y, rx, ry, fill) => {
      c.fillStyle = fill;
      c.beginPath();
      c.ellipse(x, y, rx, ry, 0, 0, 7);
      c.fill();
    };
    let tick = 0;
    const paint = () => {
      tick += 1;
      const x = w * at + Math.sin(tick / 20) * 3;
      const y = 168 + Math.sin(tick / 13) * 2;
      c.fillStyle = wall;
      c.fillRect(0, 0, w, h);
      const glow = c.createRadialGradient(w * (1 - at) + 150, 70, 10, w * (1 - at) + 150, 70, 330);
      glow.addColorStop(0, light);
      glow.addColorStop(1, 'transparent');
      c.fillStyle = glow;
      c.fillRect(0, 0, w, h);
      c.fillStyle = 'rgb(255 255 255 / 10%)';
      c.fillRect(60, 40, 130, 96);
      c.fillRect(66, 46, 118, 84);
      blob(x, y - 12, 76, 88, hair);
      blob(x, h + 30, 172, 128, clothes);
      c.fillStyle = skin;
      c.fillRect(x - 24, y + 50, 48, 60);
      blob(x, y + 108, 40, 24, skin);
      blob(x, y + 8, 60, 74, skin);
      c.fillStyle = hair;
      c.beginPath();
      c.ellipse(x, y - 30, 66, 48, 0, Math.PI, 0);
      c.fill();
      for (const side of [-1, 1]) blob(x + side * 23, y + 4, 5, tick % 50 < 3 ? 1 : 6, '#22201f');
      c.strokeStyle = '#7a3b34';
      c.lineWidth = 4;
      c.lineCap = 'round';
      c.beginPath();
      c.arc(x, y + 28, 19, 0.25, Math.PI - 0.25);
      c.stroke();
    };
    paint();
    setInterval(paint, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  }
})(LOOK)"""


def sit_down(browser: Browser, app: AppServer, name: str) -> Person:
    """Return a person whose camera is drawn."""
    who = Person(browser, app, name, device_scale_factor=1.5 if name == "Olga" else 1)
    who.context.add_init_script(DRAWN_CAMERA.replace("LOOK", str(CAST[name])))
    return who


def main() -> int:
    """Hold the call, take the screenshot, and return 0."""
    app = AppServer()
    app.migrate()
    make_account(app, "olga@example.org", "Olga", PASSWORD)
    with app, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_binary("chromium-headless-shell"), args=CHROMIUM_ARGUMENTS
        )
        olga, *guests = [sit_down(browser, app, name) for name in CAST]
        olga.sign_in()
        slug = olga.create_room("Monday meeting")
        link = olga.create_link(lets_in="anyone")
        olga.join(slug)
        for guest in guests:
            guest.accept(link)
            guest.join()
        for who in (olga, *guests):
            who.see_others(len(guests), seconds=30)
            who.see_and_hear(len(guests), seconds=60)
        for listener in guests[1:]:
            listener.page.get_by_label("Call controls").get_by_role("button", name="Microphone").click()
        expect(olga.page.locator("mp-tile[data-muted=true]")).to_have_count(2)
        expect(olga.page.locator("mp-tile[data-muted=true][data-speaking=true]")).to_have_count(0)
        olga.page.locator("mp-tile[data-speaking=true]").first.wait_for()
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        olga.page.screenshot(path=TARGET)
        browser.close()
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size // 1024} KB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
