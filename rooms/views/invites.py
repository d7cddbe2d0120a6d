"""Invite links: made, listed and revoked by those who may, redeemed by whoever holds one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

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
from common.ratelimit import limited
from rooms import limits
from rooms.access import Act, get_room_for, to_invite
from rooms.errors import NotPossible, WrongEpoch
from rooms.flows.invites import create_invite, revoke_invite
from rooms.flows.keys import rotate_key
from rooms.flows.redemption import InviteRefusalReason, InviteRefused, redeem_invite
from rooms.guest_session import browser_for, keep_browser
from rooms.models import Invite, Role, Room
from rooms.payloads import Lock, NewInvite, PayloadError, Redeem, bytes_of, clean_label, read, to_text

JsonView = Callable[..., HttpResponse]


def answers_json(view: JsonView) -> JsonView:
    """Turn what goes wrong in a JSON view into {reason, message}."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PayloadError as error:
            return JsonResponse({"reason": "bad_request", "message": str(error)}, status=400)
        except WrongEpoch as error:
            return JsonResponse({"reason": "wrong_epoch", "message": str(error)}, status=409)
        except NotPossible as error:
            return JsonResponse({"reason": "not_possible", "message": str(error)}, status=409)

    return wrapped


@require_safe
@ensure_csrf_cookie
@cache_control(no_store=True)
def invite_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Show the page that every link opens: the same for everybody, without a look at the database or the session.

    What comes after `/i/` is a fragment that a mail scanner moved into the path; the page's script repairs it.
    """
    return render(request, "rooms/invite.html")


@require_POST
@limited(ratelimit.REDEEM, ratelimit.address_of)
@answers_json
@cache_control(no_store=True)
def redeem(request: HttpRequest) -> JsonResponse:
    """Let in whoever holds a link: POST {token}."""
    token = bytes_of(read(request, Redeem).token, limits.TOKEN_BYTES, "token")
    browser = browser_for(request, token)
    try:
        done = redeem_invite(token, request.user, browser)
    except InviteRefused as refused:
        status = 404 if refused.reason is InviteRefusalReason.UNKNOWN else 410
        answer = {"reason": refused.reason.value}
        if refused.slug is not None:
            answer["slug"] = refused.slug
        return JsonResponse(answer, status=status)
    if done.membership.browser is not None:
        keep_browser(request, browser)
    return JsonResponse(
        {
            "slug": done.room.slug,
            "name": done.room.name,
            "role": done.membership.role,
            "epoch": done.epoch,
            "wrapped": to_text(done.wrapped_key),
            "holds": done.holds,
            "key_check": to_text(done.room.key_check),
        }
    )


@login_required
@require_http_methods(["GET", "POST"])
@limited(ratelimit.NEW_INVITE, ratelimit.account_of)
@answers_json
@cache_control(no_store=True)
def invites(request: HttpRequest, slug: str) -> JsonResponse:
    """List the room's links (GET), or keep one that the browser made (POST)."""
    if request.method == "GET":
        return JsonResponse(listing(get_room_for(request.user, slug, Act.MANAGE)))
    room = get_room_for(request.user, slug, Act.INVITE)
    asked = read(request, NewInvite)
    get_room_for(request.user, slug, to_invite(asked.role))
    wrapped = asked.wrapped
    assert isinstance(request.user, User)  # noqa: S101 (login_required)
    made = create_invite(
        room,
        request.user,
        token_hash=bytes_of(asked.token_hash, limits.TOKEN_BYTES, "token_hash"),
        wrapped_key=None if wrapped is None else bytes_of(wrapped, limits.WRAPPED_BYTES, "wrapped"),
        epoch=asked.epoch,
        expires_at=timezone.now() + timedelta(seconds=asked.expires_in),
        label=clean_label(asked.label),
        max_uses=asked.max_uses,
        role=Role(asked.role),
        lobby=asked.lobby,
    )
    mail_url = reverse("rooms:mail_invite", args=[room.slug, made.pk])
    return JsonResponse({**listing(room), "mailUrl": mail_url}, status=201)


@login_required
@require_POST
@answers_json
def revoke(request: HttpRequest, slug: str, invite_id: int) -> JsonResponse:
    """Make a link worthless at once."""
    room = get_room_for(request.user, slug, Act.REVOKE_INVITE)
    revoke_invite(get_object_or_404(room.invites, pk=invite_id))
    return JsonResponse(listing(room))


@login_required
@require_POST
@answers_json
def lock(request: HttpRequest, slug: str) -> JsonResponse:
    """Give the room a key that a browser made: POST {epoch, key_check}. 409 when another device was first."""
    room = get_room_for(request.user, slug, Act.ROTATE)
    asked = read(request, Lock)
    if asked.epoch == 1:
        get_room_for(request.user, slug, Act.LOCK)
    check = bytes_of(asked.key_check, limits.KEY_CHECK_BYTES, "key_check")
    if not rotate_key(room, asked.epoch, check, by_hosts=asked.by_hosts):
        return another_was_first(room)
    return JsonResponse({"epoch": asked.epoch})


def another_was_first(room: Room) -> JsonResponse:
    """Answer a new key for which another device's was taken."""
    room.refresh_from_db(fields=["epoch", "key_check"])
    taken = {"reason": "wrong_epoch", "epoch": room.epoch, "key_check": to_text(room.key_check)}
    return JsonResponse(taken, status=409)


def listing(room: Room) -> dict[str, object]:
    """Return the links of a room for the page, and the server's clock to count down by (Unix time in ms)."""
    now = timezone.now()
    return {"now": _ms(now), "invites": [_row(invite, room, now) for invite in room.invites.all()]}


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
