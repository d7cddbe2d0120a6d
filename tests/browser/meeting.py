"""A call in progress, for the tests about what happens to it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.app_server import AppServer
from tests.browser.person import Person, see_and_hear

Meet = Callable[..., Person]
ANYONE = "Anyone"


@dataclass
class Meeting:
    """Olga's room with people in it; `link` lets in anyone."""

    slug: str
    link: str
    olga: Person
    guests: list[Person]

    @property
    def people(self) -> list[Person]:
        """Everyone, the owner first."""
        return [self.olga, *self.guests]


def make_meeting(person: Meet, *names: str, server: AppServer | None = None, places: int = 4) -> Meeting:
    """Let Olga create a room for `places` people and a link that `names` accept; all go to the page before the call."""
    olga = person("Olga", server=server)
    olga.sign_in()
    slug, link = olga.make_room(people=places)
    guests = [person(name, server=server) for name in names]
    for guest in guests:
        guest.redeem(link)
    olga.go(f"/r/{slug}")
    return Meeting(slug, link, olga, guests)


def share_files(meeting: Meeting) -> None:
    """Let everyone join for files only, and wait until all are connected: no media slow down what is not about them."""
    for who in meeting.people:
        who.go(f"/r/{meeting.slug}?files=only")
        who.join()
    for who in meeting.people:
        who.see_others(len(meeting.guests))


def start_call(person: Meet, *names: str, server: AppServer | None = None) -> Meeting:
    """Create a meeting, and wait until all see and hear all others; with devices off, until all are connected."""
    meeting = make_meeting(person, *names, server=server)
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(len(names))
    if not meeting.olga.devices_off:
        see_and_hear(meeting.people, len(names))
    return meeting


def call_on_two(person: Meet, processes: list[AppServer], guest_name: str = "Guest") -> Meeting:
    """Start a call between Olga on one process and a guest on the other; `link`, at the second, lets in one person."""
    first, second = processes
    olga, guest = person("Olga", server=first), person(guest_name, server=second)
    olga.sign_in()
    slug = olga.create_room()
    link = olga.create_link(lets_in="One person").replace(first.origin, second.origin)
    olga.join(slug)
    guest.redeem(link)
    guest.join()
    for who in (olga, guest):
        who.see_others(1)
    see_and_hear((olga, guest), 1)
    return Meeting(slug, link, olga, [guest])
