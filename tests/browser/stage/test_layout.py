"""Where people and screens are on the stage, in real pages; tests/js/stage-layout.test.js has the whole table."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.camera import make_camera
from tests.browser.conftest import chromium_with
from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 320, "height": 568}

# The share of each camera picture that shows, and of each box of a screen that is picture.
SHOWN = """() => {
  const shares = { people: [], screens: [] };
  for (const video of document.querySelectorAll('mp-tile video, mp-screen video')) {
    const { width, height } = video.getBoundingClientRect();
    const [wide, fit] = [(video.videoWidth * height) / (video.videoHeight * width), getComputedStyle(video).objectFit];
    const part = Math.min(wide, 1 / wide);
    const screen = video.closest('mp-screen') !== null;
    if (video.videoWidth > 0) shares[screen ? 'screens' : 'people'].push(screen || fit === 'cover' ? part : 1);
  }
  return shares;
}"""
# Six more people on this page alone: what they look like is the matter, not how they are connected.
CROWD = """async (names) => {
  const Tile = customElements.get('mp-tile');
  const grid = document.querySelector('mp-grid');
  names.forEach((name, at) => {
    const tile = Tile.for(`extra-${at}`);
    grid.addTile(tile);
    const quality = { level: ['good', 'fair', 'poor'][at % 3], reason: '' };
    const [muted, locked] = [at % 2 === 0, at !== 1];
    const person = { pid: `extra-${at}`, member: name, role: 'guest', name, muted, camera: false, self: false };
    const hand = at === 2 ? 1 : 0;
    tile.setPerson({ ...person, state: 'connected', route: 'direct', locked, quality, hand, onlyHand: true });
    tile.setSpeaking(at === 3);
  });
}"""
# What is wrong with tiles and marks: outside, over one another, names of which a letter is left.
MARKS = """() => {
  const wrong = [];
  const boxOf = (node) => node.getBoundingClientRect();
  const common = (one, other, [start, end]) => Math.min(one[end], other[end]) - Math.max(one[start], other[start]);
  const meets = (one, other) => common(one, other, ['left', 'right']) > 1 && common(one, other, ['top', 'bottom']) > 1;
  const stage = boxOf(document.querySelector('.stage__tiles'));
  const tiles = [...document.querySelectorAll('mp-tile, mp-screen')];
  const settled = tiles.filter((tile) => tile.dataset.floating !== 'true');
  for (const tile of tiles) {
    const [box, name] = [boxOf(tile), tile.querySelector('.tile__name')];
    const who = `${name.textContent} (${Math.round(box.width)}×${Math.round(box.height)})`;
    const across = box.left >= stage.left && box.right <= stage.right;
    if (!across || box.top < stage.top || box.bottom > stage.bottom) wrong.push(`${who} is outside`);
    const near = settled.filter((other) => other !== tile && settled.includes(tile) && meets(box, boxOf(other)));
    if (near.length > 0) wrong.push(`${who} meets another`);
    const cut = name.scrollWidth > name.clientWidth && name.clientWidth < 40;
    if (boxOf(name).width > 1 && cut) wrong.push(`${who}: ${name.clientWidth} px are left of the name`);
    const marks = [...tile.querySelectorAll('.quality, .tile__hand, .tile__bar, .tile__state, .tile__more')]
      .filter((mark) => mark.checkVisibility({ opacityProperty: true }))
      .filter((mark) => getComputedStyle(mark).backgroundColor !== 'rgba(0, 0, 0, 0)');
    for (const [at, mark] of marks.entries()) {
      const under = marks.slice(at + 1).filter((other) => meets(boxOf(mark), boxOf(other)));
      if (under.length > 0) wrong.push(`${who}: ${mark.className} lies over ${under[0].className}`);
    }
  }
  return wrong;
}"""
# What lies on the tiles besides names and microphones (that this machine is slow is not the matter), and the buttons
# of the call that are too small for a finger.
OTHER_MARKS = """() => ['.quality[data-level="good"]', '.tile__hand', '.trust-button', '.tile__state']
  .flatMap((mark) => [...document.querySelectorAll(`mp-tile ${mark}`)])
  .filter((mark) => mark.checkVisibility({ opacityProperty: true }))
  .map((mark) => mark.className)"""
SMALL_TARGETS = """() => [...document.querySelectorAll('#stage button')]
  .filter((button) => button.checkVisibility({ opacityProperty: true }))
  .map((button) => [button.className, button.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 44 || height < 44)
  .map(([name, { width, height }]) => `${name}: ${width}×${height}`)"""
# Which names and own pictures a message lies over.
COVERED = """() => {
  const boxes = [...document.querySelectorAll('.toast')].map((toast) => toast.getBoundingClientRect());
  const free = [...document.querySelectorAll('.tile__bar, .stage__alone p, mp-tile[data-self="true"] .tile__name')];
  const apart = (one, two, [start, end]) => one[end] <= two[start] || two[end] <= one[start];
  const meets = (one, two) => !apart(one, two, ['left', 'right']) && !apart(one, two, ['top', 'bottom']);
  const covered = free.filter((node) => boxes.some((box) => meets(box, node.getBoundingClientRect())));
  return covered.filter((node) => node.checkVisibility()).map((node) => node.className);
}"""
# A still picture, as it comes over a thin line, of another shape than the video.
STILL = """async () => {
  const tile = document.querySelector('mp-tile[data-self="false"]');
  // The video of this line moves, and would end the still at once.
  tile.video.requestVideoFrameCallback = null;
  const canvas = new OffscreenCanvas(192, 108);
  canvas.getContext('2d').fillRect(0, 0, 192, 108);
  await tile.showSnapshot(await canvas.convertToBlob());
  const { width, height } = tile.getBoundingClientRect();
  const [part, { fit }] = [(width / height) / (192 / 108), { ...tile.dataset }];
  const still = tile.querySelector('.tile__still');
  delete tile.video.requestVideoFrameCallback;
  still.hidden = true;
  still.dispatchEvent(new Event('resize'));
  return fit === 'contain' ? 1 : Math.min(part, 1 / part);
}"""
NAMES = ["Ines Fuentes", "Keanu Halvorsen-Oyelaran", "محمد عبد الرحمن", "Petra", "🦊", "Jürgen"]


@pytest.fixture(scope="module")
def upright_chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with the camera of a phone that is held upright."""
    with chromium_with(driver, make_camera(tmp_path_factory.mktemp("upright") / "camera.y4m", upright=True)) as browser:
        yield browser


def wait_for_shape(page: Page, size: ViewportSize, shares: str) -> dict[str, Any]:
    """Wait at a window's size until both pictures are there and as large a share of each shows as asked for."""
    page.set_viewport_size(size)
    page.wait_for_function(f"() => {{ const shown = ({SHOWN})(); return {shares}; }}")
    return dict(page.evaluate(SHOWN))


def expect_marks_in_place(page: Page) -> None:
    """Wait until nothing is wrong with the marks; the tiles follow the window in its next frame."""
    with suppress(PlaywrightTimeout):
        page.wait_for_function(f"() => ({MARKS})().length === 0", timeout=2000)
    assert page.evaluate(MARKS) == [], page.viewport_size


@pytest.mark.long
@pytest.mark.scaled_video
def test_pictures_keep_their_shape_and_marks_their_place(person: Meet, upright_chromium: Browser) -> None:
    meeting = make_meeting(person)
    olga = meeting.olga
    guest: Person = person("Guest", browser=upright_chromium, viewport=PHONE, has_touch=True)
    guest.follow(meeting.link)
    for size in (LAPTOP, PHONE):
        guest.page.set_viewport_size(size)
        expect(guest.page.locator(".preview")).to_have_attribute("data-fit", "contain")
        expect(guest.page.locator(".preview__video")).to_have_css("object-fit", "contain")
    for who in (olga, guest):
        who.join()
    for who in (olga, guest):
        who.see_others(1)
        who.see_and_hear(1)

    # An upright picture on a laptop, a wide one on an upright phone, and either of them at the other's size.
    for who in (olga, guest):
        for size in (LAPTOP, PHONE, SMALL):
            wait_for_shape(who.page, size, "shown.people.length === 2 && shown.people.every((part) => part >= 0.74)")
            expect_marks_in_place(who.page)

    # While all is well, a name and a microphone are all that lies on a tile; and a finger finds every button.
    assert olga.page.evaluate(OTHER_MARKS) == []
    assert guest.page.evaluate(SMALL_TARGETS) == []

    # A still has its own shape on the stage.
    olga.page.set_viewport_size(LAPTOP)
    assert olga.page.evaluate(STILL) >= 0.74

    # A shared screen has the space of its picture, and no more.
    guest.page.set_viewport_size(LAPTOP)
    guest.page.get_by_role("button", name="Share screen").click()
    for size in (LAPTOP, PHONE):
        wait_for_shape(olga.page, size, "shown.screens.length === 1 && shown.screens[0] >= 0.97")

    # With eight people and a screen, each mark is legible or absent, and none lies over another.
    olga.page.evaluate(CROWD, NAMES)
    expect(olga.page.locator("mp-tile")).to_have_count(8)
    for size in (SMALL, PHONE, LAPTOP):
        olga.page.set_viewport_size(size)
        olga.page.mouse.move(1, 1)
        expect_marks_in_place(olga.page)

    # One's own microphone is the most important mark: with eight people too it is there on every tile that has it.
    olga.page.set_viewport_size(SMALL)
    for mark in olga.page.locator("mp-tile[data-muted='true'] .tile__muted").all():
        expect(mark).to_be_in_viewport(ratio=0.99)

    # Who leaves is news: it replaces that they came, and lies over the head of the page alone.
    guest.leave()
    toasts = olga.page.locator(".toast[data-subject]")
    expect(toasts).to_have_text(["Guest left"])
    assert olga.page.evaluate(COVERED) == []
