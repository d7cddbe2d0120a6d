"""The person: an e-mail address to sign in with and a name that others see."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.times import MAX_ZONE_LENGTH


class UserManager(BaseUserManager["User"]):
    """Creates users from an email address; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. Raises `ValueError` without an address."""
        if not email:
            raise ValueError("an email address is required")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with every permission."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class MailKind(models.TextChoices):
    """The kinds of mail that people, with or without an account, can switch off."""

    INVITATION = "invitation", _("Invitations")
    WAITING = "waiting", _("Someone is waiting to join one of my rooms")
    EXPIRING = "expiring", _("One of my rooms is about to expire")


class MailOptOut(models.Model):
    """An address that gets no mails of one kind. Only a keyed hash of the address is stored."""

    kind = models.CharField(max_length=10, choices=MailKind.choices)
    address_hash = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_hash", "kind"], name="one_opt_out_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.address_hash[:8]}"


class Mail(models.Model):
    """An email that waits in the outbox (`accounts.outbox`). The row goes when a mail server has accepted the email."""

    # The name of its template, empty for an email that is not ours.
    purpose = models.CharField(_("purpose"), max_length=40, blank=True)
    # Encrypted JSON with addresses, texts and headers; empty once it came too late.
    content = models.TextField()
    address_hash = models.CharField(max_length=32, db_index=True)
    created_at = models.DateTimeField(_("created"))
    useful_until = models.DateTimeField(_("useful until"), db_index=True)
    # None for one that was given up.
    next_try_at = models.DateTimeField(_("next try"), null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    # The kind of error and the mail server's number, never its text.
    problem = models.CharField(_("problem"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.purpose} · {self.pk}"


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. Only `accounts.flows` changes `suspended_at`."""

    email = models.EmailField(_("email address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=60, help_text=_("Other people in a call see this."))
    hide_ip_address = models.BooleanField(
        _("hide my IP address"),
        default=False,
        help_text=_("Your calls go through this site's relay server, so others can't see your IP address."),
    )
    # An IANA name, empty until a browser has sent it.
    time_zone = models.CharField(_("time zone"), max_length=MAX_ZONE_LENGTH, blank=True, editable=False)
    # Whether the person chose it; otherwise it follows their browser.
    time_zone_chosen = models.BooleanField(default=False, editable=False)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("Can open the admin site."))
    is_active = models.BooleanField(_("active"), default=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False, db_index=True)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["suspended_at"], condition=Q(suspended_at__isnull=False), name="suspended_people"),
            models.Index(fields=["date_joined"], condition=Q(is_staff=True), name="staff"),
            models.Index(fields=["date_joined"], condition=Q(is_superuser=True), name="superusers"),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class RoomCreators(models.TextChoices):
    """Who may create rooms."""

    EVERYONE = "everyone", _("everyone with an account")
    VERIFIED = "verified", _("people with a confirmed email address")
    STAFF = "staff", _("staff")
    GROUP = "group", _("staff and the members of one group")


class SitePolicy(models.Model):
    """Who may sign up and create rooms: one row, or none as long as the settings from the environment apply."""

    sign_up_open = models.BooleanField(
        _("sign-up is open"),
        default=True,
        help_text=_("If off, no one can sign up. Guests can still join by link."),
    )
    room_creators = models.CharField(
        _("who can create rooms"), max_length=10, choices=RoomCreators.choices, default=RoomCreators.EVERYONE
    )
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, verbose_name=_("group"), related_name="+")

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def clean(self) -> None:
        """Require a group for `RoomCreators.GROUP`."""
        if self.room_creators == RoomCreators.GROUP and self.group is None:
            raise ValidationError({"group": _("Choose the group whose members can create rooms.")})
