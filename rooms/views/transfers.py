"""What browsers say about waiting transfers: one waits, or does not any more. All JSON; guests may, too."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from common import ratelimit
from common.json_body import decode_base64url, decode_body
from rooms import limits
from rooms.access import AccessDenied, DenialReason, RoomAccess, Visitor, authorize_transfers, resolve_access
from rooms.flows.transfers import announce_transfer, remove_transfer
from rooms.guest_session import guest_id_of
from rooms.payloads import AnnounceTransfer, RemoveTransfer

from .json import json_errors


@require_POST
@json_errors
def announce(request: HttpRequest, slug: str) -> HttpResponse:
    """Store that files wait in this browser: POST {id, receiver}; the answer is until when, in ms since 1970."""
    access = _access(authorize_transfers, request, slug)
    body = decode_body(request, AnnounceTransfer, limits.MAX_BODY_BYTES)
    if wait := ratelimit.consume(ratelimit.SEND_LATER, access.membership.pk.hex):
        return ratelimit.rate_limited_response(request, wait)
    expires_at = announce_transfer(access.membership, _transfer_id(body.id), UUID(body.receiver))
    return JsonResponse({"until": int(expires_at.timestamp() * 1000)}, status=201)


@require_POST
@json_errors
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget a waiting transfer of one's own, or for oneself: POST {id}. Works while the room is closed or locked."""
    access = _access(resolve_access, request, slug)
    body = decode_body(request, RemoveTransfer, limits.MAX_BODY_BYTES)
    remove_transfer(access.membership, _transfer_id(body.id))
    return JsonResponse({})


def _transfer_id(text: str) -> UUID:
    return UUID(bytes=decode_base64url(text, limits.TRANSFER_ID_BYTES, "id"))


def _access(resolve: Callable[[Visitor, UUID | None, str], RoomAccess], request: HttpRequest, slug: str) -> RoomAccess:
    try:
        return resolve(request.user, guest_id_of(request.session), slug)
    except AccessDenied as denied:
        strangers = denied.reason in (DenialReason.UNKNOWN_ROOM, DenialReason.NOT_MEMBER)
        raise (Http404() if strangers else PermissionDenied()) from None
