"""A call that is under way, for the stories about what happens to it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.app_server import AppServer
from tests.browser.person import Person

Meet = Callable[..., Person]
ANYONE = "anyone"


@dataclass
class Meeting:
    """A room of Olga's with people in it; `link` lets in anyone."""

    slug: str
    link: str
    olga: Person
    guests: list[Person]

    @property
    def people(self) -> list[Person]:
        """Everybody, the owner first."""
        return [self.olga, *self.guests]


def make_meeting(person: Meet, *names: str, server: AppServer | None = None) -> Meeting:
    """Let Olga make a room and a link, and `names` come in by it; they stand before the call, and Olga too."""
    olga = person("Olga", server=server)
    olga.sign_in()
    slug = olga.make_room()
    link = olga.make_link(lets_in=ANYONE)
    guests = [person(name, server=server) for name in names]
    for guest in guests:
        guest.accept(link)
    olga.go(f"/r/{slug}")
    return Meeting(slug, link, olga, guests)


def start_call(person: Meet, *names: str, server: AppServer | None = None) -> Meeting:
    """Make a meeting, and wait until everybody sees and hears everybody."""
    meeting = make_meeting(person, *names, server=server)
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(len(names))
        who.see_and_hear(len(names))
    return meeting


def call_on_two(person: Meet, processes: list[AppServer], guest_name: str = "Guest") -> Meeting:
    """Let Olga on one process and a guest on the other be in a call; `link`, at the second, lets in one person."""
    first, second = processes
    olga, guest = person("Olga", server=first), person(guest_name, server=second)
    olga.sign_in()
    slug = olga.make_room()
    link = olga.make_link(lets_in="one person").replace(first.origin, second.origin)
    olga.join(slug)
    guest.accept(link)
    guest.join()
    for who in (olga, guest):
        who.see_others(1)
        who.see_and_hear(1)
    return Meeting(slug, link, olga, [guest])
