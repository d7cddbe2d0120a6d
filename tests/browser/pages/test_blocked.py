"""Browsers that lack something or store nothing: what can work does, and the rest says so in words."""

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet

pytestmark = pytest.mark.devices_off

# As in browsers that block the data of sites, where each of these throws when it is touched.
BLOCKED = """() => {
  const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
    Object.defineProperty(globalThis, name, { get: refuse });
  }
  globalThis.BroadcastChannel = class { constructor() { refuse(); } };
  for (const name of ["serviceWorker", "locks", "storage"]) Object.defineProperty(navigator, name, { get: refuse });
}"""
KEYLESS = """
from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.models import Membership, Role
room = create_room(User.objects.get(email="olga@example.org"), "Without a key")
Membership.objects.create(room=room, user=User.objects.get(email="max@example.org"), role=Role.MEMBER)
result = room.slug
"""


def test_what_a_browser_lacks_is_named_and_the_rest_works(person: Meet, app: AppServer) -> None:
    slug = app.run_python(KEYLESS)
    olga, max_ = person("Olga"), person("Max")
    max_.context.add_init_script(f"({BLOCKED})()")
    for who in (olga, max_):
        who.sign_in()
        who.join(str(slug))
    for who in (olga, max_):
        who.see_others(1)
    max_.leave()
    max_.page.get_by_role("button", name="Rejoin").click()
    max_.see_call_state("in-call")

    olga.create_room()
    link = olga.create_link()
    max_.follow(link)
    max_.page.get_by_role("button", name="Join", exact=True).click()
    expect(max_.page.get_by_role("heading", name="The room key can't be stored")).to_be_visible()

    # Without JavaScript, and without WebRTC.
    plain = person("Max", java_script_enabled=False, storage_state=olga.context.storage_state())
    for path, words in {
        f"/r/{slug}": "Calls need JavaScript",
        f"/rooms/{slug}/": "Creating and listing links needs JavaScript",
        "/i": "Your invitation needs JavaScript",
        "/connection-test": "This page needs JavaScript",
        "/files/share": "This page needs JavaScript",
    }.items():
        plain.go(path)
        # Playwright looks for no text inside <noscript>, only for what stands in it.
        expect(plain.page.locator("noscript p", has_text=words).first).to_be_visible()
        alive = plain.page.locator("button:visible:enabled:not([popovertarget])")
        assert alive.count() == plain.page.locator("form[method=post] button:visible:enabled").count(), path
        expect(plain.page.locator("[data-loading], [data-loading-text]").locator("visible=true")).to_have_count(0)

    olga.context.add_init_script("delete globalThis.RTCPeerConnection")
    olga.go(f"/r/{slug}")
    expect(olga.page.get_by_role("heading", name="This browser can't run this page")).to_be_visible()
    expect(olga.page.get_by_role("button", name="Join")).to_be_hidden()
    assert olga.page.evaluate("document.querySelector('video').srcObject") is None
