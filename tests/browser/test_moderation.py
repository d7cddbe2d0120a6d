"""A person in a call is reported, and a moderator on another process bans them; names are hostile text."""

import base64
import secrets

import pytest
from playwright.sync_api import Dialog, expect

from tests.app_server import AppServer, make_account
from tests.browser import totp
from tests.browser.kicking import at_most, stopwatch
from tests.browser.meeting import ANYONE, Meet
from tests.browser.person import PASSWORD, Person
from tests.rooms.corpus import UNICODE, XSS

# Milliseconds. Two seconds are promised, and test_kick.py checks that; here a call of three shares the machine.
AT_ONCE = 6000
MAKE_MODERATOR = """
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from accounts.models import User
user = User.objects.get(email=address)
user.is_staff = True
user.save()
user.groups.add(Group.objects.get(name="Moderators"))
TOTP.activate(user, secret)
"""
# Every text as the name of a room, of a person and of a link, and as a report, so that the lists hold them all.
TYPE_EVERYTHING = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from rooms.models import Invite, Membership, Role, Room
from rooms.moderation.models import Report
for number, text in enumerate(texts):
    user = User.objects.create(email=f"p{number}@example.org", display_name=text[:60])
    room = Room.objects.create(name=text[:80], slug=f"room-{number}", owner=user)
    place = Membership.objects.create(room=room, user=user, role=Role.OWNER)
    Invite.objects.create(room=room, created_by=user, label=text[:60], token_hash=bytes([number]) * 32,
                          expires_at=timezone.now() + timedelta(days=1))
    Report.objects.create(room=room, owner=user, subject_membership=place, subject_user=user, about_person=True,
                          reporter=user, category="other", description=text, resolved_at=timezone.now())
"""
LISTS = ("accounts/user/", "rooms/room/", "rooms/invite/", "rooms/membership/", "moderation/report/?state=resolved")
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def mona(processes: list[AppServer], person: Meet) -> Person:
    """A moderator, no superuser, at the first process."""
    server = processes[0]
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    make_account(server, "mona@example.org", "Mona", PASSWORD)
    server.run_python(MAKE_MODERATOR, address="mona@example.org", secret=secret)
    mona = person("Mona", server=server)
    mona.go("/admin/")
    mona.page.get_by_label("Email address").fill(mona.address)
    mona.page.get_by_label("Password").fill(PASSWORD)
    mona.page.get_by_role("button", name="Sign in", exact=True).click()
    mona.page.locator("input[name=code]").fill(totp.code(secret))
    mona.page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    expect(mona.page.get_by_role("heading", name="Overview")).to_be_visible()
    return mona


@pytest.mark.devices_off
def test_a_reported_guest_is_banned_from_another_process(
    person: Meet, processes: list[AppServer], mona: Person
) -> None:
    first, second = processes
    olga, guest, mallory = person("Olga", server=first), person("Guest", server=second), person(XSS[10], server=second)
    dialogs: list[str] = []

    def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    for who in (olga, guest, mallory, mona):
        who.page.on("dialog", noted)
    olga.sign_in()
    slug = olga.create_room(XSS[0])
    link = olga.create_link(lets_in=ANYONE).replace(first.origin, second.origin)
    olga.go(f"/r/{slug}")
    for who in (guest, mallory):
        who.follow(link)
    for who in (olga, guest, mallory):
        who.join()
    for who in (olga, guest, mallory):
        who.see_others(2)

    # The guest says what they saw, in their words; of the call nothing goes along.
    tile = guest.page.locator("mp-tile[data-self='false']", has_text=mallory.name)
    tile.hover()
    tile.locator(".person-more").click()
    guest.page.locator("#person-menu").get_by_role("button", name="Report…").click()
    form = guest.page.get_by_role("dialog", name=f"Report {mallory.name}")
    form.get_by_label("What is it about?").select_option("hate")
    words = "\n".join([*XSS, *UNICODE])[:1900]
    form.get_by_label("What happened?").fill(words)
    form.get_by_role("button", name="Send report").click()
    expect(guest.page.locator("#toasts")).to_contain_text("The moderators of this site will read your report.")
    expect(form).to_be_hidden()

    # The moderator finds it in the queue, with the call that goes on, and bans the browser.
    mona.go("/admin/")
    expect(mona.page.locator(".mp-numbers dd").nth(0)).to_have_text("1")
    expect(mona.page.locator(".mp-numbers dd").nth(1)).to_have_text("3")
    mona.page.locator(".mp-numbers__waiting a").click()
    mona.page.get_by_role("link", name="#1", exact=True).click()
    expect(mona.page.locator(".mp-quote")).to_contain_text(XSS[0])
    expect(mona.page.get_by_text("3 people", exact=True)).to_be_visible()
    mona.page.get_by_role("link", name="Ban the guest").click()
    mona.page.get_by_label("Your reason").fill("Seen it myself.")
    with stopwatch("a moderator bans a guest", [mallory], [olga, guest], AT_ONCE) as start:
        start()
        mona.page.locator(".mp-confirm button[type=submit]").click()
    at_most(AT_ONCE, mallory, "You were removed from the room")
    expect(mona.page.locator(".mp-audit-log")).to_contain_text("Seen it myself.")
    for who in (olga, guest):
        who.see_others(1)
    mallory.follow(link)
    expect(mallory.page.get_by_role("heading", name="You can't join as a guest")).to_be_visible()

    # Lists full of such texts, on a desk and on a phone: nothing runs, and nothing grows out of the page.
    second.run_python(TYPE_EVERYTHING, texts=[*XSS, *UNICODE])
    for place in LISTS:
        mona.go(f"/admin/{place}")
        for width in (1280, 390):
            mona.page.set_viewport_size({"width": width, "height": 844})
            assert not mona.page.evaluate(TOO_WIDE), f"{place} is wider than {width} px"
    assert dialogs == []
