"""The order of the queue, what it shows of a report, and what to do if someone is in danger."""

import html
import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from rooms.models import Room
from rooms.moderation.models import Category, Report
from rooms.moderation.queue import GRAVEST_FIRST, open_reports

pytestmark = pytest.mark.django_db
QUEUE = "/admin/moderation/report/"


def shown(page: str) -> list[int]:
    """Return the numbers of the reports in a list, in its order."""
    return [int(number) for number in re.findall(r'<th class="field-number".*?>#(\d+)<', page)]


def make_report(room: Room, category: str = Category.OTHER, *, hours: float = 1, words: str = "") -> Report:
    return Report.objects.create(
        room=room, owner=room.owner, category=category, description=words,
        created_at=timezone.now() - timedelta(hours=hours),
    )  # fmt: skip


def test_every_category_has_a_place_in_the_queue_and_a_child_comes_first() -> None:
    assert sorted(GRAVEST_FIRST) == sorted(Category.values)
    assert GRAVEST_FIRST[0] == Category.CHILDREN
    assert GRAVEST_FIRST[-1] == Category.DISRUPTION


def test_the_queue_is_ordered_by_gravity_then_by_age(desk: Client, room: Room) -> None:
    wanted = [(category, hours) for category in GRAVEST_FIRST for hours in (300, 20, 1)]
    made = sorted(wanted, key=lambda each: (each[1] * 7 % 11, each[0]))  # neither by gravity nor by age
    rows = {each: make_report(room, each[0], hours=each[1]) for each in made}
    numbers = [rows[each].pk for each in wanted]
    assert [report.pk for report in open_reports()] == numbers
    assert shown(desk.get(QUEUE).content.decode()) == numbers


def test_reports_of_the_same_minute_keep_the_order_in_which_they_came(room: Room, desk: Client) -> None:
    at = timezone.now()
    rows = [Report.objects.create(room=room, owner=room.owner, category="hate", created_at=at) for _ in range(4)]
    assert shown(desk.get(QUEUE).content.decode()) == [row.pk for row in rows]


def test_resolved_reports_leave_the_queue_and_its_columns(desk: Client, room: Room) -> None:
    rows = [make_report(room) for _ in range(3)]
    for hours, row in zip((5, 1, 3), rows, strict=True):
        Report.objects.filter(pk=row.pk).update(resolved_at=timezone.now() - timedelta(hours=hours))
    waiting = make_report(room)
    queue = desk.get(QUEUE).content.decode()
    assert shown(queue) == [waiting.pk]
    assert "field-resolved_at" not in queue
    assert "column-resolved_at" not in queue
    resolved = desk.get(f"{QUEUE}?state=resolved").content.decode()
    assert shown(resolved) == [rows[1].pk, rows[2].pk, rows[0].pk]
    assert "field-resolved_at" in resolved


def test_the_list_offers_only_what_its_rows_can_need(desk: Client, room: Room) -> None:
    row = make_report(room)
    assert set(re.findall(r'<option value="([a-z-]+)"', desk.get(QUEUE).content.decode())) == {"dismiss"}
    Report.objects.filter(pk=row.pk).update(resolved_at=timezone.now())
    resolved = desk.get(f"{QUEUE}?state=resolved").content.decode()
    assert set(re.findall(r'<option value="([a-z-]+)"', resolved)) == {"reopen"}
    both = desk.get(f"{QUEUE}?state=all").content.decode()
    assert set(re.findall(r'<option value="([a-z-]+)"', both)) == {"dismiss", "reopen"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("Bad.", "Bad."),
        ("First line.\n\n  Second   line.", "First line. Second line."),
        ("<b>bold</b> & more", "<b>bold</b> & more"),
        ("x" * 90, "x" * 90),
        ("y" * 91, "y" * 89 + "…"),
        ("", "(No description)"),
    ],
)
def test_the_list_shows_a_line_of_what_was_written(desk: Client, room: Room, words: str, line: str) -> None:
    make_report(room, words=words)
    cell = re.search(r'<td class="field-what".*?</td>', desk.get(QUEUE).content.decode(), re.DOTALL)
    assert cell
    assert f">{html.escape(line)}</span>" in cell[0]


def test_an_empty_queue_says_so_and_a_search_without_result_says_that(desk: Client, room: Room) -> None:
    empty = desk.get(QUEUE).content.decode()
    assert "No open reports. New ones appear here, the gravest first." in empty
    assert "result_list" not in empty
    make_report(room)
    nothing = desk.get(f"{QUEUE}?q=zzz").content.decode()
    assert "Nothing matches your search and filters." in nothing
    assert "No open reports" not in nothing


STEPS = ("call the emergency number", "Keep what could be evidence", "inhope.org", "deleted after 45 days")


def test_a_child_in_danger_is_above_the_list_and_its_page_says_what_to_do(
    desk: Client, room: Room, settings: LazySettings
) -> None:
    settings.REPORT_DAYS = 45
    settings.EMERGENCY_CONTACT = "Ada Marsh, +49 30 <1234567>"
    other = make_report(room, Category.DISRUPTION, hours=900)
    assert "mp-danger-box" not in desk.get(QUEUE).content.decode()
    child = make_report(room, Category.CHILDREN)
    for page in (desk.get(QUEUE), desk.get(f"{QUEUE}{child.pk}/change/")):
        text = page.content.decode()
        for words in (*STEPS, "Ada Marsh, +49 30 &lt;1234567&gt;"):
            assert words in text, words
    queue = desk.get(QUEUE).content.decode()
    assert "1 open report says that a child is in danger" in queue
    assert queue.index(f'href="{QUEUE}{child.pk}/change/"') < queue.index("result_list")
    # Also under a filter that hides it.
    assert "a child is in danger" in desk.get(f"{QUEUE}?category__exact=disruption").content.decode()
    assert "mp-danger-box" not in desk.get(f"{QUEUE}{other.pk}/change/").content.decode()
    Report.objects.filter(pk=child.pk).update(resolved_at=timezone.now())
    assert "mp-danger-box" not in desk.get(QUEUE).content.decode()


def test_a_threat_has_the_same_steps_folded_and_no_contact_where_none_is_set(desk: Client, room: Room) -> None:
    threat = make_report(room, Category.HARASSMENT)
    page = desk.get(f"{QUEUE}{threat.pk}/change/").content.decode()
    assert "<summary>If this is a threat to someone's life</summary>" in page
    assert "call the emergency number" in page
    assert "Tell the person who answers for this site" not in page
