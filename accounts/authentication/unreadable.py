"""What people see when the secret of a factor cannot be read: when SECRET_KEY changed and the former one is gone."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from .encryption import NotReadable

logger = logging.getLogger(__name__)


class UnreadableMiddleware(MiddlewareMixin):
    """Sends people back to the page of their factors, with what they can do."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotReadable):
            return None
        logger.error("The recovery codes of account %s cannot be read: was SECRET_KEY changed?", request.user.pk)
        messages.error(
            request, _("Your recovery codes can't be read any more. Turn two-step verification off and on again.")
        )
        return redirect("mfa_index")
