"""Writes what happens to accounts into the security log."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import (
    authentication_step_completed,
    email_added,
    email_changed,
    email_confirmation_sent,
    email_confirmed,
    email_removed,
    email_verification_code_rejected,
    password_changed,
    password_reset,
    password_reset_code_rejected,
    password_set,
    user_logged_in,
    user_signed_up,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from common.security_log import log_event

from .models import User

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


@receiver(user_signed_up)
def on_sign_up(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    log_event("sign_up.done", request, account=user.pk)


@receiver(user_logged_in)
def on_sign_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Name every step that this session has shown, for example `password+totp`."""
    steps = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    log_event("sign_in.done", request, account=user.pk, method="+".join(steps) or None)


@receiver(user_login_failed)
def on_wrong_password(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Name the account whose password was guessed. An unknown address has no number, and is not written."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        log_event("sign_in.confirmation_failed", request, account=user.pk, method="password")
        return
    address = credentials.get("email") or ""
    account = EmailAddress.objects.filter(email__iexact=address).values_list("user_id", flat=True).first()
    log_event("sign_in.failed", request, account=account, method="password")


@receiver(authentication_step_completed)
def on_step(sender: Any, request: HttpRequest, user: User, method: str, **details: Any) -> None:
    if details.get("reauthenticated"):
        log_event("sign_in.confirmed", request, account=user.pk, method=details.get("type") or method)


@receiver(user_logged_out)
def on_sign_out(sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        log_event("sign_out.done", request, account=user.pk)


@receiver(email_confirmation_sent)
def on_code_sent(sender: Any, request: HttpRequest, confirmation: Any, signup: bool, **_: Any) -> None:
    log_event(
        "code.sent", request, account=confirmation.email_address.user_id, purpose="sign_up" if signup else "address"
    )


@receiver([email_verification_code_rejected, password_reset_code_rejected])
def on_wrong_code(sender: Any, request: HttpRequest, user: User, last_attempt: bool, **_: Any) -> None:
    log_event("code.used_up" if last_attempt else "code.refused", request, account=user.pk)


@receiver([password_changed, password_set])
def on_new_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    log_event("password.changed", request, account=user.pk)


@receiver(password_reset)
def on_reset(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    log_event("password.reset", request, account=user.pk)


@receiver(email_added)
def on_address_added(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    log_event("address.added", request, account=user.pk)


@receiver(email_confirmed)
def on_address_confirmed(sender: Any, request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    log_event("address.confirmed", request, account=email_address.user_id)


@receiver(email_changed)
def on_address_changed(sender: Any, request: HttpRequest, user: User, from_email_address: Any, **_: Any) -> None:
    if from_email_address is not None:
        log_event("address.changed", request, account=user.pk)


@receiver(email_removed)
def on_address_removed(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    log_event("address.removed", request, account=user.pk)


@receiver(authenticator_added)
def on_factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    name = "factor.recovery_codes_created" if authenticator.type == RECOVERY_CODES else "factor.added"
    log_event(name, request, account=user.pk, type=str(authenticator.type))


@receiver(authenticator_reset)
def on_factor_reset(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    log_event("factor.recovery_codes_created", request, account=user.pk, type=str(authenticator.type))


@receiver(authenticator_removed)
def on_factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    log_event("factor.removed", request, account=user.pk, type=str(authenticator.type))


@receiver(authenticator_used)
def on_factor_used(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == RECOVERY_CODES:
        log_event("factor.recovery_code_used", request, account=user.pk)


@receiver(authentication_failed)
def on_factor_failed(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    log_event("factor.failed", request, account=user.pk, type=str(authenticator.type))
