"""Create the pictures of the product and the icons: `make pictures`, or `python -m scripts.pictures icons`.

Everything is taken from the real application in Chromium. WebP is written by Chromium too, so no other tool is needed.
"""

import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, expect, sync_playwright

from scripts.pictures.cast import camera_of
from scripts.pictures.encoding import data_url, ico, page_png, svg_png, webp
from tests.app_server import AppServer, make_account
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.meeting import ANYONE
from tests.browser.person import PASSWORD, Person
from tests.services import find_binary

ROOT: Final = Path(__file__).resolve().parents[2]
STATIC: Final = ROOT / "static" / "img"
ICONS: Final = ROOT / "static" / "root"
LAPTOP: Final = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}
PHONE: Final = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "light",
}
# What is shown small is sent small: two cores hold this call.
SMALL: Final = {"viewport": {"width": 480, "height": 400}}
PATIENCE_MS: Final = 120_000
PREVIEW: Final = Path(__file__).with_name("preview.html")
CHAT: Final = (
    ("Max", "Morning! The plan is in Files, 120 MB."),
    ("Imani", "Got it already, that was quick."),
    ("Olga", "Great. I'll share my screen in a minute."),
)


def sit_down(browser: Browser, app: AppServer, name: str, **context: object) -> Person:
    """Return a person whose camera is drawn."""
    who = Person(browser, app, name, **context)
    who.context.add_init_script(camera_of(name))
    who.page.set_default_timeout(PATIENCE_MS)
    return who


def wait_for_calm(who: Person) -> None:
    """Wait until someone speaks and there is no news to read."""
    who.page.locator("mp-tile[data-speaking=true]").first.wait_for()
    expect(who.page.locator("#toasts > *")).to_have_count(0)


def write(path: Path, data: bytes) -> None:
    """Save a picture and say how large it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(data) / 1024:.1f} kB\n")


def show_guest(browser: Browser, app: AppServer, link: str) -> None:
    """Take pictures of a guest who is about to join from a phone, in light and in dark."""
    ada = sit_down(browser, app, "Ada", **PHONE)
    ada.follow(link)
    ada.page.get_by_label("Your name").fill("Ada")
    expect(ada.page.locator(".preview[data-camera=on]")).to_be_visible()
    ada.page.locator("video").evaluate("video => new Promise((done) => video.requestVideoFrameCallback(done))")
    for scheme in ("light", "dark"):
        ada.page.emulate_media(color_scheme=scheme)
        write(STATIC / "product" / f"join-{scheme}.webp", webp(browser, ada.page.screenshot(), 360, 0.8))
    ada.close()


def take_pictures(browser: Browser, app: AppServer) -> None:
    """Hold a call of four, after a fifth person has looked in from a phone."""
    olga = sit_down(browser, app, "Olga", **LAPTOP)
    olga.sign_in()
    slug = olga.create_room("Monday meeting", people=6)
    link = olga.create_link(lets_in=ANYONE)
    show_guest(browser, app, link)
    guests = [sit_down(browser, app, name, **SMALL) for name in ("Max", "Imani", "Kenji")]
    for guest in guests:
        guest.follow(link)
    olga.join(slug)
    for guest in guests:
        guest.join()
    for who in (olga, *guests):
        who.see_others(len(guests), seconds=180)
    olga.see_and_hear(len(guests), seconds=120)
    for listener in guests[1:]:
        listener.use("Microphone")
    expect(olga.page.locator("mp-tile[data-muted=true]")).to_have_count(2)
    expect(olga.page.locator("mp-tile[data-muted=true][data-speaking=true]")).to_have_count(0)
    wait_for_calm(olga)
    write(ROOT / "docs" / "img" / "call.webp", webp(browser, olga.page.screenshot(), 1600, 0.85))

    for who in (olga, *guests):
        who.use("Chat")
    for name, words in CHAT:
        speaker = next(who for who in (olga, *guests) if who.name == name)
        speaker.page.get_by_label("Message everyone").fill(words)
        speaker.page.get_by_role("button", name="Send", exact=True).click()
        expect(olga.page.locator(".chat__text").last).to_have_text(words)
    olga.page.set_viewport_size({"width": 1120, "height": 700})
    olga.page.get_by_label("Message everyone").blur()
    olga.page.mouse.move(1119, 1)
    wait_for_calm(olga)
    call = olga.page.screenshot()
    for width in (1280, 640):
        write(STATIC / "product" / f"call-{width}.webp", webp(browser, call, width, 0.8))

    write(STATIC / "preview.png", page_png(browser, PREVIEW.read_text().replace("CALL", data_url(call)), 1200, 630))
    for who in (olga, *guests):
        who.close()


def make_icons(browser: Browser) -> None:
    """Draw the icons for browsers that read no SVG: `favicon.ico` and what a phone puts on its home screen."""
    favicon = (STATIC / "favicon.svg").read_text()
    write(ICONS / "favicon.ico", ico([svg_png(browser, favicon, size) for size in (16, 32, 48)]))
    # A phone cuts the corners itself, and shows black where the picture is transparent.
    write(ICONS / "apple-touch-icon.png", svg_png(browser, favicon.replace(' rx="8"', ""), 180))


def main() -> int:
    """Write all pictures, or only the icons, and return 0."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_binary("chromium-headless-shell"), args=CHROMIUM_ARGUMENTS
        )
        make_icons(browser)
        if sys.argv[1:] != ["icons"]:
            app = AppServer()
            app.migrate()
            make_account(app, "olga@example.org", "Olga", PASSWORD)
            with app:
                take_pictures(browser, app)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
