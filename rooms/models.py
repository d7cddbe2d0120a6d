"""What is stored about rooms. Of calls only the hour in which someone last joined: not who, and none before."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MIN_PEOPLE, MAX_PEOPLE = 2, 8
ROOM_NAME_LENGTH = 80
INVITE_LABEL_LENGTH = 60


class Role(models.TextChoices):
    """What a person is in a room, from the most permissions to the fewest."""

    OWNER = "owner", _("owner")
    MODERATOR = "moderator", _("moderator")
    MEMBER = "member", _("member")
    GUEST = "guest", _("guest")


class JoinRule(models.TextChoices):
    """Who can join: anyone with a membership, guests only after a host lets them in, or no one new."""

    OPEN = "open", _("anyone with a link")
    KNOCK = "knock", _("guests ask to join")
    LOCKED = "locked", _("locked")


class InviteState(models.TextChoices):
    """Whether a link still works, or why not."""

    ACTIVE = "active", _("active")
    USED_UP = "used_up", _("used up")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class TurnedAwayReason(models.TextChoices):
    """Why a person who wanted to join was turned away, as the room's hosts read it."""

    USED_UP = "used_up", _("The link was used up.")
    EXPIRED = "expired", _("The link had expired.")
    REVOKED = "revoked", _("The link had been revoked.")
    LOCKED = "locked", _("The room was locked.")
    ROOM_CLOSED = "room_closed", _("The room was closed.")
    ROOM_EXPIRED = "room_expired", _("The room had expired.")
    ROOM_FULL = "room_full", _("The room was full.")
    ACCESS_EXPIRED = "access_expired", _("Their access had expired.")
    REMOVED = "removed", _("A host had removed them from the room.")
    DECLINED = "declined", _("A host declined their request.")
    UNANSWERED = "unanswered", _("No one answered their request.")


def usage_hour(moment: datetime) -> datetime:
    """Return the hour that `Room.last_used_at` keeps for this moment."""
    return moment.replace(minute=0, second=0, microsecond=0)


class RoomQuerySet(models.QuerySet["Room"]):
    """Rooms by what can be done with them."""

    def open(self, now: datetime) -> Self:
        """Return the rooms that people can enter: not closed, not expired, and their owner not suspended."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), closed_at=None, owner__suspended_at=None)


class Room(models.Model):
    """A named meeting place. `slug` is its address and, in key derivations, its identity: it never changes."""

    name = models.CharField(_("name"), max_length=ROOM_NAME_LENGTH)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rooms", verbose_name=_("owner"))
    # To whom the owner wants to transfer the room; they own it once they accept.
    pending_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="offered_rooms"
    )
    max_people = models.PositiveSmallIntegerField(
        _("maximum people"), default=4, validators=[MinValueValidator(MIN_PEOPLE), MaxValueValidator(MAX_PEOPLE)]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False, db_index=True)
    # The hour in which someone last joined a call here (`usage_hour`).
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, db_index=True)
    # The expiry about which the owner was reminded by email.
    expiry_reminder_for = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by_moderator = models.BooleanField(_("closed by a moderator of the site"), default=False, editable=False)
    # The room key itself never reaches the server. Epoch 0 is a room without a key; `key_check` verifies a key.
    epoch = models.PositiveIntegerField(_("key epoch"), default=0, editable=False)
    key_check = models.BinaryField(max_length=16, null=True, editable=False)
    rekey_required = models.BooleanField(_("new key required"), default=False, editable=False)
    join_rule = models.CharField(_("who can join"), max_length=10, choices=JoinRule.choices, default=JoinRule.OPEN)
    requires_host = models.BooleanField(_("others wait for a host"), default=False)
    # Whether the current key was made for a room where guests knock: their links hold the lobby key, and a host's
    # browser hands out the room key to those whom it lets in. Never true without a key.
    hosts_hand_out_key = models.BooleanField(default=False, editable=False)
    relay_only = models.BooleanField(
        _("hide IP addresses"),
        default=False,
        help_text=_("Calls go through the relay server, so no one in the call sees another person's IP address."),
    )

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="closed_rooms"),
            models.Index(fields=["created_at"], condition=Q(epoch__gt=0), name="rooms_with_key"),
            models.Index(fields=["created_at"], condition=Q(epoch=0), name="rooms_without_key"),
        ]

    def __str__(self) -> str:
        return self.name


class InviteQuerySet(models.QuerySet["Invite"]):
    """Invites by whether they work."""

    def current(self, now: datetime) -> Self:
        """Return the invites that are neither revoked nor expired, used up or not."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def redeemable(self, now: datetime) -> Self:
        """Return the invites that a person can use now, if their room is open."""
        return self.current(now).filter(Q(max_uses=None) | Q(uses__lt=F("max_uses")))


class Invite(models.Model):
    """A link that gives a membership. Only the hash of its token and the wrapped room key are stored."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invites", verbose_name=_("room"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="invites", verbose_name=_("created by")
    )
    label = models.CharField(_("label"), max_length=INVITE_LABEL_LENGTH, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.GUEST)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    wrapped_key = models.BinaryField(max_length=60, null=True, editable=False)
    # Whether that is the lobby key, which only lets a person knock.
    holds_lobby_key = models.BooleanField(default=False, editable=False)
    epoch = models.PositiveIntegerField(_("key epoch"), default=0, editable=False)
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    max_uses = models.PositiveIntegerField(_("uses allowed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False, db_index=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = InviteQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite link")
        verbose_name_plural = _("invite links")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="revoked_invites"),
            models.Index(fields=["expires_at"], condition=Q(wrapped_key__isnull=False), name="invites_with_keys"),
            models.Index(
                fields=["revoked_at"],
                condition=Q(revoked_at__isnull=False, wrapped_key__isnull=False),
                name="revoked_invites_with_keys",
            ),
            models.Index(fields=["created_at"], condition=Q(uses__gte=F("max_uses")), name="used_up_invites"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self._meta.verbose_name} {self.pk}"

    def state(self, now: datetime) -> InviteState:
        """Return whether the link works at `now`, or the first reason why it does not."""
        if self.revoked_at is not None:
            return InviteState.REVOKED
        if self.expires_at <= now:
            return InviteState.EXPIRED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return InviteState.USED_UP
        return InviteState.ACTIVE


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by whether they count."""

    def active(self, now: datetime | None = None) -> Self:
        """Return the memberships that are neither removed nor expired, at `now` or the current time."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now or timezone.now()), removed_at=None)


class Membership(models.Model):
    """A person's right to enter a room: of an account (`user`) or of a guest (`guest_id`), never of both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", verbose_name=_("room"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="memberships",
        verbose_name=_("person"),
    )  # fmt: skip
    # A random id in the guest's session (`rooms.guest_session`): it names a browser session, not a person.
    guest_id = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.GUEST)
    invite = models.ForeignKey(
        Invite, models.SET_NULL, null=True, blank=True, related_name="memberships", verbose_name=_("invite link")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False, db_index=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)
    # When a host let this guest in. Until then they knock where guests do.
    admitted_at = models.DateTimeField(_("let in"), null=True, blank=True, editable=False)
    # Was in the call when the room was locked, and so may return. Reset when the room is unlocked.
    readmit_when_locked = models.BooleanField(default=False, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(removed_at=None), name="ending_memberships"),
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="removed_memberships"),
            models.Index(fields=["role", "created_at"], name="memberships_by_role"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="one_membership_per_user"),
            models.UniqueConstraint(fields=["room", "guest_id"], name="one_membership_per_guest"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_id__isnull=True) | Q(user__isnull=True, guest_id__isnull=False),
                name="user_or_guest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.get_role_display()} · {self.room}"

    def is_active(self, now: datetime) -> bool:
        """Say whether this is one of `MembershipQuerySet.active`."""
        return self.removed_at is None and (self.expires_at is None or self.expires_at > now)


class Redemption(models.Model):
    """A guest's use of an invite, stored so that pressing Join twice takes one use and not two."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="redemptions")
    guest_id = models.UUIDField(editable=False, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invite", "guest_id"], name="one_redemption_per_guest")]

    def __str__(self) -> str:
        return f"{self.invite} · {self.created_at:%Y-%m-%d}"


class TurnedAway(models.Model):
    """That people were turned away from a room: why, how often, when last, and by which link they came.

    Not who: nothing here names or recognises a person. One row for each reason and link (`rooms.flows.turned_away`).
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="turned_away")
    invite = models.ForeignKey(Invite, models.CASCADE, null=True, blank=True, related_name="turned_away")
    reason = models.CharField(max_length=20, choices=TurnedAwayReason.choices, editable=False)
    tries = models.PositiveIntegerField(default=1, editable=False)
    last_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["invite", "reason"], name="one_turned_away_per_invite"),
            models.UniqueConstraint(
                fields=["room", "reason"], condition=Q(invite=None), name="one_turned_away_per_room"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} · {self.reason}"


class WaitingTransfer(models.Model):
    """That files wait in the browser of one member of a room for another. Of the files nothing is known.

    The sender's browser makes the id, so that announcing a transfer twice is announcing it once. It never outlasts the
    room or one of the memberships as they were when it was announced.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    sender = models.ForeignKey(Membership, models.CASCADE, related_name="transfers_sent")
    receiver = models.ForeignKey(Membership, models.CASCADE, related_name="transfers_received")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.sender_id} → {self.receiver_id}"


class Ban(models.Model):
    """A guest whom no link of any room lets in. An account is suspended instead."""

    guest_id = models.UUIDField(unique=True, editable=False)
    created_at = models.DateTimeField(_("banned"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("banned guest")
        verbose_name_plural = _("banned guests")
        ordering = ["-created_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
