"""How good a connection is, and why, where a person can see it."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import server_with
from tests.browser.meeting import Meet, start_call
from tests.services import CoturnServer, free_port

PROBES = ("browser", "server", "stun", "udp", "tcp", "tls", "bandwidth", "camera", "microphone")


def test_a_person_sees_how_good_a_connection_is_and_why(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    olga = meeting.olga
    tile = olga.page.locator("mp-tile[data-self='false']")

    # The mark has words, for the eye and for a screen reader, and opens the details.
    mark = tile.locator(".quality")
    expect(mark).to_have_accessible_name(re.compile("^Connection with Guest: good", re.I))
    expect(mark.locator(".quality__word")).to_have_text("Good")
    mark.click()
    details = olga.page.get_by_role("dialog", name="Connection with Guest")
    expect(details.get_by_role("row", name="Codec")).to_contain_text(re.compile("AV1|VP9|VP8|H264"))
    expect(details.get_by_role("row", name="Picture")).to_contain_text(re.compile(r"\d+ × \d+, \d+ a second"))
    expect(details.get_by_role("row", name="Data")).to_contain_text(re.compile(r"\d kbit/s"))
    expect(details).to_contain_text("Direct, UDP")
    expect(details).to_contain_text(re.compile(r"Times reconnected\s*0"))
    assert details.locator("[aria-live], [role=status], [role=alert]").count() == 0, "figures are announced"
    olga.page.keyboard.press("Escape")

    # The same by the menu of a person.
    tile.hover()
    tile.get_by_role("button", name="More about Guest").click()
    olga.page.get_by_role("button", name="Connection details").click()
    expect(details).to_be_visible()
    olga.page.keyboard.press("Escape")
    assert not olga.complaints + meeting.guests[0].complaints


def test_the_connection_test_tries_every_way_and_its_report_names_no_address(
    person: Meet, cast: Path, coturn_server: CoturnServer
) -> None:
    udp = coturn_server.settings["TURN_URLS"]
    urls = f"{udp},{udp.replace('=udp', '=tcp')},turns:127.0.0.1:{free_port()}?transport=tcp"
    stun = f"stun:127.0.0.1:{coturn_server.port}"
    settings = {**coturn_server.settings, "TURN_URLS": urls, "STUN_URLS": stun}
    with server_with(cast, **settings) as server:
        olga = person("Olga", server=server)
        olga.sign_in()
        olga.page.get_by_role("link", name="Connection test").click()
        olga.page.get_by_role("button", name="Start the test").click()
        expect(olga.page.locator("body[data-test-state=done]")).to_be_attached(timeout=60_000)
        states = {name: olga.page.locator(f"[data-probe={name}]").get_attribute("data-state") for name in PROBES}
        good = ("browser", "server", "udp", "tcp", "bandwidth", "camera", "microphone")
        assert {name: states[name] for name in good} == dict.fromkeys(good, "good"), states
        assert states["tls"] == "bad", "nobody listens there"
        expect(olga.page.get_by_role("status")).to_have_text("Calls work from here.")
        report = olga.page.get_by_role("textbox", name="Report")
        text = report.input_value()
        assert "Relay over UDP (TURN): Works." in text
        assert not re.search(r"\d+\.\d+\.\d+\.\d+", text), text
        olga.page.get_by_label("With the internet addresses").check()
        assert "127.0.0.1" in report.input_value()
