"""What a person wants of microphone, camera and screen holds, whatever the devices do meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.browser.devices.lab_devices import OTHERS, answer_all, asked, see_toggle, used, with_lab_devices
from tests.browser.meeting import Meet, make_meeting
from tests.services import wait_until

BOTH = ("microphone", "camera")
OPEN_PICKER = "select => select.dispatchEvent(new Event('change'))"
HELD = "lab.held = true;"


@pytest.mark.parametrize("browser_name", ["chromium", pytest.param("firefox", marks=pytest.mark.long)])
def test_off_before_the_devices_are_there_stays_off(
    person: Meet, browser_name: str, request: pytest.FixtureRequest
) -> None:
    """Slow devices: a press is off at once, asks nothing more, and holds in the call."""
    browser = request.getfixturevalue(browser_name)
    slow = with_lab_devices(person, HELD)
    meeting = make_meeting(
        lambda name, **more: slow(name, browser=browser, **more) if name == "Guest" else person(name, **more), "Guest"
    )
    olga, guest = meeting.olga, meeting.guests[0]
    olga.join()
    page = guest.page
    page.wait_for_function("() => lab.pending.length === 1")
    for which in BOTH:
        see_toggle(page, which, True)
        expect(page.locator(f"#prejoin [data-toggle='{which}']")).to_have_attribute("aria-busy", "true")
        page.locator(f"#prejoin [data-toggle='{which}']").click()
        see_toggle(page, which, False)
    page.keyboard.press("m")
    see_toggle(page, "microphone", True)
    page.keyboard.press("m")
    see_toggle(page, "microphone", False)
    assert asked(page) == 1
    guest.join()
    tile = olga.page.locator(OTHERS)
    muted = olga.page.locator(f"{OTHERS}[data-muted='true'][data-camera='false'][data-state='connected']")
    expect(muted).to_have_count(1)

    # The devices arrive: no one sees or hears anything of them.
    answer_all(page)
    page.wait_for_function("() => lab.tracks.length === 2")
    assert used(page) == [["audio", "Desk microphone", False]]
    for which in BOTH:
        see_toggle(page, which, False)
    assert asked(page) == 1
    expect(muted).to_have_count(1)
    if browser_name == "firefox":
        return

    # In the call: the camera on, and off before it is there; on, off and on by key; off while it is being switched.
    page.evaluate("lab.held = true")
    toolbar = page.get_by_label("Call controls")
    toolbar.get_by_role("button", name="Camera").click()
    see_toggle(page, "camera", True)
    toolbar.get_by_role("button", name="Camera").click()
    see_toggle(page, "camera", False)
    answer_all(page)
    assert used(page) == [["audio", "Desk microphone", False]]
    page.evaluate("lab.held = true")
    before = asked(page)
    for _ in range(3):
        page.keyboard.press("v")
    wait_until(lambda: asked(page) == before + 1, 10, "the device is asked for")
    answer_all(page)
    expect(tile).to_have_attribute("data-camera", "true")
    page.keyboard.press("d")
    picker = page.locator("#devices-dialog [data-kind='camera'] select")
    page.evaluate("lab.held = true")
    picker.select_option(label="Document camera")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    see_toggle(page, "camera", False)
    expect(tile).to_have_attribute("data-camera", "false")
    answer_all(page)
    assert used(page) == [["audio", "Desk microphone", False]]

    # Leaving while the camera is being opened: it is not captured; joining again brings it.
    page.evaluate("lab.held = true")
    page.keyboard.press("v")
    guest.leave()
    answer_all(page)
    page.wait_for_function("() => lab.tracks.every(({ readyState }) => readyState === 'ended')")
    page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")
    expect(olga.page.locator(f"{OTHERS}[data-muted='true'][data-camera='true']")).to_have_count(1)


def test_a_choice_only_chooses_and_a_device_that_fails_gives_the_former_back(person: Meet) -> None:
    # The browser's default is a monitor of the speakers: it is not taken for a microphone.
    monitor_first = (
        "lab.devices.unshift({deviceId: 'm', kind: 'audioinput', label: 'Monitor of Desk speakers', groupId: ''});"
    )
    meeting = make_meeting(with_lab_devices(person, monitor_first), "Guest")
    olga, guest = meeting.olga, meeting.guests[0]
    olga.join()
    guest.join()
    guest.see_others(1)
    page = guest.page
    tile = olga.page.locator(OTHERS)
    expect(tile).to_have_attribute("data-camera", "true")
    expect(tile).to_have_attribute("data-muted", "false")
    assert ["audio", "Desk microphone", True] in used(page)
    toasts = page.locator("#toasts")
    cameras, microphones = (
        page.locator(f"#devices-dialog [data-kind='{kind}'] select") for kind in ("camera", "microphone")
    )

    # Another camera while it is off: it stays off, and is the one that is opened next.
    page.keyboard.press("v")
    expect(tile).to_have_attribute("data-camera", "false")
    before = asked(page)
    page.keyboard.press("d")
    cameras.select_option(label="Document camera")
    assert asked(page) == before
    see_toggle(page, "camera", False)
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    see_toggle(page, "camera", True)
    expect(tile).to_have_attribute("data-camera", "true")
    assert ["video", "Document camera", True] in used(page)

    # A busy one is picked: the former one is back, and the list says so.
    page.evaluate("lab.broken['cam-1'] = 'NotReadableError'")
    page.keyboard.press("d")
    cameras.select_option(label="Laptop camera")
    expect(toasts).to_contain_text("Laptop camera couldn't be started. Still using Document camera.")
    expect(cameras.locator("option:checked")).to_have_text("Document camera")
    assert ["video", "Document camera", True] in used(page)
    see_toggle(page, "camera", True)

    # A television brings a speaker and a monitor of it: the monitor is neither listed nor offered.
    tv = "{deviceId: 'tv', kind: 'audiooutput', label: 'HDMI Audio', groupId: 'tv'}"
    monitor = "{deviceId: 'tv.m', kind: 'audioinput', label: 'Monitor of HDMI Audio', groupId: 'tv'}"
    page.evaluate(f"lab.plug({monitor}, {tv})")
    expect(toasts).to_contain_text("HDMI Audio was plugged in.")
    expect(toasts).not_to_contain_text("Monitor of")
    expect(microphones.locator("option")).to_have_text(["Desk microphone", "Headset microphone"])

    # The microphones are pulled out one after the other. The last one has no replacement, and it is said.
    page.evaluate("lab.unplug('mic-1')")
    expect(toasts).to_contain_text("Now using Headset microphone.")
    page.evaluate("lab.unplug('mic-2')")
    see_toggle(page, "microphone", False)
    expect(page.locator("#devices-dialog .dialog__problems")).to_contain_text("No microphone was found.")
    assert used(page) == [["video", "Document camera", True]]
    expect(tile).to_have_attribute("data-muted", "true")

    # A camera that stops by itself is opened again, the second time after a pause.
    before = asked(page)
    for opened in (1, 2):
        page.evaluate("lab.breakOff('video')")
        page.wait_for_function(
            "opened => lab.asked.length === opened && lab.live('video').length === 1", arg=before + opened
        )
        see_toggle(page, "camera", True)

    # The call ends while the browser asks what to share: nothing is captured. More presses ask no second time.
    page.keyboard.press("Escape")
    page.evaluate("lab.held = true")
    before = asked(page)
    share = page.locator("#share-screen")
    for label in ("Cancel", "Share screen", "Cancel"):
        share.click()
        expect(share).to_contain_text(label)
    assert asked(page) == before + 1
    guest.leave()
    answer_all(page)
    page.wait_for_function("() => lab.tracks.some(({ source }) => source === 'screen')")
    assert used(page) == []

    # For files alone: a choice stays silent.
    guest.go(f"/r/{meeting.slug}?files")
    guest.join()
    page.keyboard.press("d")
    page.locator("#devices-dialog [data-kind='microphone'] select").select_option(label="Headset microphone")
    page.keyboard.press("Escape")
    assert asked(page) == 0
    for which in BOTH:
        see_toggle(page, which, False)
    page.keyboard.press("m")
    see_toggle(page, "microphone", True)
    page.wait_for_function("() => lab.live().length === 1")
    assert used(page) == [["audio", "Headset microphone", True]]

    # The page is left while the camera is being opened.
    page.evaluate("lab.held = true")
    page.keyboard.press("v")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    answer_all(page)
    page.wait_for_function("() => lab.tracks.length === 2")
    assert used(page) == []
