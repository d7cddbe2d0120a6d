"""The person: an e-mail address to sign in with and a name that others see."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users from an e-mail address; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. Raises `ValueError` without an address."""
        if not email:
            raise ValueError("an e-mail address is needed")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with every right."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class MailKind(models.TextChoices):
    """Mails that nobody has to get; a person switches each off, and so can whoever has no account."""

    INVITATION = "invitation", _("Invitations that somebody sends to my address")
    WAITING = "waiting", _("Somebody waits at the door of a room that I look after, and nobody is there to open")
    EXPIRING = "expiring", _("A room of mine ends within a day")


class MailStop(models.Model):
    """That an address gets no mails of a kind. The address itself is not kept, only a keyed hash of it."""

    kind = models.CharField(max_length=10, choices=MailKind.choices)
    address_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_hash", "kind"], name="one_stop_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.address_hash[:8]}"


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. `suspended_at` is set and cleared by `accounts.flows` alone."""

    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=60, help_text=_("Shown to the people you meet."))
    hide_address = models.BooleanField(
        _("hide my internet address"),
        default=False,
        help_text=_(
            "In calls, the people you meet see only the address of this site's relay server. Without a relay server "
            "you cannot be reached then."
        ),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May open the administration."))
    is_active = models.BooleanField(_("active"), default=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class RoomCreators(models.TextChoices):
    """Who may make rooms."""

    EVERYONE = "everyone", _("everyone with an account")
    VERIFIED = "verified", _("people whose e-mail address is proven")
    STAFF = "staff", _("staff")
    GROUP = "group", _("staff, and the people of one group")


class SitePolicy(models.Model):
    """The rules that staff change while the site runs: one row, or none as long as the environment's apply."""

    sign_up_open = models.BooleanField(
        _("new accounts"), default=True, help_text=_("Off: nobody can sign up. Guests still come in by links.")
    )
    room_creators = models.CharField(
        _("who may make rooms"), max_length=10, choices=RoomCreators.choices, default=RoomCreators.EVERYONE
    )
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, verbose_name=_("group"), related_name="+")

    class Meta:
        verbose_name = _("rules of the site")
        verbose_name_plural = _("rules of the site")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def clean(self) -> None:
        """Ask for the group where one is needed."""
        if self.room_creators == RoomCreators.GROUP and self.group is None:
            raise ValidationError({"group": _("Choose the group whose people may make rooms.")})
