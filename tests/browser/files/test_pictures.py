"""Pictures in the chat: pasted, seen by both, opened large, saved; and what a paste or a drop brings besides."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.test_pages import examine

pytestmark = pytest.mark.devices_off

DRAW = """([width, height, type]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "#f2b134";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#0b5d4e";
  context.fillRect(0, 0, width, height / 2);
  return canvas.toDataURL(type).split(",")[1];
}"""
# A picture on the clipboard of the system, as another program puts it there.
COPY = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}"""
# Pastes or drops files, with or without a text, at an element.
GIVE = """([selector, kind, files, words]) => {
  const data = new DataTransfer();
  const bytesOf = (content) => Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  for (const [name, content] of files) data.items.add(new File([bytesOf(content)], name));
  if (words) data.setData("text/plain", words);
  const [Event, field] = kind === "paste" ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
  document.querySelector(selector).dispatchEvent(new Event(kind, { bubbles: true, cancelable: true, [field]: data }));
}"""
# The thumbnails: size on the page, and what they are called.
SHOWN = """() => [...document.querySelectorAll(".chat-picture__open:not([hidden]) img")].map(
  ({ width, height, naturalWidth, alt }) => [width, height, naturalWidth > 0, alt.replace(/.*: /, "")])"""
LARGE = "(width) => document.querySelector('.picture__image').naturalWidth === width"
# Not whether the window has the focus: only one of two has.
FOCUSED = "(at) => document.activeElement === document.querySelectorAll('.chat-picture__open')[at]"
# Exif with the orientation 6: the camera lay on its side.
TURNED = bytes.fromhex("ffe1002245786966000049492a0008000000010012010300010000000600000000000000")
HTML = b"<!doctype html><script>document.title = 'run'</script>"


def draw(page: Page, width: int, height: int, type_: str = "image/png") -> bytes:
    """Draw a picture, green above yellow."""
    return base64.b64decode(page.evaluate(DRAW, [width, height, type_]))


def make_animation() -> bytes:
    """Make a GIF of two pixels that alternate."""
    frame = "21f904000a000000" + "2c000000000100010000" + "0202{}0100"
    head = b"GIF89a" + bytes.fromhex("01000100800000000000ffffff")
    return head + bytes.fromhex(frame.format("44") + frame.format("4c")) + b";"


def give(page: Page, selector: str, kind: str, files: dict[str, bytes], words: str = "") -> None:
    """Paste or drop something at an element of the page."""
    encoded = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
    page.evaluate(GIVE, [selector, kind, encoded, words])


def draft_of(page: Page) -> Locator:
    """Return the pictures that go with the next message."""
    return page.locator(".chat__draft-item")


def send(page: Page) -> None:
    """Send the message that was written."""
    page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.long
@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_pictures_in_the_chat(person: Meet, tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> None:
    meeting = make_meeting(person)
    olga = meeting.olga
    max_ = person("Max", browser=request.getfixturevalue(engine), reduced_motion="reduce")
    max_.redeem(meeting.link)
    for who in (olga, max_):
        who.join()
    olga.see_others(1)
    page, other = olga.page, max_.page
    # In Firefox, the content security policy stops the examination itself.
    accessible = [] if engine == "firefox" else [other]
    landscape, jpeg = draw(page, 600, 400), draw(page, 400, 300, "image/jpeg")

    # Pasted into the field, a picture is a draft; it goes with the text, and both see it in its place.
    olga.context.grant_permissions(["clipboard-read", "clipboard-write"])
    olga.use("Chat")
    page.evaluate(COPY, base64.b64encode(landscape).decode())
    page.keyboard.press("Control+V")
    expect(draft_of(page)).to_have_count(1)
    page.get_by_label("Message everyone").fill("From the harbour")
    page.keyboard.press("Enter")
    expect(draft_of(page)).to_have_count(0)
    expect(other.locator("#toasts")).to_contain_text("Olga: From the harbour")
    max_.use("Chat")
    for one in (page, other):
        expect(one.locator(".chat-picture__open")).to_be_visible()
        [[width, height, is_drawn, name]] = one.evaluate(SHOWN)
        assert (width, height, is_drawn) == (240, 160, True)
        assert name.startswith("Picture 20")
        assert name.endswith(".png")
    expect(page.locator(".chat-picture__state")).to_be_hidden()

    # Several are dropped: what counts is their bytes. One that lay on its side is upright; the others go to the files.
    turned = jpeg[:2] + TURNED + jpeg[2:]
    dropped = {"turned.jpg": turned, "moves.gif": make_animation(), "fake.png": HTML, "drawing.svg": b"<svg/>"}
    give(page, "#chat-log", "drop", dropped)
    expect(page.locator("#files-what")).to_contain_text("2 files")
    expect(page.locator("#toasts")).to_contain_text("Other files are sent from here")
    page.locator("#files-send").get_by_role("button", name="Cancel").click()
    olga.use("Chat")
    expect(draft_of(page)).to_have_count(2)
    assert examine(page) == []
    draft_of(page).last.get_by_role("button", name="Remove moves.gif").press("Enter")
    expect(page.get_by_role("button", name="Remove turned.jpg")).to_be_focused()
    give(page, "#chat-text", "paste", {"moves.gif": make_animation()}, "moves.gif")
    expect(draft_of(page)).to_have_count(2)
    send(page)
    expect(other.locator(".chat-picture__open:visible")).to_have_count(3)
    assert other.evaluate(SHOWN)[1:] == [[135, 180, True, "turned.jpg"], [48, 48, True, "moves.gif"]]
    assert all(examine(one) == [] for one in accessible)

    # Opened large: keys lead to the others, an animation waits for a press, and the focus comes back.
    other.locator(".chat-picture__open").first.press("Enter")
    dialog = other.locator("#picture-dialog")
    expect(dialog.get_by_role("img")).to_have_accessible_name(
        other.evaluate("document.querySelector('.chat-picture__image').alt")
    )
    other.wait_for_function(LARGE, arg=600)
    assert all(examine(one) == [] for one in accessible)
    other.keyboard.press("ArrowRight")
    other.wait_for_function(LARGE, arg=300)
    expect(dialog).to_contain_text("2 of 3")
    other.keyboard.press("ArrowRight")
    if engine == "chromium":  # Playwright cannot ask Firefox for reduced motion
        dialog.get_by_role("button", name="Play").click()
    expect(dialog.get_by_role("button", name="Play")).to_be_hidden()
    other.keyboard.press("ArrowLeft")
    with other.expect_download() as download:
        dialog.get_by_role("button", name="Save").click()
    download.value.save_as(tmp_path / "saved")
    assert download.value.suggested_filename == "turned.jpg"
    assert (tmp_path / "saved").read_bytes() == turned
    expect(dialog).to_contain_text("Saved to your downloads")
    other.keyboard.press("Escape")
    other.wait_for_function(FOCUSED, arg=1)

    # With the data saver on, a picture waits for a press, and its sender sees that.
    other.evaluate("document.querySelector('#data-saver').click()")
    give(page, "#chat-text", "paste", {"later.png": landscape})
    page.keyboard.press("Enter")
    load = other.get_by_role("button", name="Load: later.png")
    expect(load).to_be_visible()
    state = page.locator(".chat-picture__state").last
    expect(state).to_have_text("Not received by Max")
    load.click()
    expect(other.locator(".chat-picture__open:visible")).to_have_count(4)
    expect(state).to_be_hidden()
    expect(other.locator(".transfer")).to_have_count(0)

    # A table comes as text and as a picture of it: the text is there, and the picture can be added.
    give(page, "#chat-log", "paste", {"image.png": landscape}, "1\t2")
    field = page.get_by_label("Message everyone")
    expect(field).to_have_value("1\t2")
    page.get_by_role("button", name="Add the picture").click()
    expect(draft_of(page)).to_have_count(1)
    olga.use("Files")
    give(page, "#files-title", "paste", {"image.png": landscape}, "1\t2")
    expect(page.locator("#files-what")).to_contain_text("Picture 20")
    page.get_by_role("button", name="Add it as a file").click()
    expect(page.locator("#files-what")).to_contain_text("2 files")
    page.locator("#files-send").get_by_role("button", name="Cancel").click()

    # A text pasted into the files becomes one; so does a message that is too long, which is not cut.
    give(page, "#files-title", "paste", {}, "A poem")
    expect(page.locator("#files-what")).to_contain_text("Text from clipboard 20")
    send(page)
    expect(other.locator("#toasts")).to_contain_text("Text from clipboard")
    olga.use("Chat")
    field.fill("x" * 4_001)
    page.get_by_role("button", name="Send as a text file").click()
    expect(page.locator("#files-what")).to_contain_text("Message 20")
    send(page)
    expect(page.locator(".transfer").first).to_contain_text("4 kB")
    olga.use("Chat")
    expect(field).to_have_value("")
    # What was drafted outlasts a call that others end, and goes when the person leaves.
    max_.leave()
    expect(page.locator(".chat-picture__state:visible")).to_have_count(0)
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("button", name="Leave anyway").click()
    olga.see_call_state("ended")
    expect(draft_of(page)).to_have_count(0)
