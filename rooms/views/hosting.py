"""What hosts do on the room's page and in a call: the join rule, kicking people, ending the meeting. All JSON."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from common.json_body import PayloadError, decode_base64url, decode_body
from rooms import limits
from rooms.access import get_membership_or_404, get_room_or_404
from rooms.flows import members, rooms
from rooms.flows.join_rule import change_join_rule
from rooms.flows.keys import hosts_should_hand_out_key
from rooms.models import JoinRule
from rooms.payloads import ChangeJoinRule, Empty, Kick
from rooms.permissions import Permission

from .json import json_errors
from .keys import key_conflict


@login_required
@require_POST
@json_errors
def join_rule(request: HttpRequest, slug: str) -> JsonResponse:
    """Change who can join: POST {join_rule, requires_host}, and what POST to `set_key` takes if it needs a new key."""
    room = get_room_or_404(request.user, slug, Permission.CHANGE_JOIN_RULE)
    body = decode_body(request, ChangeJoinRule, limits.MAX_BODY_BYTES)
    key = None
    if body.epoch is not None and body.key_check is not None:
        get_room_or_404(request.user, slug, Permission.SET_KEY if body.epoch == 1 else Permission.ROTATE_KEY)
        if body.hosts_hand_out_key != hosts_should_hand_out_key(room, JoinRule(body.join_rule)):
            raise PayloadError("hosts_hand_out_key does not fit the join rule")
        key = body.epoch, decode_base64url(body.key_check, limits.KEY_CHECK_BYTES, "key_check")
    if not change_join_rule(room, JoinRule(body.join_rule), requires_host=body.requires_host, key=key):
        return key_conflict(room)
    return JsonResponse({"join_rule": body.join_rule, "requires_host": body.requires_host})


@login_required
@require_POST
@json_errors
def kick(request: HttpRequest, slug: str) -> JsonResponse:
    """Remove a person from the call, or from the room: POST {member, for_good}."""
    get_room_or_404(request.user, slug, Permission.REMOVE_MEMBER)
    body = decode_body(request, Kick, limits.MAX_BODY_BYTES)
    membership = get_membership_or_404(request.user, slug, UUID(body.member))
    if body.for_good:
        members.remove_member(membership)
    else:
        members.kick(membership)
    return JsonResponse({})


@login_required
@require_POST
@json_errors
def end_meeting(request: HttpRequest, slug: str) -> JsonResponse:
    """End the meeting for everyone: POST {}."""
    room = get_room_or_404(request.user, slug, Permission.END_MEETING)
    decode_body(request, Empty, limits.MAX_BODY_BYTES)
    rooms.end_meeting(room)
    return JsonResponse({})
