"""Invite links: hosts create, list and revoke them; anyone who has one redeems it."""

from datetime import datetime, timedelta
from typing import TypedDict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from common import ratelimit
from common.json_body import decode_base64url, decode_body, encode_base64url
from common.network_address import network_address_of
from common.ratelimit import rate_limited
from rooms import limits
from rooms.access import RoomAccess, get_room_or_404, must_knock, requires_host
from rooms.call_parts import parts_url
from rooms.flows.invites import create_invite, revoke_invite
from rooms.flows.redemption import InviteRefusalReason, InviteRefused, look_at_invite, redeem_invite
from rooms.guest_session import guest_id_for, leaves_session_cookie, save_guest_id
from rooms.guest_ticket import make_ticket
from rooms.models import Invite, Membership, Role, Room
from rooms.moderation.reporting import ReportForm
from rooms.payloads import NewInvite, Redeem, clean_label
from rooms.permissions import Permission, permission_to_invite

from .call import call_page_data, invite_page_data, people_inside
from .json import json_errors


@require_safe
@ensure_csrf_cookie
@cache_control(no_store=True)
def invite_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Show the page that every link opens: the same for everyone, read from neither the database nor the session.

    It is the call page without its room, so that a guest joins without another page. `rest` is a fragment that a mail
    scanner moved into the path; the page's script repairs it.
    """
    context = {
        "page": invite_page_data(),
        "report_form": ReportForm(None, membership=Membership(), auto_id="report-%s"),
        "parts_url": parts_url(),
    }
    page = render(request, "rooms/invite.html", context)
    # `rest` has the secret. The page's requests have an Origin even so: none of them is a form's.
    page["Referrer-Policy"] = "no-referrer"
    return page


@leaves_session_cookie
@require_POST
@rate_limited(ratelimit.LOOK, network_address_of)
@json_errors
@cache_control(no_store=True)
def look(request: HttpRequest) -> JsonResponse:
    """Say what a link would give, without using it: POST {token}."""
    token = _token(request)
    try:
        found = look_at_invite(token, request.user, guest_id_for(request, token))
    except InviteRefused as refused:
        return _refusal(refused)
    room, user = found.access.room, request.user
    return JsonResponse(
        {
            "roomName": room.name,
            "inviter": found.invite.created_by.display_name,
            "host": room.owner.display_name,
            "inside": people_inside(found.access),
            "mustWait": must_knock(found.access) or requires_host(found.access),
            "relayOnly": room.relay_only,
            "signedIn": user.is_authenticated,
            "displayName": user.display_name if isinstance(user, User) else "",
            "hideAddress": isinstance(user, User) and user.hide_ip_address,
        }
    )


@require_POST
@rate_limited(ratelimit.REDEEM, network_address_of)
@json_errors
@cache_control(no_store=True)
def redeem(request: HttpRequest) -> JsonResponse:
    """Redeem a link, which gives a membership: POST {token}."""
    token = _token(request)
    guest_id = guest_id_for(request, token)
    try:
        redeemed = redeem_invite(token, request.user, guest_id)
    except InviteRefused as refused:
        return _refusal(refused)
    if redeemed.membership.guest_id is not None:
        save_guest_id(request, guest_id)
    membership = redeemed.membership
    access = RoomAccess(redeemed.room, Role(membership.role), membership)
    return JsonResponse(
        {
            "slug": redeemed.room.slug,
            "name": redeemed.room.name,
            "role": membership.role,
            "epoch": redeemed.epoch,
            "wrapped": encode_base64url(redeemed.wrapped_key),
            "key_kind": redeemed.key_kind,
            "key_check": encode_base64url(redeemed.room.key_check),
            # The page of an account has what hosts need, so it is loaded.
            "page": call_page_data(request, access) if membership.user_id is None else None,
            "ticket": make_ticket(request, redeemed.room.slug) if membership.user_id is None else None,
        }
    )


def _token(request: HttpRequest) -> bytes:
    return decode_base64url(decode_body(request, Redeem, limits.MAX_BODY_BYTES).token, limits.TOKEN_BYTES, "token")


def _refusal(refused: InviteRefused) -> JsonResponse:
    """Return {reason}, with the room's slug if the person may enter it without the link."""
    answer = {"reason": refused.reason.value}
    if refused.slug is not None:
        answer["slug"] = refused.slug
    return JsonResponse(answer, status=404 if refused.reason is InviteRefusalReason.UNKNOWN else 410)


@login_required
@require_http_methods(["GET", "POST"])
@rate_limited(ratelimit.NEW_INVITE, ratelimit.account_of)
@json_errors
@cache_control(no_store=True)
def invites(request: HttpRequest, slug: str) -> JsonResponse:
    """List the room's links (GET), or save one that the browser created (POST)."""
    if request.method == "GET":
        return JsonResponse(invite_list(get_room_or_404(request.user, slug, Permission.MANAGE)))
    room = get_room_or_404(request.user, slug, Permission.INVITE)
    body = decode_body(request, NewInvite, limits.MAX_BODY_BYTES)
    get_room_or_404(request.user, slug, permission_to_invite(body.role))
    wrapped = body.wrapped
    assert isinstance(request.user, User)  # noqa: S101 (login_required)
    invite = create_invite(
        room,
        request.user,
        token_hash=decode_base64url(body.token_hash, limits.TOKEN_BYTES, "token_hash"),
        wrapped_key=None if wrapped is None else decode_base64url(wrapped, limits.WRAPPED_BYTES, "wrapped"),
        epoch=body.epoch,
        expires_at=timezone.now() + timedelta(seconds=body.expires_in),
        label=clean_label(body.label),
        max_uses=body.max_uses,
        role=Role(body.role),
        holds_lobby_key=body.holds_lobby_key,
    )
    mail_url = reverse("rooms:mail_invite", args=[room.slug, invite.pk])
    return JsonResponse({**invite_list(room), "id": invite.pk, "mailUrl": mail_url}, status=201)


@login_required
@require_POST
@json_errors
def revoke(request: HttpRequest, slug: str, invite_id: int) -> JsonResponse:
    """Revoke a link."""
    room = get_room_or_404(request.user, slug, Permission.REVOKE_INVITE)
    revoke_invite(get_object_or_404(room.invites, pk=invite_id))
    return JsonResponse(invite_list(room))


class InviteListing(TypedDict):
    """The links of a room for the page, and the server's time to count down from (Unix time in ms)."""

    now: int
    invites: list[dict[str, object]]


def invite_list(room: Room) -> InviteListing:
    """Return the links of a room, the newest first: all that could work, and the newest of those that ended."""
    now = timezone.now()
    current = room.invites.current(now)
    ended = room.invites.exclude(pk__in=current.order_by().values("pk"))[: limits.MAX_ENDED_INVITES_SHOWN]
    rows = sorted([*current, *ended], key=lambda invite: invite.created_at, reverse=True)
    return {"now": _ms(now), "invites": [_row(invite, room, now) for invite in rows]}


def _row(invite: Invite, room: Room, now: datetime) -> dict[str, object]:
    return {
        "id": invite.pk,
        "label": invite.label,
        "role": invite.role,
        "state": invite.state(now).value,
        "uses": invite.uses,
        "maxUses": invite.max_uses,
        "expiresAt": _ms(invite.expires_at),
        "revokeUrl": reverse("rooms:revoke", args=[room.slug, invite.pk]),
    }


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
