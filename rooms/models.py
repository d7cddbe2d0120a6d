"""What is kept about rooms, and for how long. Nothing about a call itself: who met whom is not stored."""

import uuid
from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MIN_PEOPLE, MAX_PEOPLE = 2, 8
ROOM_NAME_LENGTH = 80
INVITE_LABEL_LENGTH = 60


class Role(models.TextChoices):
    """What somebody is in a room, from the most rights to the least."""

    OWNER = "owner", _("owner")
    MODERATOR = "moderator", _("moderator")
    MEMBER = "member", _("member")
    GUEST = "guest", _("guest")


class Door(models.TextChoices):
    """Who comes in: whoever has a place, whoever a host lets in, or nobody new."""

    OPEN = "open", _("open")
    KNOCK = "knock", _("guests knock")
    LOCKED = "locked", _("locked")


class InviteState(models.TextChoices):
    """What a link is worth."""

    ACTIVE = "active", _("active")
    USED_UP = "used_up", _("used up")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class Room(models.Model):
    """A named place that lasts. `slug` is its address and, in the key derivations, its identity: it never changes."""

    name = models.CharField(_("name"), max_length=ROOM_NAME_LENGTH)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rooms", verbose_name=_("owner"))
    # To whom the owner wants to hand the room over; it is theirs once they accept.
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="rooms_offered"
    )
    max_people = models.PositiveSmallIntegerField(
        _("people at once"), default=4, validators=[MinValueValidator(MIN_PEOPLE), MaxValueValidator(MAX_PEOPLE)]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, db_index=True)
    # The end of which the owner was told by mail.
    reminded_of = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by_site = models.BooleanField(_("closed by a moderator of the site"), default=False, editable=False)
    # The room key itself never reaches the server: epoch 0 is a room without a key, `key_check` proves a key right.
    epoch = models.PositiveIntegerField(_("key epoch"), default=0, editable=False)
    key_check = models.BinaryField(max_length=16, null=True, editable=False)
    rekey_required = models.BooleanField(_("new key required"), default=False, editable=False)
    door = models.CharField(_("door"), max_length=10, choices=Door.choices, default=Door.OPEN)
    host_needed = models.BooleanField(_("a host must be here"), default=False)
    # Whether the key of now was made for a door at which guests knock: their links hold the lobby key, and a host's
    # browser gives the room key to whom it lets in. Never true without a key.
    key_by_hosts = models.BooleanField(default=False, editable=False)
    relay_only = models.BooleanField(
        _("hide everybody's address"),
        default=False,
        help_text=_("Calls go through the relay server only, so that nobody inside learns another's internet address."),
    )

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class Invite(models.Model):
    """A link that lets people in. Only the hash of its token and the wrapped room key are kept."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invites", verbose_name=_("room"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="invites", verbose_name=_("created by")
    )
    label = models.CharField(_("label"), max_length=INVITE_LABEL_LENGTH, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.GUEST)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    wrapped_key = models.BinaryField(max_length=60, null=True, editable=False)
    # Whether that is the lobby key, with which one can knock and no more.
    lobby = models.BooleanField(default=False, editable=False)
    epoch = models.PositiveIntegerField(_("key epoch"), default=0, editable=False)
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    max_uses = models.PositiveIntegerField(_("uses allowed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invite")
        verbose_name_plural = _("invites")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label or f"{self._meta.verbose_name} {self.pk}"

    def state(self, now: datetime) -> InviteState:
        """Say what the link is worth at `now`; the order is that in which a guest is told."""
        if self.revoked_at is not None:
            return InviteState.REVOKED
        if self.expires_at <= now:
            return InviteState.EXPIRED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return InviteState.USED_UP
        return InviteState.ACTIVE


class Membership(models.Model):
    """Somebody's right to enter a room: of an account (`user`) or of a guest's browser (`browser`), never of both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", verbose_name=_("room"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("person"),
    )
    # A random id that lives in the guest's session; it names a browser session, not a person.
    browser = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.GUEST)
    invite = models.ForeignKey(
        Invite, models.SET_NULL, null=True, blank=True, related_name="memberships", verbose_name=_("invite")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)
    # When a host let this guest in. Until then they knock at a door where guests do.
    admitted_at = models.DateTimeField(_("let in"), null=True, blank=True, editable=False)
    # Was inside when the door was locked, and so may come back. Forgotten when the door is unlocked.
    stays = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="one_membership_per_user"),
            models.UniqueConstraint(fields=["room", "browser"], name="one_membership_per_browser"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, browser__isnull=True)
                | models.Q(user__isnull=True, browser__isnull=False),
                name="user_or_browser",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.get_role_display()} · {self.room}"


class Redemption(models.Model):
    """That a browser session has used an invite, so that pressing Join twice takes one use and not two."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="redemptions")
    browser = models.UUIDField(editable=False, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invite", "browser"], name="one_redemption_per_browser")]

    def __str__(self) -> str:
        return f"{self.invite} · {self.created_at:%Y-%m-%d}"


class Ban(models.Model):
    """A guest's browser that no link lets in any more, in no room. An account is suspended instead."""

    guest_id = models.UUIDField(unique=True, editable=False)
    created_at = models.DateTimeField(_("banned"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("banned guest")
        verbose_name_plural = _("banned guests")
        ordering = ["-created_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
