"""Rooms, links and memberships in the administration: found, closed, revoked, removed. No secret is shown.

A room made here has no key (there is none on the server to give it); its owner locks it from their own browser.
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

from common.text import clean_name
from rooms import limits
from rooms.flows.rooms import change_room, delete_room, save_new_room
from rooms.live.occupancy import head_counts, occupied_rooms
from rooms.models import Invite, InviteState, Membership, Role, Room

from .action_view import Moderated
from .reports import ReadOnly


class ShutFilter(admin.SimpleListFilter):
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


class TrustFilter(admin.SimpleListFilter):
    """With a room key or without."""

    title = _("trust")
    parameter_name = "trust"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("key", _("Room key on")), ("no-key", _("No room key"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        match self.value():
            case "key":
                return queryset.filter(epoch__gt=0)
            case "no-key":
                return queryset.filter(epoch=0)
        return queryset


class InviteStateFilter(admin.SimpleListFilter):
    """What the link is worth now."""

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


class LiveFilter(admin.SimpleListFilter):
    """With somebody inside now."""

    title = _("people inside")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("somebody now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        return queryset.filter(pk__in=occupied_rooms()) if self.value() == "yes" else queryset


class RoomForm(forms.ModelForm):
    """A room as staff may write it."""

    class Meta:
        model = Room
        fields = ("name", "owner", "max_people", "expires_at", "relay_only")

    def clean_name(self) -> str:
        """Keep what people can read."""
        return clean_name(self.cleaned_data["name"], limits.ROOM_NAME_LENGTH)


class RoomList(ChangeList):
    """Asks for the head counts of one page of rooms at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Add `inside_now` to each room of the page."""
        super().get_results(request)
        rooms = list(self.result_list)
        counts = head_counts([room.pk for room in rooms])
        for room in rooms:
            room.inside_now = counts.get(room.pk, 0)
        self.result_list = rooms


@admin.register(Room)
class RoomAdmin(Moderated):
    """Rooms: their state, and who is in them now as a number, never as names."""

    form = RoomForm
    list_display = ("name", "slug", "owner", "inside", "max_people", "trust", "created_at", "expires_at", "closed_at")
    list_filter = (LiveFilter, ShutFilter, TrustFilter, "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "slug", "owner__email", "owner__display_name")
    date_hierarchy = "created_at"
    autocomplete_fields = ("owner",)
    readonly_fields = ("slug", "inside", "trust", "created_at", "closed_at")
    moderator_acts = ("close-room", "reopen-room", "revoke-links")

    def offered(self, row: Room) -> tuple[str, ...]:
        return ("reopen-room" if row.closed_at else "close-room", "revoke-links")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RoomList

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> tuple[str, ...]:
        """Fix the owner once there is one: the room key is in their browser, and nobody else has it."""
        return self.readonly_fields if obj is None else ("owner", *self.readonly_fields)

    @admin.display(description=_("people inside"))
    def inside(self, room: Room) -> int:
        if not hasattr(room, "inside_now"):
            return head_counts([room.pk]).get(room.pk, 0) if room.pk else 0
        return int(room.inside_now)

    @admin.display(description=_("trust"), ordering="epoch")
    def trust(self, room: Room) -> str:
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
class InviteAdmin(ReadOnly):
    """Links by what is known of them; neither token nor key is here to be seen."""

    list_display = ("__str__", "room", "created_by", "state", "uses", "max_uses", "created_at", "expires_at")
    list_filter = (InviteStateFilter, "created_at", "expires_at")
    list_select_related = ("room", "created_by")
    search_fields = ("label", "room__name", "room__slug", "created_by__email")
    date_hierarchy = "created_at"
    fields = (
        "room", "label", "state", "role", "created_by", "uses", "max_uses", "created_at", "expires_at", "revoked_at",
    )  # fmt: skip
    readonly_fields = fields
    moderator_acts = ("revoke-link",)

    def offered(self, row: Invite) -> tuple[str, ...]:
        return self.moderator_acts if row.state(timezone.now()) is InviteState.ACTIVE else ()

    @admin.display(description=_("state"))
    def state(self, invite: Invite) -> str:
        return str(invite.state(timezone.now()).label)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    """Who has a place in which room."""

    list_display = ("__str__", "room", "user", "role", "invite", "created_at", "expires_at", "removed_at")
    list_filter = (
        "role",
        ("removed_at", admin.EmptyFieldListFilter),
        ("user", admin.EmptyFieldListFilter),
        "created_at",
    )
    list_select_related = ("room", "user", "invite")
    search_fields = ("room__name", "room__slug", "user__email", "user__display_name")
    date_hierarchy = "created_at"
    fields = ("room", "user", "role", "invite", "created_at", "expires_at", "removed_at")
    readonly_fields = fields
    moderator_acts = ("remove", "ban-guest")

    def offered(self, row: Membership) -> tuple[str, ...]:
        remove = () if row.removed_at or row.role == Role.OWNER else ("remove",)
        return (*remove, "ban-guest") if row.browser else remove
