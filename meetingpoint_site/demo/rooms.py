"""The rooms of the demo in every state, their links, members, guests and knocks."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.text import slugify

from accounts.models import User
from rooms.models import (
    Ban,
    Invite,
    InviteState,
    JoinRule,
    Membership,
    Redemption,
    Role,
    Room,
    TurnedAway,
    TurnedAwayReason,
    usage_hour,
)
from rooms.slugs import ALPHABET, TAIL_LENGTH

from .site import Demo
from .texts import LINK_LABELS, MAX, OLGA, PEOPLE, ROOMS, SUSPENDED, UNCONFIRMED

# The first rooms are Olga's, so that her page has many, in all states.
ROOMS_OF_OLGA = 12
BANS = 4
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def add_rooms(demo: Demo) -> None:
    """Add the rooms, each with its owner as a member."""
    owners = [address for address, _name in PEOPLE if address not in UNCONFIRMED]
    troublesome = sorted(SUSPENDED)
    for number, name in enumerate(ROOMS):
        owner = OLGA if number < ROOMS_OF_OLGA else demo.rng.choice(owners)
        if name.endswith("!!!") or "Free" in name or "fun" in name:
            owner = troublesome[number % len(troublesome)]
        room = _room(demo, number, name, demo.people[owner])
        demo.rooms.append(room)
        demo.memberships.append(
            Membership(id=demo.uuid(), room=room, user=room.owner, role=Role.OWNER, created_at=room.created_at)
        )


def _room(demo: Demo, number: int, name: str, owner: User) -> Room:
    rng = demo.rng
    tail = "".join(rng.choice(ALPHABET) for _ in range(TAIL_LENGTH))
    has_key = number % 3 != 2
    closed = number % 11 == 7
    ends: datetime | None = {5: demo.now + 6 * HOUR, 6: demo.ago(days=3), 8: demo.now + 20 * DAY}.get(number % 13)
    created = max(owner.date_joined, demo.between(4 * DAY, 400 * DAY))
    return Room.objects.create(
        name=name,
        slug=f"{slugify(name)[:40].strip('-_') or 'room'}-{tail}",
        owner=owner,
        max_people=rng.choice((2, 4, 4, 4, 6, 8)),
        created_at=created,
        expires_at=ends,
        closed_at=demo.between(DAY, 30 * DAY) if closed else None,
        closed_by_moderator=closed and number % 2 == 0,
        pending_owner=demo.people[OLGA] if name == "Book club" else None,
        epoch=rng.randrange(1, 6) if has_key else 0,
        key_check=rng.randbytes(16) if has_key else None,
        rekey_required=has_key and number % 10 == 4,
        join_rule=rng.choice((JoinRule.OPEN, JoinRule.OPEN, JoinRule.KNOCK, JoinRule.LOCKED)),
        requires_host=number % 8 == 3,
        last_used_at=usage_hour(max(created + HOUR, demo.between(HOUR, 60 * DAY))) if number % 4 else None,
        relay_only=number % 9 == 5,
    )


def add_links(demo: Demo) -> None:
    """Add links: active, used up, expired and revoked, for guests, members and moderators."""
    for number, room in enumerate(demo.rooms):
        for turn in range(demo.rng.choice((0, 1, 2, 2, 3, 5)) + (number == 0) * 6):
            demo.invites.append(_link(demo, room, (number + turn) % 4))
    Invite.objects.bulk_create(demo.invites)


def _link(demo: Demo, room: Room, state: int) -> Invite:
    rng = demo.rng
    created = max(room.created_at, demo.between(HOUR, 25 * DAY))
    max_uses = rng.choice((None, None, 1, 5, 20))
    invite = Invite(
        room=room,
        created_by=room.owner,
        label=rng.choice(LINK_LABELS),
        role=rng.choice((Role.GUEST, Role.GUEST, Role.GUEST, Role.MEMBER, Role.MODERATOR)),
        token_hash=rng.randbytes(32),
        wrapped_key=rng.randbytes(60) if room.epoch else None,
        epoch=room.epoch,
        max_uses=max_uses,
        uses=rng.randrange(max_uses) if max_uses else rng.randrange(40),
        created_at=created,
        expires_at=demo.now + rng.choice((HOUR, DAY, 7 * DAY)) * (0.2 + 0.8 * rng.random()),
    )
    if state == 1:
        invite.expires_at = created + 50 * timedelta(minutes=1)
    elif state == 2:
        invite.revoked_at, invite.wrapped_key = created + (demo.now - created) / 2, None
    elif state == 3:
        invite.max_uses = invite.uses = max_uses or 1
    return invite


def add_turned_away(demo: Demo) -> None:
    """Add to Olga's rooms that people were turned away: by links that ended, and at the door."""
    ended = {
        InviteState.USED_UP: TurnedAwayReason.USED_UP,
        InviteState.EXPIRED: TurnedAwayReason.EXPIRED,
        InviteState.REVOKED: TurnedAwayReason.REVOKED,
    }
    rows = []
    for invite in demo.invites:
        reason = ended.get(invite.state(demo.now))
        if invite.room in demo.rooms[:ROOMS_OF_OLGA] and reason and demo.rng.random() < 0.5:
            rows.append(_turned_away(demo, invite.room, reason, invite))
    for number, reason in enumerate(
        (TurnedAwayReason.UNANSWERED, TurnedAwayReason.DECLINED, TurnedAwayReason.ROOM_FULL)
    ):
        rows.append(_turned_away(demo, demo.rooms[number], reason, None))
    TurnedAway.objects.bulk_create(rows)


def _turned_away(demo: Demo, room: Room, reason: TurnedAwayReason, invite: Invite | None) -> TurnedAway:
    last = demo.between(timedelta(minutes=5), 6 * DAY)
    return TurnedAway(room=room, invite=invite, reason=reason, tries=demo.rng.choice((1, 1, 2, 5)), last_at=last)


def add_memberships(demo: Demo) -> None:
    """Add members and moderators, and guests: let in, still at the door, gone, removed, banned."""
    known = [user for user in demo.people.values() if user.email not in UNCONFIRMED]
    for number, room in enumerate(demo.rooms):
        links = [invite for invite in demo.invites if invite.room == room]
        for user in demo.rng.sample(known, demo.rng.choice((1, 2, 3, 5))):
            if user != room.owner and user.email != MAX:
                role = Role.MODERATOR if demo.rng.random() < 0.15 else Role.MEMBER
                demo.memberships.append(_place(demo, room, links, user=user, role=role))
        if number < 10:
            demo.memberships.append(_place(demo, room, links, user=demo.people[MAX], role=Role.MEMBER, removed_at=None))
        for _guest in range(demo.rng.choice((0, 1, 2, 4))):
            demo.memberships.append(_guest_place(demo, room, links))
    Membership.objects.bulk_create(demo.memberships)
    Redemption.objects.bulk_create(
        Redemption(invite=place.invite, guest_id=place.guest_id, created_at=place.created_at)
        for place in demo.memberships
        if place.guest_id and place.invite
    )
    bans = [
        Ban(guest_id=place.guest_id, created_at=place.removed_at)
        for place in demo.memberships
        if place.guest_id and place.removed_at
    ]
    Ban.objects.bulk_create(bans[:BANS])


def _place(demo: Demo, room: Room, links: list[Invite], **fields: Any) -> Membership:
    removed = demo.between(DAY, 9 * DAY) if demo.rng.random() < 0.08 else None
    values = {
        "id": demo.uuid(),
        "room": room,
        "invite": demo.rng.choice(links) if links else None,
        "created_at": max(room.created_at, demo.between(HOUR, 90 * DAY)),
        "removed_at": removed,
    }
    return Membership(**{**values, **fields})


def _guest_place(demo: Demo, room: Room, links: list[Invite]) -> Membership:
    came = max(room.created_at, demo.between(HOUR, 12 * DAY))
    knocked = room.join_rule == JoinRule.KNOCK
    return _place(
        demo, room, links,
        guest_id=demo.uuid(),
        role=Role.GUEST,
        created_at=came,
        expires_at=demo.rng.choice((None, came + 12 * HOUR, demo.now + 8 * HOUR)),
        removed_at=max(came, demo.ago(hours=2)) if demo.rng.random() < 0.2 else None,
        admitted_at=came + timedelta(minutes=2) if knocked and demo.rng.random() < 0.6 else None,
    )  # fmt: skip
