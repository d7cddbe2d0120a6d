"""Send an invitation by email."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.models import User
from common import ratelimit
from common.json_body import PayloadError, decode_body
from common.network_address import network_address_of
from rooms import limits
from rooms.access import get_room_or_404
from rooms.errors import NotPossible
from rooms.flows.mails import RateLimited, send_invitation
from rooms.payloads import MailInvite
from rooms.permissions import Permission, permission_to_invite

from .json import json_errors

_NAME = r"(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+"
_LINK = re.compile(rf"/i#k=[12][A-Za-z0-9_-]{{22}}(?:&n={_NAME})?(?:&by={_NAME})?")  # static/js/keys/invite.js


@login_required
@require_POST
@sensitive_variables()
@json_errors
@cache_control(no_store=True)
def mail(request: HttpRequest, slug: str, invite_id: int) -> HttpResponse:
    """Send an invitation: POST {address, link, reply}; without `link` the email has no secret. 204."""
    room = get_room_or_404(request.user, slug, Permission.INVITE)
    invite = get_object_or_404(room.invites.select_related("room"), pk=invite_id)
    get_room_or_404(request.user, slug, permission_to_invite(invite.role))
    body = decode_body(request, MailInvite, limits.MAX_BODY_BYTES)
    assert isinstance(request.user, User)  # noqa: S101 (login_required)
    try:
        validate_email(body.address)
    except ValidationError as error:
        raise NotPossible(_("This is not a valid email address.")) from error
    try:
        link, network = _check_link(body.link), network_address_of(request)
        send_invitation(invite, request.user, body.address, link, reply=body.reply, network=network)
    except RateLimited as error:
        return ratelimit.rate_limited_response(request, error.wait)
    return HttpResponse(status=204)


@sensitive_variables()
def _check_link(link: str | None) -> str | None:
    """Return the link if it is an invite link of this site. Raises `PayloadError`."""
    if link is None:
        return None
    for origin in settings.SITE_ORIGINS:
        if link.startswith(origin) and _LINK.fullmatch(link.removeprefix(origin)):
            return link
    raise PayloadError("link must be an invite link of this site")
