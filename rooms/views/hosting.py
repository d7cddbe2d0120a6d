"""What hosts do from the room's page and in a call: the door, putting somebody out, ending the meeting. All JSON."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from rooms import limits
from rooms.access import Act, get_place_for, get_room_for
from rooms.flows import members, rooms
from rooms.flows.join_rule import change_join_rule
from rooms.flows.keys import hosts_should_hand_out_key
from rooms.models import Door
from rooms.payloads import ChangeDoor, Nothing, PayloadError, PutOut, bytes_of, read

from .invites import another_was_first, answers_json


@login_required
@require_POST
@answers_json
def door(request: HttpRequest, slug: str) -> JsonResponse:
    """Say who comes in: POST {door, host_needed}, with {epoch, key_check, by_hosts} of a new key if one is needed."""
    room = get_room_for(request.user, slug, Act.CHANGE_DOOR)
    asked = read(request, ChangeDoor)
    key = None
    if asked.epoch is not None and asked.key_check is not None:
        get_room_for(request.user, slug, Act.LOCK if asked.epoch == 1 else Act.ROTATE)
        if asked.by_hosts != hosts_should_hand_out_key(room, Door(asked.door)):
            raise PayloadError("by_hosts does not fit the door")
        key = asked.epoch, bytes_of(asked.key_check, limits.KEY_CHECK_BYTES, "key_check")
    if not change_join_rule(room, Door(asked.door), host_needed=asked.host_needed, key=key):
        return another_was_first(room)
    return JsonResponse({"door": asked.door, "host_needed": asked.host_needed})


@login_required
@require_POST
@answers_json
def put_out(request: HttpRequest, slug: str) -> JsonResponse:
    """End somebody's stay, or take their place away: POST {member, for_good}."""
    get_room_for(request.user, slug, Act.REMOVE_MEMBER)
    asked = read(request, PutOut)
    place = get_place_for(request.user, slug, UUID(asked.member))
    if asked.for_good:
        members.remove_member(place)
    else:
        members.kick(place)
    return JsonResponse({})


@login_required
@require_POST
@answers_json
def end_meeting(request: HttpRequest, slug: str) -> JsonResponse:
    """End the meeting for everybody: POST {}."""
    room = get_room_for(request.user, slug, Act.END_MEETING)
    read(request, Nothing)
    rooms.end_meeting(room)
    return JsonResponse({})
