"""Which optional mails a person gets: chosen in the settings, or switched off with the link in a mail."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts import optional_mail
from accounts.models import MailKind, User


@login_required
@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Store which optional mails a person wants: POST kind=… for each of them."""
    asked = set(request.POST.getlist("kind"))
    optional_mail.set_preferences(cast(User, request.user).email, {kind for kind in MailKind if kind.value in asked})
    messages.success(request, _("Saved."))
    return redirect("account_settings")


@csrf_exempt  # a mail program posts it, without a cookie; the token is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off one kind of mail to one address. A GET changes nothing: mail scanners open every link."""
    try:
        kind, address_hash = optional_mail.read_token(token)
    except BadSignature:
        page = render(request, "account/mail_opt_out.html", {"damaged": True}, status=404)
    else:
        if request.method == "POST":
            optional_mail.opt_out(kind, address_hash)
        page = render(request, "account/mail_opt_out.html", {"kind": kind, "done": request.method == "POST"})
    page["Referrer-Policy"] = "strict-origin"  # the address is the permission; the form to sign out needs an Origin
    return page
