"""A new room key, of which the site stores only the epoch and a check value."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from common.json_body import decode_base64url, decode_body, encode_base64url
from rooms import limits
from rooms.access import get_room_or_404
from rooms.flows.keys import rotate_key
from rooms.models import Room
from rooms.payloads import SetKey
from rooms.permissions import Permission

from .json import json_errors


@login_required
@require_POST
@json_errors
def set_key(request: HttpRequest, slug: str) -> JsonResponse:
    """Set a key that a browser created: POST {epoch, key_check, hosts_hand_out_key}. 409 after another device's."""
    room = get_room_or_404(request.user, slug, Permission.ROTATE_KEY)
    body = decode_body(request, SetKey, limits.MAX_BODY_BYTES)
    if body.epoch == 1:
        get_room_or_404(request.user, slug, Permission.SET_KEY)
    check = decode_base64url(body.key_check, limits.KEY_CHECK_BYTES, "key_check")
    if not rotate_key(room, body.epoch, check, hosts_hand_out_key=body.hosts_hand_out_key):
        return key_conflict(room)
    return JsonResponse({"epoch": body.epoch})


def key_conflict(room: Room) -> JsonResponse:
    """Answer a browser whose new key came after another device's, with the key that the room has."""
    room.refresh_from_db(fields=["epoch", "key_check"])
    current = {"reason": "wrong_epoch", "epoch": room.epoch, "key_check": encode_base64url(room.key_check)}
    return JsonResponse(current, status=409)
