"""Sending an invitation by mail."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.models import User
from common import ratelimit
from common.mail import MailFailed
from rooms.access import Act, get_room_for, to_invite
from rooms.errors import NotPossible
from rooms.flows.mails import RateLimited, send_invitation
from rooms.payloads import MailInvite, PayloadError, read

from .invites import answers_json

_LINK = re.compile(r"/i#k=1[A-Za-z0-9_-]{22}")


@login_required
@require_POST
@sensitive_variables()
@answers_json
@cache_control(no_store=True)
def mail(request: HttpRequest, slug: str, invite_id: int) -> HttpResponse:
    """Send an invitation: POST {address, link}; without `link` the mail holds no secret. 204 when it is on its way."""
    room = get_room_for(request.user, slug, Act.INVITE)
    invite = get_object_or_404(room.invites.select_related("room"), pk=invite_id)
    get_room_for(request.user, slug, to_invite(invite.role))
    asked = read(request, MailInvite)
    assert isinstance(request.user, User)  # noqa: S101 (login_required)
    try:
        validate_email(asked.address)
    except ValidationError as error:
        raise NotPossible(_("This is no e-mail address.")) from error
    try:
        send_invitation(invite, request.user, asked.address, _checked(asked.link))
    except RateLimited as error:
        return ratelimit.too_many(request, error.wait)
    except MailFailed:
        message = _("The mail could not be sent. Try again later, or send the link in another way.")
        return JsonResponse({"reason": "mail_failed", "message": message}, status=503)
    return HttpResponse(status=204)


@sensitive_variables()
def _checked(link: str | None) -> str | None:
    """Let through a link of this site's and nothing else. Raises `PayloadError`."""
    if link is None:
        return None
    for origin in settings.SITE_ORIGINS:
        if link.startswith(origin) and _LINK.fullmatch(link.removeprefix(origin)):
            return link
    raise PayloadError("link must be an invitation link of this site")
