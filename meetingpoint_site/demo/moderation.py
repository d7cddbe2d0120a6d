"""The reports of the demo, of every kind and age, what moderators did about them, and the numbers of connections."""

from datetime import timedelta
from uuid import UUID

from accounts.models import User
from rooms.live.path_stats import DAYS, store_counts
from rooms.models import Membership, Role
from rooms.moderation.actions import TargetKind
from rooms.moderation.models import AuditEntry, Report

from .site import Demo
from .texts import ADA, MONA, RAVI, REASONS, REPORTS, SUSPENDED, WARNING_REASONS

OPEN_AGES = (0.02, 0.1, 0.4, 0.9, 1.3, 2, 3, 4, 6, 9, 14, 25)  # days


def add_reports(demo: Demo) -> None:
    """Add each report of `REPORTS` twice: open, and older and resolved."""
    for number, (category, words) in enumerate(REPORTS):
        age = OPEN_AGES[(number * 5) % len(OPEN_AGES)] * (0.8 + 0.4 * demo.rng.random())
        demo.reports.append(_report(demo, number, category, words, age))
    for number, (category, words) in enumerate(REPORTS):
        report = _report(demo, number, category, words, 20 + 3 * number)
        report.resolved_at = report.created_at + timedelta(hours=demo.rng.randrange(1, 60))
        demo.reports.append(report)
    # Their numbers rise with their age.
    demo.reports.sort(key=lambda report: report.created_at)
    Report.objects.bulk_create(demo.reports)


def _report(demo: Demo, number: int, category: str, words: str, age: float) -> Report:
    about = _subject(demo, number)
    room = about.room
    by_account = number % 3 != 0
    others = [person for person in demo.people.values() if person != about.user]
    report = Report(
        room=room,
        owner=room.owner,
        category=category,
        description=words,
        reporter=demo.rng.choice(others) if by_account else None,
        reporter_guest_id=None if by_account or number % 6 == 0 else demo.uuid(),
        created_at=demo.ago(days=age),
    )
    if number % 5 != 3:  # about a person, not about the room
        report.about_person = True
        report.subject_membership, report.subject_user, report.subject_guest_id = about, about.user, about.guest_id
    if number % 7 == 6:  # the room has been deleted, and with it the membership
        report.room = report.subject_membership = None
    if number % 9 == 8:  # the person, too
        report.subject_membership = report.subject_user = report.subject_guest_id = None
    return report


def _subject(demo: Demo, number: int) -> Membership:
    """Return a membership that people complain about: mostly of the same few."""
    known = [place for place in demo.memberships if place.user and place.user.email in SUSPENDED]
    guests = [place for place in demo.memberships if place.guest_id]
    members = [place for place in demo.memberships if place.role == Role.MEMBER]
    return demo.rng.choice((known, guests, guests, members)[number % 4])


def add_audit_log(demo: Demo) -> None:
    """Add what was done: about resolved reports, the suspensions, warnings, and now and then something else."""
    entries: list[AuditEntry] = []
    moderators = [demo.people[MONA], demo.people[RAVI], demo.people[ADA]]

    def add(
        actor: User,
        action: str,
        kind: TargetKind,
        target: object,
        age: timedelta,
        reason: str = "",
        report: Report | None = None,
    ) -> None:
        entry = AuditEntry(id=demo.uuid(), actor=actor, action=action, target_kind=kind.value, report=report)
        entry.target = target.hex if isinstance(target, UUID) else str(target)
        entry.at, entry.reason = demo.now - age, reason or demo.rng.choice(REASONS)
        entries.append(entry)

    for report in demo.reports:
        if report.resolved_at is None:
            continue
        actor, age = demo.rng.choice(moderators), demo.now - report.resolved_at
        action: tuple[str, TargetKind, object] | None = None
        if report.subject_user:
            action = ("warn", TargetKind.PERSON, report.subject_user.pk)
        elif report.subject_membership and report.subject_guest_id:
            action = ("ban-guest", TargetKind.MEMBERSHIP, report.subject_membership.pk)
        elif report.room:
            action = ("close-room", TargetKind.ROOM, report.room.pk)
        if action:
            add(actor, *action, age + timedelta(minutes=1), report=report)
        add(actor, "resolve" if action else "dismiss", TargetKind.REPORT, report.pk, age, report=report)
    for address in sorted(SUSPENDED):
        user = demo.people[address]
        age = demo.now - (user.suspended_at or demo.now)
        add(demo.people[RAVI], "warn", TargetKind.PERSON, user.pk, age + timedelta(days=6), WARNING_REASONS[0])
        add(demo.people[MONA], "warn", TargetKind.PERSON, user.pk, age + timedelta(days=2), WARNING_REASONS[1])
        add(demo.people[MONA], "suspend", TargetKind.PERSON, user.pk, age)
    closed = [room for room in demo.rooms if room.closed_by_moderator]
    for room in closed:
        add(
            demo.rng.choice(moderators), "close-room", TargetKind.ROOM, room.pk, demo.now - (room.closed_at or demo.now)
        )
    for number, invite in enumerate(demo.invites[::9]):
        add(demo.rng.choice(moderators), "revoke-link", TargetKind.INVITE, invite.pk, timedelta(days=2 + 3 * number))
    add(demo.people[MONA], "reopen-room", TargetKind.ROOM, demo.rooms[0].pk, timedelta(days=40))
    add(demo.people[MONA], "lift-ban", TargetKind.BAN, 100_000, timedelta(days=50))
    add(demo.people[RAVI], "suspend", TargetKind.PERSON, 100_000, timedelta(days=300))
    add(demo.people[ADA], "site-policy", TargetKind.SITE_POLICY, 1, timedelta(days=200), "sign_up_open: True")
    AuditEntry.objects.bulk_create(entries)


def connection_counts(demo: Demo) -> list[dict[str, int]]:
    """Return counts of connections by outcome for each of the last days, today first."""
    days = []
    for _day in range(DAYS):
        total = demo.rng.randrange(20, 90)
        shares = {"relay_udp": 0.14, "relay_tcp": 0.03, "failed": 0.01}
        counts = {outcome: int(total * share * (0.5 + demo.rng.random())) for outcome, share in shares.items()}
        days.append({"direct": total, **counts})
    return days


def add_connection_counts(demo: Demo, url: str) -> bool:
    """Store the counts in Redis; return whether it was reachable."""
    return store_counts(url, connection_counts(demo))
