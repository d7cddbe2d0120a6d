"""Whatever people have typed, the administration shows it as text: in every list, page, form and search."""

from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.models import Invite, Membership, Role, Room
from rooms.moderation.models import AuditEntry, Category, Report
from tests.rooms.conftest import make_person, signed_in
from tests.rooms.corpus import UNICODE, XSS

pytestmark = pytest.mark.django_db
EVERYTHING = [*XSS, *UNICODE]
RUNS_SOMETHING = {"href", "src", "action", "formaction", "data", "srcdoc", "style"}


class Tags(HTMLParser):
    """Reads a page as a browser does and notes what could run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what came out of a payload: a tag, an event handler, an address."""
        for name, value in attributes:
            hostile = (
                name.startswith("on") or "xss7" in name or (name in RUNS_SOMETHING and "javascript:" in (value or ""))
            )
            if hostile or (name == "src" and "/static/" not in (value or "") and value != "/admin/jsi18n/"):
                self.bad.append(f"{tag} {name}={value}")
        if "xss7" in tag or tag in {"iframe", "object", "embed", "base", "marquee", "math", "style", "video", "audio"}:
            self.bad.append(tag)
        self.text += [value for name, value in attributes if name == "value" and value]

    def handle_data(self, data: str) -> None:
        """Keep what people read."""
        self.text.append(data)


@pytest.fixture
def desk(db: None) -> Client:
    """The browser of a superuser, who sees every page there is."""
    ada = make_person("Ada", is_staff=True, is_superuser=True)
    TOTP.activate(ada, generate_totp_secret())
    return signed_in(ada)


# As in tests/rooms/test_corpus.py.
@pytest.fixture(
    params=[pytest.param(EVERYTHING[::3], id="a third"), pytest.param(EVERYTHING, id="all", marks=pytest.mark.long)]
)
def texts(request: pytest.FixtureRequest) -> list[str]:
    """What people have typed."""
    chosen: list[str] = request.param
    return chosen


@pytest.fixture
def typed(db: None, texts: list[str]) -> list[Report]:
    """For each text a person, their room, a link, a place, a report and an audit log entry, written past every form."""
    reports = []
    for number, text in enumerate(texts):
        user = User.objects.create(email=f"p{number}@example.org", display_name=text[:60])
        room = Room.objects.create(name=text[:80], slug=f"room-{number}", owner=user)
        link = Invite.objects.create(
            room=room, created_by=user, label=text[:60], token_hash=bytes([number]) * 32,
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        place = Membership.objects.create(room=room, user=user, role=Role.MEMBER, invite=link)
        report = Report.objects.create(
            room=room, owner=user, subject_membership=place, subject_user=user, about_person=True, reporter=user,
            category=Category.OTHER, description=text,
        )  # fmt: skip
        AuditEntry.objects.create(
            actor=user, action="suspend", target_kind="person", target=str(user.pk), reason=text, report=report
        )
        reports.append(report)
    return reports


def pages(reports: list[Report]) -> Iterator[str]:
    yield "/admin/"
    for place in ("accounts/user", "rooms/room", "rooms/invite", "rooms/membership", "moderation/report",
                  "moderation/auditentry"):  # fmt: skip
        yield f"/admin/{place}/?all="
    for report in reports:
        yield f"/admin/moderation/report/{report.pk}/change/"
        yield f"/admin/action/close-room/?rows={report.room_id}&report={report.pk}"
    last = reports[-1]
    for place, row in (
        ("accounts/user", last.owner_id),
        ("rooms/room", last.room_id),
        ("rooms/membership", last.subject_membership_id),
    ):
        yield f"/admin/{place}/{row}/change/"


def test_nothing_that_was_typed_runs(desk: Client, typed: list[Report]) -> None:
    for path in pages(typed):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert Tags(answer.content.decode()).bad == [], path
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_it_is_shown_as_it_was_typed(desk: Client, typed: list[Report], texts: list[str]) -> None:
    for report, text in zip(typed, texts, strict=True):
        shown = "".join(Tags(desk.get(f"/admin/moderation/report/{report.pk}/change/").content.decode()).text)
        first_line = text.splitlines()[0]
        assert first_line in shown, first_line


def test_it_is_searched_for_and_given_as_a_reason(desk: Client, typed: list[Report], texts: list[str]) -> None:
    for report, text in zip(typed, texts, strict=True):
        for path in ("search", "moderation/report"):
            answer = desk.get(f"/admin/{path}/", {"q": text})
            assert (answer.status_code, Tags(answer.content.decode()).bad) == (200, []), text
        done = desk.post(f"/admin/action/close-room/?rows={report.room_id}", {"reason": text}, follow=True)
        assert (done.status_code, Tags(done.content.decode()).bad) == (200, []), text
    assert Room.objects.filter(closed_at__isnull=True).count() == 0
