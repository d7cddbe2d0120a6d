"""The sound of a shared screen: a tab that plays on the left alone is heard on the left alone by the others."""

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.tabs import chromium_with_tabs
from tests.browser.voice.call import tile_of
from tests.browser.voice.stereo import left_over_right
from tests.browser.voice.watching import GAIN, WATCH_SOUNDS

TITLE = "A tone on the left"
PLAY_LEFT = """async () => {
  const context = new AudioContext();
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  const tone = new OscillatorNode(context, { frequency: 440 });
  tone.connect(merger, 0, 0).connect(context.destination);
  tone.start();
  await context.resume();
}"""


@pytest.mark.long
def test_the_sound_of_a_shared_tab_arrives_in_stereo(person: Meet, driver: Playwright) -> None:
    meeting = make_meeting(person)
    olga = meeting.olga
    arguments = (f"--auto-select-tab-capture-source-by-title={TITLE}", "--autoplay-policy=no-user-gesture-required")
    with chromium_with_tabs(driver, *arguments, fake_prompts=False) as tabs:
        max_ = person("Max", browser=tabs)
        max_.context.grant_permissions(["camera", "microphone"], origin=max_.app.origin)
        max_.redeem(meeting.link)
        for who in (olga, max_):
            who.join()
        olga.see_others(1)
        music = max_.new_page()
        music.goto(f"data:text/html,<title>{TITLE}</title>")
        music.evaluate(PLAY_LEFT)
        max_.page.bring_to_front()
        max_.page.keyboard.press("m")
        max_.page.get_by_role("button", name="Share screen").click()
        screen = olga.page.locator("mp-screen video")
        expect(screen).to_have_count(1)
        assert left_over_right(screen) > 15
        # Who is louder than usual has a louder screen, too, also where that begins later.
        max_.page.bring_to_front()
        max_.page.get_by_role("button", name="Stop sharing").click()
        expect(screen).to_have_count(0)
        tile_of(olga, "Max").get_by_role("button", name="More about Max").click()
        olga.page.get_by_role("slider", name="Volume for you").press("End")
        olga.page.keyboard.press("Escape")
        olga.page.evaluate(WATCH_SOUNDS)
        max_.page.get_by_role("button", name="Share screen").click()
        expect(screen).to_have_js_property("muted", True)
        olga.page.wait_for_function("() => played.length > 0")
        assert 1.7 < screen.evaluate(GAIN) < 2.3
        # What plays there is no voice: Max, whose microphone is off, does not speak.
        tile = olga.page.locator("mp-tile[data-self='false']")
        expect(tile).to_have_attribute("data-muted", "true")
        expect(tile).to_have_attribute("data-speaking", "false")
        max_.close()
