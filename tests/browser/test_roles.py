"""Three people and their roles on two processes: invited by mail, warned of the end, named, removed, given the room."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.app_server import AppServer
from tests.browser.meeting import Meet
from tests.browser.person import Person, open_section

SOON = """
from datetime import timedelta
from django.utils import timezone
from rooms.models import Room
Room.objects.filter(slug=slug).update(expires_at=timezone.now() + timedelta(minutes=9, seconds=30))
"""
OTHERS = "mp-tile[data-self='false']"


HELLO_COMES_LATE = """name => {
  const [[pid]] = meetingPoint.mesh.peers;
  const hello = JSON.stringify({ v: 1, name, muted: false, camera: true });
  meetingPoint.mesh.emit("peer-updated", { pid, member: "", role: "member", hello });
}"""


def invite_by_mail(olga: Person, address: str) -> tuple[str, str]:
    """Send a guest's invitation without its secret; return the mail and the code that Olga hands over herself."""
    olga.open_section("links")
    form = olga.page.locator("mp-invite-form")
    form.get_by_label("One person").check()
    form.get_by_role("button", name="Create invite link").click()
    expect(form.locator("[data-part=allows]")).to_have_text(
        re.compile(r"^Lets in one person, until \w+day, .*\d:\d\d.*\.$")
    )
    expect(form.get_by_role("button", name="Copy", exact=True)).to_be_focused()
    form.get_by_role("button", name="Email…").click()
    form.get_by_label("Email address").fill(address)
    expect(form.get_by_label("The whole link")).to_be_checked()
    form.get_by_label("An invitation without the code").check()
    form.get_by_role("button", name="Send", exact=True).click()
    code = form.locator("[data-part=code]")
    expect(code).to_have_text(re.compile(r"^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$"))
    return olga.app.mail_to(address), code.inner_text()


def member_link(olga: Person) -> str:
    """Create an invite link that makes a member."""
    form = olga.page.locator("mp-invite-form")
    form.get_by_role("button", name="Create another link").click()
    form.get_by_text("More options").click()
    form.get_by_label("Role").select_option("member")
    form.get_by_label("Label").fill("Choir")
    expect(form.get_by_label("At most")).to_be_visible()
    form.get_by_text("More options").click()
    expect(form.locator("summary").first).to_have_text(re.compile(r"More options\s+for members, “Choir”"))
    return olga.create_link()


def row(manage: Page, name: str) -> Locator:
    """Return a person's row in the list of people of the manage page."""
    return manage.locator(".people-list__row").filter(has_text=name)


def act(manage: Page, name: str, button: str) -> None:
    """Press a button of a person in that list."""
    open_section(manage, "people")
    row(manage, name).locator("summary").click()
    row(manage, name).get_by_text(button).click()


def people_with(who: Person, role: str) -> Locator:
    """Return those whom the list in the call shows under a role."""
    return who.page.locator(".people__list > li").filter(has_text=role)


def test_an_owner_a_member_and_a_guest(person: Meet, processes: list[AppServer]) -> None:
    first, second = processes
    olga, max_ = person("Olga", server=first), person("Max", server=second)
    guest = person("Guest", server=second)
    olga.sign_in()
    slug = olga.create_room()
    mail, code = invite_by_mail(olga, "guest@example.net")
    link = member_link(olga)
    first.run_python(SOON, slug=slug)

    # The guest finds the page in the mail, and the code somewhere else; Max has a link for members.
    assert code not in mail
    page = re.search(r"^ +(http\S+)$", mail, re.MULTILINE)
    assert page
    guest.page.goto(page[1].replace(first.origin, second.origin))
    field = guest.page.get_by_label("Code or link")
    mistyped = code[:10] + ("8" if code[10] == "7" else "7") + code[11:]
    field.fill(mistyped)
    field.press("Enter")
    expect(guest.page.get_by_text(f"Check group 3: “{mistyped[10:14]}”.")).to_be_visible()
    expect(field).to_be_focused()
    field.fill(code.lower().replace("-", " ").replace("0", "o"))
    field.press("Enter")
    expect(guest.page.get_by_role("heading", name="Olga invites you to")).to_be_visible()
    max_.sign_in()
    max_.redeem(link.replace(first.origin, second.origin))
    olga.go(f"/r/{slug}")
    everyone = (olga, max_, guest)
    for who in everyone:
        who.join()

    # The end is near: everyone sees it, until Olga gives the room more time.
    for who in everyone:
        who.see_others(2)
        expect(who.page.get_by_text("This room expires at")).to_be_visible()
    manage = olga.new_page()
    manage.goto(f"{first.origin}/rooms/{slug}/")
    open_section(manage, "settings")
    settings = manage.locator("#settings")
    settings.get_by_label("Expires").select_option("1 day from now")
    settings.get_by_role("button", name="Save").click()
    for who in everyone:
        expect(who.page.get_by_text("This room expires at")).to_be_hidden()

    # Olga names Max a moderator: all see it, the call goes on, and Max may do more.
    guest.use("People")
    expect(people_with(guest, "Moderator")).to_have_count(0)
    act(manage, "Max", "Make moderator")
    expect(people_with(guest, "Moderator")).to_contain_text("Max")
    for who in everyone:
        who.see_others(2)
    max_.see_and_hear(2)
    expect(max_.page.get_by_text("You're now a moderator of this room.")).to_be_visible()
    max_.page.get_by_role("button", name="More", exact=True).click()
    expect(max_.page.get_by_role("button", name="End call for everyone")).to_be_visible()
    max_.page.keyboard.press("Escape")
    max_.page.keyboard.press("i")
    expect(max_.page.locator("#invite-dialog mp-invite-form")).to_be_visible()
    max_.page.keyboard.press("Escape")
    of_max = max_.new_page()
    of_max.goto(f"{second.origin}/rooms/{slug}/")
    expect(row(of_max, "Olga").locator("summary")).to_have_count(0)
    open_section(of_max, "people")
    row(of_max, "Guest").get_by_role("button", name="Remove").click()  # all that can be done to a guest
    expect(guest.page.get_by_role("heading", name="You were removed from the room")).to_be_visible(timeout=2000)
    for who in (olga, max_):
        who.see_others(1)

    # Olga hands the room over; it is Max's once Max says so.
    act(manage, "Max", "Transfer ownership")
    manage.get_by_role("button", name="Offer ownership").click()
    of_max.goto(f"{second.origin}/rooms/")
    of_max.get_by_role("button", name="Accept").click()
    expect(row(of_max, "Max")).to_contain_text("Owner")
    max_.use("People")
    expect(people_with(max_, "Moderator")).to_contain_text("Olga")
    for who in (olga, max_):
        who.see_others(1)
    olga.see_and_hear(1)

    # Only hosts may speak, as Olga still may; when she is a host no longer, her own microphone goes off.
    max_.use("What people may do")
    max_.page.get_by_label("Use the microphone").uncheck()
    max_.page.keyboard.press("Escape")
    tile = max_.page.locator("mp-tile[data-self='false']")
    expect(tile).to_have_attribute("data-muted", "false")
    act(of_max, "Olga", "Make member")
    expect(row(of_max, "Olga")).to_contain_text("Member")
    expect(people_with(max_, "Moderator")).to_have_count(0)
    expect(tile).to_have_attribute("data-muted", "true")
    assert olga.page.evaluate("meetingPoint.media.muted")
    # The hello with which she came back has the microphone on, and the server may bring it later than her own word.
    max_.page.evaluate(HELLO_COMES_LATE, "Olga")
    assert tile.get_attribute("data-muted") == "true"
