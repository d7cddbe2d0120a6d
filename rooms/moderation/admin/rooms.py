"""Rooms, invite links, memberships and bans: find, close, revoke, remove. No secret is shown.

A room created here has no key, because the server never has one; its owner adds the key in their own browser.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.text import clean_name
from rooms import limits
from rooms.flows.rooms import change_room, delete_room, save_new_room
from rooms.live.occupancy import head_counts, occupied_rooms
from rooms.models import Ban, Invite, InviteState, Membership, Room

from .base import ModeratedAdmin, ReadOnlyAdmin, SiteModelAdmin
from .room_state import room_state


class RoomStateFilter(admin.SimpleListFilter):
    """Open, closed or expired."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("closed", _("closed")), ("expired", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        over = Q(expires_at__lte=timezone.now())
        match self.value():
            case "open":
                return queryset.filter(closed_at__isnull=True).exclude(over)
            case "closed":
                return queryset.filter(closed_at__isnull=False)
            case "expired":
                return queryset.filter(over)
        return queryset


class RoomKeyFilter(admin.SimpleListFilter):
    """With a room key or without."""

    title = _("room key")
    parameter_name = "key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Room key on")), ("no", _("No room key"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        match self.value():
            case "yes":
                return queryset.filter(epoch__gt=0)
            case "no":
                return queryset.filter(epoch=0)
        return queryset


class InviteStateFilter(admin.SimpleListFilter):
    """Active, used up, expired or revoked."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(InviteState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invite]) -> QuerySet[Invite]:
        revoked, expired = Q(revoked_at__isnull=False), Q(expires_at__lte=timezone.now())
        used_up = Q(max_uses__isnull=False, uses__gte=F("max_uses"))
        match self.value():
            case InviteState.REVOKED:
                return queryset.filter(revoked)
            case InviteState.EXPIRED:
                return queryset.filter(~revoked & expired)
            case InviteState.USED_UP:
                return queryset.filter(~revoked & ~expired & used_up)
            case InviteState.ACTIVE:
                return queryset.filter(~revoked & ~expired & ~used_up)
        return queryset


class MembershipStateFilter(admin.SimpleListFilter):
    """Active, expired or removed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("active")), ("expired", _("expired")), ("removed", _("removed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> QuerySet[Membership]:
        expired = Q(expires_at__lte=timezone.now())
        match self.value():
            case "active":
                return queryset.filter(~expired, removed_at=None)
            case "expired":
                return queryset.filter(expired, removed_at=None)
            case "removed":
                return queryset.filter(removed_at__isnull=False)
        return queryset


class LiveFilter(admin.SimpleListFilter):
    """Rooms with people in the call now."""

    title = _("people in the call")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("at least one"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        return queryset.filter(pk__in=occupied_rooms()) if self.value() == "yes" else queryset


class OwnerField(forms.ModelChoiceField):
    """Asks for the address of the owner: a list of all people would be long."""

    widget = forms.EmailInput
    default_error_messages = {"invalid_choice": _("There is no account with this email address.")}

    def to_python(self, value: Any) -> Any:
        """Find the person, in any case."""
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)


class RoomForm(forms.ModelForm):
    """The fields of a room that staff may edit."""

    owner = OwnerField(
        User.objects.filter(is_active=True), to_field_name="email", label=_("Email address of the owner")
    )

    class Meta:
        model = Room
        fields = ("name", "owner", "max_people", "expires_at", "relay_only")

    def clean_name(self) -> str:
        """Clean the name as people's own forms do."""
        return clean_name(self.cleaned_data["name"], limits.ROOM_NAME_LENGTH)


class RoomList(ChangeList):
    """Reads the head counts of a page of rooms with one query."""

    def get_results(self, request: HttpRequest) -> None:
        """Set `inside_now` of each room on the page."""
        super().get_results(request)
        rooms = list(self.result_list)
        counts = head_counts([room.pk for room in rooms])
        for room in rooms:
            room.inside_now = counts.get(room.pk, 0)
        self.result_list = rooms


class ExpiringAdmin(SiteModelAdmin):
    """Lists what has expired by its end, which has an index: by its beginning, it is behind all that has not."""

    def get_ordering(self, request: HttpRequest) -> Any:
        """Order what has expired by its end, the last first."""
        return ("-expires_at",) if request.GET.get("state") == "expired" else super().get_ordering(request)


@admin.register(Room)
class RoomAdmin(ExpiringAdmin, ModeratedAdmin):
    """Rooms and their state. Who is in the call is a number, never names."""

    form = RoomForm
    list_display = ("name", "owner", "in_call", "room_key", "state", "created_at")
    empty_text = _("No rooms yet.")
    list_filter = (LiveFilter, RoomStateFilter, RoomKeyFilter, "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "slug", "owner__email", "owner__display_name")
    readonly_fields = ("slug", "state", "inside", "room_key", "created_at")
    moderation_actions = ("close-room", "reopen-room", "revoke-links")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RoomList

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> tuple[str, ...]:
        """Fix the owner of an existing room: only their browsers have the room key. Show nothing of a new one."""
        return () if obj is None else ("owner", *self.readonly_fields)

    @admin.display(description=_("people in the call"))
    def inside(self, room: Room) -> int:
        if not hasattr(room, "inside_now"):
            return head_counts([room.pk]).get(room.pk, 0) if room.pk else 0
        return int(room.inside_now)

    @admin.display(description=_("in the call"))
    def in_call(self, room: Room) -> str:
        return _t("%(inside)d of %(most)d") % {"inside": self.inside(room), "most": room.max_people}

    @admin.display(description=_("state"), ordering="closed_at")
    def state(self, room: Room) -> str:
        return room_state(room)

    @admin.display(description=_("room key"), ordering="epoch")
    def room_key(self, room: Room) -> str:
        return _t("Room key on") if room.epoch else _t("No room key")

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        if change:
            change_room(
                obj, name=obj.name, expires_at=obj.expires_at, max_people=obj.max_people, relay_only=obj.relay_only
            )
        else:
            save_new_room(obj)

    def delete_model(self, request: HttpRequest, obj: Room) -> None:
        delete_room(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset:
            delete_room(room)


@admin.register(Invite)
class InviteAdmin(ExpiringAdmin, ReadOnlyAdmin):
    """Invite links, without token and key."""

    list_display = ("__str__", "room", "created_by", "state", "used", "created_at", "expires_at")
    empty_text = _("No invite links yet.")
    list_filter = (InviteStateFilter, "created_at", "expires_at")
    list_select_related = ("room", "created_by")
    search_fields = ("label", "room__name", "room__slug", "created_by__email")
    fields = (
        "room", "label", "state", "role", "created_by", "uses", "max_uses", "created_at", "expires_at", "revoked_at",
    )  # fmt: skip
    readonly_fields = fields
    moderation_actions = ("revoke-link",)

    @admin.display(description=_("state"))
    def state(self, invite: Invite) -> str:
        return str(invite.state(timezone.now()).label)

    @admin.display(description=_("used"), ordering="uses")
    def used(self, invite: Invite) -> str:
        if invite.max_uses is None:
            return str(invite.uses)
        return _t("%(uses)d of %(most)d") % {"uses": invite.uses, "most": invite.max_uses}


@admin.register(Membership)
class MembershipAdmin(ExpiringAdmin, ReadOnlyAdmin):
    """Who is a member or guest of which room."""

    list_display = ("who", "room", "role", "invite", "state", "created_at")
    list_filter = (MembershipStateFilter, "role", "created_at")
    empty_text = _("No members or guests yet.")
    list_select_related = ("room", "user", "invite")
    search_fields = ("room__name", "room__slug", "user__email", "user__display_name")
    fields = ("room", "who", "role", "invite", "state", "created_at", "expires_at", "removed_at")
    readonly_fields = fields
    moderation_actions = ("remove", "ban-guest")

    @admin.display(description=_("person"), ordering="user__email")
    def who(self, membership: Membership) -> str:
        return str(membership.user or _t("a guest"))

    @admin.display(description=_("state"))
    def state(self, membership: Membership) -> str:
        if membership.removed_at is not None:
            return _t("removed")
        return _t("active") if membership.is_active(timezone.now()) else _t("expired")


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    """Banned guests; the id of their browser is not shown."""

    list_display = ("__str__", "created_at")
    empty_text = _("No guest is banned.")
    fields = ("created_at",)
    readonly_fields = fields
    moderation_actions = ("lift-ban",)
