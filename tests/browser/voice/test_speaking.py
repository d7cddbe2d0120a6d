"""How people speak and listen, as the other person hears it: held keys, volumes, tests of sound, sounds of a call."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hearing import heard, hears, listen
from tests.browser.meeting import Meet, Meeting
from tests.browser.person import Person
from tests.browser.test_adaptation import HIDE
from tests.browser.test_pages import examine
from tests.browser.voice.call import call_with_speaker, close_devices, energy, hears_more, tile_of
from tests.browser.voice.watching import (
    A_MINUTE_LATER,
    APART,
    AT_REST,
    BARS_ARE_STILL,
    GAIN,
    KEEP_GRAPHS,
    KEEP_NOTICES,
    LOUDEST,
    NO_GRAPH,
    PRESS_M,
    WATCH_SOUNDS,
)

TITLE = "#stage-title"


@pytest.fixture(scope="module")
def meeting(company: Meet, speaking: Browser) -> Meeting:
    """Olga hosts; Max speaks."""

    def meet(name: str, **context: object) -> Person:
        who = company(name, **context)
        who.context.add_init_script(KEEP_GRAPHS)
        return who

    return call_with_speaker(meet, speaking)


def loudest(page: Page) -> float:
    """Return the loudest moment of what plays last, once it plays: before its first data it has no sound."""
    page.wait_for_function("() => played.at(-1)?.readyState >= 2")
    moment: float = page.evaluate(LOUDEST)
    return moment


def see_muted(who: Person, muted: bool) -> None:
    """Wait until `who` sees whether Max's microphone is off."""
    expect(tile_of(who, "Max")).to_have_attribute("data-muted", str(muted).lower())


def test_one_who_speaks_while_muted_is_told_on_their_device(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    listen(max_)
    for who in meeting.people:
        who.page.wait_for_function(AT_REST)
    assert olga.page.evaluate("graphs.length") > 0, "a sound has said that Max came"
    # The microphone is measured for the bars of the dialog only while they can be seen.
    max_.page.wait_for_function(BARS_ARE_STILL)
    max_.use("Audio and video")
    max_.page.wait_for_function(f"() => !({BARS_ARE_STILL})()")
    close_devices(max_)
    max_.page.wait_for_function(BARS_ARE_STILL)
    max_.page.evaluate(KEEP_NOTICES)
    max_.use("Microphone")
    see_muted(olga, True)
    toast = max_.page.locator(".toast[data-subject=muted]")
    expect(toast).to_contain_text("You're speaking, but your microphone is off.")
    # Nothing of it was sent.
    before = energy(olga)
    expect(toast).to_be_visible()
    assert energy(olga) < before + 0.0001
    toast.get_by_role("button", name="Turn on").press("Enter")
    see_muted(olga, False)
    hears_more(olga)
    expect(toast).to_have_count(0)
    max_.page.wait_for_function(AT_REST)


def test_a_key_talks_and_mutes_as_long_as_it_is_held(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    page = max_.page
    max_.use("Audio and video")
    for setting in ("Push to talk", "Push to mute"):
        page.get_by_role("checkbox", name=setting).press("Space")
    expect(page.locator("#push-shortcut")).to_have_text("SpaceHold to talk or mute")
    assert examine(page) == []
    close_devices(max_)
    page.locator(TITLE).focus()

    # Mute, as long as the key is down; then talk.
    page.keyboard.down("Space")
    see_muted(olga, True)
    page.keyboard.up("Space")
    see_muted(olga, False)
    page.keyboard.press("m")
    see_muted(olga, True)
    listen(max_)
    page.keyboard.down("Space")
    see_muted(olga, False)
    hears_more(olga)
    page.keyboard.up("Space")
    see_muted(olga, True)
    hears(max_, "Microphone on", "Microphone off")

    # Where the key is lost with the window, it is released.
    page.keyboard.down("Space")
    see_muted(olga, False)
    page.evaluate("() => globalThis.dispatchEvent(new Event('blur'))")
    see_muted(olga, True)
    page.keyboard.up("Space")

    # So it is where the tab is hidden, or a dialog opens while the key is held.
    page.keyboard.down("Space")
    see_muted(olga, False)
    page.evaluate(HIDE, True)
    see_muted(olga, True)
    page.evaluate(HIDE, False)
    page.keyboard.up("Space")
    page.keyboard.down("Space")
    see_muted(olga, False)
    page.keyboard.press("d")
    expect(page.locator("#devices-dialog")).to_be_visible()
    page.keyboard.up("Space")
    see_muted(olga, True)
    close_devices(max_)

    # In a field it is a space.
    max_.use("Chat")
    page.get_by_label("Message everyone").press("Space")
    expect(page.get_by_label("Message everyone")).to_have_value(" ")
    see_muted(olga, True)
    page.get_by_label("Message everyone").fill("")
    # The focus moves into the field while the key is held: it types nothing there, and its release still counts.
    page.locator(TITLE).focus()
    page.keyboard.down("Space")
    see_muted(olga, False)
    page.get_by_label("Message everyone").focus()
    for _ in range(3):
        page.keyboard.down("Space")
    page.keyboard.up("Space")
    see_muted(olga, True)
    expect(page.get_by_label("Message everyone")).to_have_value("")
    page.keyboard.press("Escape")

    # Another key; and the button, for fingers and mice: a long press talks, and does not toggle.
    max_.use("Audio and video")
    page.get_by_role("button", name="Key to hold: Space").press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#push-form [role=status]")).to_have_text(
        "Tab already does something else. Choose another key."
    )
    # On this French keyboard the letter M, a shortcut of the call, is where others have a semicolon.
    page.get_by_role("button", name="Key to hold: Space").click()
    page.get_by_role("button", name="Press a key").evaluate(PRESS_M)
    expect(page.locator("#push-form [role=status]")).to_have_text("M already does something else. Choose another key.")
    page.get_by_role("button", name="Key to hold: Space").click()
    page.keyboard.press("F8")
    expect(page.get_by_role("button", name="Key to hold: F8")).to_be_visible()
    close_devices(max_)
    # With a modifier it is a command of the browser or the system.
    page.keyboard.press("Control+F8")
    assert page.evaluate("meetingPoint.media.muted")
    page.keyboard.down("F8")
    see_muted(olga, False)
    page.keyboard.up("F8")
    see_muted(olga, True)
    # A function key writes nothing: it talks while the focus is in a field, too.
    max_.use("Chat")
    expect(page.get_by_label("Message everyone")).to_be_focused()
    page.keyboard.down("F8")
    see_muted(olga, False)
    page.keyboard.up("F8")
    see_muted(olga, True)
    page.keyboard.press("Escape")
    page.get_by_label("Call controls").get_by_role("button", name="Microphone").hover()
    page.mouse.down()
    see_muted(olga, False)
    page.mouse.up()
    see_muted(olga, True)

    # All the time Max has been talking: he read it once, and reads it again after a minute.
    page.evaluate(A_MINUTE_LATER)
    expect(page.locator(".toast[data-subject=muted]")).to_contain_text("Hold F8 to talk.")
    assert page.evaluate(APART), page.evaluate("noticed")


def test_each_person_can_be_louder_or_quieter(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    max_.page.keyboard.press("m")
    see_muted(olga, False)
    video = tile_of(olga, "Max").locator("video")
    slider = olga.page.get_by_role("slider", name="Volume for you")
    olga.page.evaluate(WATCH_SOUNDS)
    tile_of(olga, "Max").get_by_role("button", name="More about Max").click()
    expect(slider).to_have_attribute("aria-valuetext", "100 %")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "200 %")
    expect(video).to_have_js_property("muted", True)
    assert 1.7 < video.evaluate(GAIN) < 2.3
    assert examine(olga.page) == []
    # Muted for oneself, that is silent as well.
    olga.page.get_by_role("button", name="Mute for me").click()
    olga.page.wait_for_function("() => played.at(-1).muted")
    tile_of(olga, "Max").get_by_role("button", name="More about Max").click()
    olga.page.get_by_role("button", name="Unmute for me").click()
    olga.page.wait_for_function("() => !played.at(-1).muted && !played.at(-1).paused")
    # From 100 % down the element plays itself.
    olga.use("People")
    olga.page.locator("#people").get_by_role("button", name="More about Max").click()
    slider.fill("50")
    expect(video).to_have_js_property("volume", 0.5)
    expect(video).to_have_js_property("muted", False)
    olga.page.wait_for_function("() => played.at(-1).paused")
    olga.page.wait_for_function(AT_REST)
    olga.page.keyboard.press("Escape")
    olga.page.keyboard.press("p")


def test_without_an_audio_graph_a_person_stays_as_loud_as_the_element_can(meeting: Meeting) -> None:
    max_ = meeting.guests[0]
    max_.page.evaluate(NO_GRAPH)
    tile_of(max_, "Olga").get_by_role("button", name="More about Olga").click()
    max_.page.get_by_role("slider", name="Volume for you").press("End")
    expect(tile_of(max_, "Olga").locator("video")).to_have_js_property("volume", 1)
    expect(tile_of(max_, "Olga").locator("video")).to_have_js_property("muted", False)
    max_.page.get_by_role("slider", name="Volume for you").fill("100")
    max_.page.keyboard.press("Escape")
    max_.page.evaluate("() => { globalThis.AudioContext = graph; }")


def test_who_comes_leaves_and_writes_is_heard_as_one_wishes(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    notes, toasts = "() => notes.splice(0).join()", olga.page.locator("#toasts")

    def hears_notes(expected: str) -> None:
        olga.page.wait_for_function("(wanted) => notes.join() === wanted", arg=expected)
        olga.page.evaluate(notes)

    def write(words: str) -> None:
        max_.page.get_by_label("Message everyone").fill(words)
        max_.page.get_by_label("Message everyone").press("Enter")
        expect(olga.page.locator("#chat-log")).to_contain_text(words)

    olga.page.evaluate(notes)
    # Max leaves while he holds the key to mute: who joins again is as they were before the press.
    max_.page.keyboard.down("F8")
    see_muted(olga, True)
    max_.leave()
    max_.page.keyboard.up("F8")
    hears_notes("784,523")
    expect(toasts).to_contain_text("Max left")
    max_.page.get_by_role("button", name="Rejoin").click()
    see_muted(olga, False)
    hears_notes("523,784")
    expect(toasts).to_contain_text("Max joined")
    for who in meeting.people:
        who.see_others(1)
        who.page.wait_for_function(AT_REST)
    # He comes back as loud as Olga had made him.
    expect(tile_of(olga, "Max").locator("video")).to_have_js_property("volume", 0.5)
    max_.use("Chat")
    write("Good morning")
    hears_notes("988")

    olga.use("Audio and video")
    for news, manner in (("Messages", "Without a sound"), ("People come and leave", "Not at all")):
        olga.page.locator("#news-form").get_by_label(news).select_option(manner)
    close_devices(olga)
    write("Quietly")
    listen(olga)
    max_.leave()
    olga.see_others(0)
    max_.page.get_by_role("button", name="Rejoin").click()
    for who in meeting.people:
        who.see_others(1)
    assert not {"Max left", "Max joined"} & set(heard(olga))
    assert olga.page.evaluate(notes) == ""


def test_one_hears_oneself_and_the_speaker(meeting: Meeting) -> None:
    max_ = meeting.guests[0]
    page, tests = max_.page, max_.page.locator("#devices-dialog .sound-tests")
    page.reload()
    page.evaluate(WATCH_SOUNDS)
    # Before the call.
    before = page.locator("#prejoin .sound-tests")
    before.get_by_role("button", name="Play a test sound").click()
    expect(before.locator("output")).to_have_text("You should hear three notes.")
    assert loudest(page) > 0.05
    expect(before.locator("output")).to_have_text("")
    # During it, with the microphone off.
    max_.join()
    page.keyboard.press("m")
    max_.use("Audio and video")
    page.evaluate("() => { played.length = 0; }")
    tests.get_by_role("button", name="Hear yourself").press("Enter")
    expect(tests.locator("output")).to_contain_text("Say something")
    expect(tests.locator("output")).to_have_text("Now you hear yourself.")
    assert loudest(page) > 0.05
    expect(tests.locator("output")).to_have_text("")
    page.evaluate("() => { globalThis.MediaRecorder = class { constructor() { throw new Error('none'); } }; }")
    tests.get_by_role("button", name="Hear yourself").click()
    expect(tests.locator("output")).to_have_text("That didn't work in this browser.")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    meeting.olga.see_others(1)


def test_a_host_who_mutes_wins_over_a_held_key(meeting: Meeting) -> None:
    olga, max_ = meeting.olga, meeting.guests[0]
    page = max_.page
    see_muted(olga, False)
    # Held to mute: the host's word comes meanwhile, and the release does not undo it.
    page.keyboard.down("F8")
    see_muted(olga, True)
    page.keyboard.up("F8")
    see_muted(olga, False)
    page.keyboard.press("m")
    see_muted(olga, True)
    page.keyboard.down("F8")
    see_muted(olga, False)
    olga.use("What people may do")
    olga.page.get_by_label("Use the microphone").uncheck()
    see_muted(olga, True)
    page.keyboard.up("F8")
    page.keyboard.down("F8")
    expect(page.locator("#toasts")).to_contain_text("Only hosts can use the microphone at the moment.")
    page.keyboard.up("F8")
    see_muted(olga, True)
    olga.page.get_by_label("Use the microphone").check()
    olga.page.keyboard.press("Escape")
    # Olga's microphone beeps: that is no speech, and she was never muted.
    expect(olga.page.locator(".toast[data-subject=muted]")).to_have_count(0)
