"""A real speaker is pulled out of Firefox during a call, and put back in.

Chromium watches the kernel's devices, which a sound server's speakers are not: tests/browser scripts its list.
"""

import time

from playwright.sync_api import Browser, expect

from tests.browser.meeting import Meet, make_meeting
from tests.lab.figures import measure
from tests.lab.sound import SoundServer
from tests.services import wait_until

AUDIBLE = 100.0


def test_a_speaker_is_pulled_out_and_put_back_in(person: Meet, loud_firefox: Browser, sound: SoundServer) -> None:
    meeting = make_meeting(person)
    olga, guest = meeting.olga, person("Guest", browser=loud_firefox)
    guest.redeem(meeting.link)
    for who in (olga, guest):
        who.join()
    guest.see_others(1)
    guest.see_and_hear(1)

    def heard_on(name: str) -> bool:
        return sound.loudness(name) > AUDIBLE

    wait_until(lambda: heard_on("Built-in"), 10, "the call is heard on the default speaker")
    guest.page.keyboard.press("d")
    speakers = guest.page.locator("#devices-dialog [data-kind='speaker']")
    speakers.locator("select").select_option(label="Headset")
    wait_until(lambda: heard_on("Headset") and not heard_on("Built-in"), 10, "it is heard on the headset alone")

    sound.pull_out("Headset")
    pulled_out = time.monotonic()
    toasts = guest.page.locator("#toasts")
    wait_until(lambda: heard_on("Built-in"), 10, "it is heard on the default speaker again")
    measure("A speaker is pulled out; heard on another one", time.monotonic() - pulled_out, 5)
    expect(toasts).to_contain_text("Headset was unplugged.")
    expect(speakers.locator("option:checked")).to_have_text("Headset (not connected)")
    expect(speakers).to_contain_text("You hear the others through the system default.")

    sound.plug_in("Headset")
    expect(toasts).to_contain_text("Headset is connected again.")
    wait_until(lambda: heard_on("Headset") and not heard_on("Built-in"), 10, "it is back on the headset")

    # A screen plays there as well, and so does everything in the next call.
    olga.use("Microphone")
    wait_until(lambda: not heard_on("Headset"), 10, "the microphone is off")
    olga.use("Share screen")
    wait_until(lambda: heard_on("Headset") and not heard_on("Built-in"), 10, "the screen is heard on the headset")
    guest.page.keyboard.press("Escape")
    guest.leave()
    wait_until(lambda: not heard_on("Headset"), 10, "nothing is heard after leaving")
    guest.page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")
    wait_until(lambda: heard_on("Headset") and not heard_on("Built-in"), 10, "it is heard on the headset at once")

    # What is pulled out between two calls is missing in the second, and comes back there.
    guest.leave()
    sound.pull_out("Headset")
    guest.page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")
    wait_until(lambda: heard_on("Built-in"), 10, "it is heard on the default speaker")
    sound.plug_in("Headset")
    wait_until(lambda: heard_on("Headset") and not heard_on("Built-in"), 10, "it is back on the headset")
