"""The call page, and the plain page for people who may not enter."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from accounts.models import User
from common.json_body import encode_base64url
from rooms.access import AccessDenied, DenialReason, RoomAccess, authorize_entry, must_knock, requires_host
from rooms.call_parts import parts_url
from rooms.flows.turned_away import record_denied
from rooms.guest_session import guest_id_of
from rooms.live.occupancy import members_inside
from rooms.models import MAX_PEOPLE, Role
from rooms.moderation.reporting import ReportForm

_STATUS = {
    DenialReason.UNKNOWN_ROOM: HTTPStatus.NOT_FOUND,
    DenialReason.NOT_MEMBER: HTTPStatus.NOT_FOUND,
    DenialReason.ROOM_CLOSED: HTTPStatus.FORBIDDEN,
    DenialReason.ROOM_EXPIRED: HTTPStatus.GONE,
    DenialReason.REMOVED: HTTPStatus.FORBIDDEN,
    DenialReason.SUSPENDED: HTTPStatus.FORBIDDEN,
    DenialReason.MEMBERSHIP_EXPIRED: HTTPStatus.FORBIDDEN,
    DenialReason.LOCKED: HTTPStatus.FORBIDDEN,
}


@never_cache
@ensure_csrf_cookie
@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the call page to people who may enter the room."""
    try:
        access = authorize_entry(request.user, guest_id_of(request.session), slug)
    except AccessDenied as denied:
        record_denied(denied)
        return access_denied_page(request, denied, slug)
    context = {
        "room": access.room,
        "may_invite_moderators": True,  # shown only to owners (static/js/ui/call/own-role.js)
        "invites_url": reverse("rooms:invites", args=[slug]),
        "report_form": ReportForm(None, membership=access.membership, auto_id="report-%s"),
        "page": call_page_data(request, access),
        "parts_url": parts_url(),
    }
    return render(request, "rooms/call.html", context)


def access_denied_page(request: HttpRequest, denied: AccessDenied, slug: str) -> HttpResponse:
    """Say in plain words why the person may not enter.

    A stranger gets exactly the same page for a room that exists and for one that does not, so that no one learns which
    rooms there are.
    """
    reason = denied.reason
    if reason is DenialReason.UNKNOWN_ROOM:
        reason = DenialReason.NOT_MEMBER
    # People who are, or were, members or guests may still report what happened; the owner would report themselves.
    may_report = denied.membership is not None and denied.membership.role != Role.OWNER
    report_url = reverse("rooms:report", args=[slug]) if may_report else None
    context = {"reason": reason.value, "report_url": report_url}
    return render(request, "rooms/refused.html", context, status=_STATUS[reason])


def people_inside(access: RoomAccess) -> dict[str, object] | None:
    """Return who else is in the call, as far as the server knows, for a person who may join it without waiting.

    In a room with a key the browsers seal the names that people enter, and the server does not add those of accounts.
    """
    if must_knock(access) or requires_host(access):
        return None
    inside = members_inside([access.room.pk])[access.room.pk] - {access.membership.pk.hex}
    names: list[str] = []
    if access.room.epoch == 0 and inside:
        accounts = access.room.memberships.filter(pk__in=inside, user__isnull=False)
        names = list(accounts.order_by("user__display_name").values_list("user__display_name", flat=True))
    return {"count": len(inside), "names": names}


def call_page_data(request: HttpRequest, access: RoomAccess) -> dict[str, object]:
    """Return the data for the page's script.

    A person with an account can become a host during the call, so their page has everything that hosts need and shows
    it once they are one. Permissions are checked at each request.
    """
    room, user = access.room, request.user
    for_hosts = access.membership.user_id is not None

    def url(name: str) -> str | None:
        return reverse(f"rooms:{name}", args=[room.slug]) if for_hosts else None

    return {
        "slug": room.slug,
        "roomName": room.name,
        "host": room.owner.display_name,
        "inside": people_inside(access),
        "role": access.role.value,
        "epoch": room.epoch,
        "keyCheck": encode_base64url(room.key_check),
        "displayName": user.display_name if isinstance(user, User) else "",
        "maxPeople": room.max_people,
        "rekeyRequired": room.rekey_required,
        "relayOnly": room.relay_only,
        "hideAddress": isinstance(user, User) and user.hide_ip_address,
        "hasRelay": bool(settings.TURN_URLS),
        "mustWait": must_knock(access) or requires_host(access),
        "joinRuleUrl": url("join_rule"),
        "kickUrl": url("kick"),
        "endUrl": url("end_meeting"),
        "reportUrl": reverse("rooms:report", args=[room.slug]),
        "setKeyUrl": url("set_key"),
        "manageUrl": url("manage"),
        "socketPath": f"/ws/rooms/{room.slug}",
        "signedIn": user.is_authenticated,
    }


def invite_page_data() -> dict[str, object]:
    """Return the same for the page of an invite link, which knows neither the room nor the person yet."""
    return {
        "slug": "",
        "roomName": "",
        "host": "",
        "inside": None,
        "role": "guest",
        "epoch": 0,
        "keyCheck": None,
        "displayName": "",
        "maxPeople": MAX_PEOPLE,
        "rekeyRequired": False,
        "relayOnly": False,
        "hideAddress": False,
        "hasRelay": bool(settings.TURN_URLS),
        "mustWait": False,
        "joinRuleUrl": None,
        "kickUrl": None,
        "endUrl": None,
        "reportUrl": "",
        "setKeyUrl": None,
        "manageUrl": None,
        "socketPath": "",
        "signedIn": False,
    }
