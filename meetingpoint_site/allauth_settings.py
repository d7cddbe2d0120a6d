"""Signing up and in: django-allauth's settings, the cookies, and mail.

Imported at the end of `settings.py`; what depends on the environment there (`DEBUG`, `HTTPS`, …) is read from it.
"""

from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from .environment import env

_debug = env.bool("DEBUG", default=False)

# ── Signing up and in: one email address per person, confirmed by a code ─────────────────────────────
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.adapter.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "login": "accounts.forms.SignInForm",
    "confirm_email_verification_code": "accounts.forms.VerificationCodeForm",
    "confirm_password_reset_code": "accounts.forms.ResetCodeForm",
    "reset_password": "accounts.forms.AskForResetForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.PasswordForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
    "add_email": "accounts.forms.AddressForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Changing the address, the password or the second factor needs a recent sign-in.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# The site's own limits count instead (accounts/limits.py): the list of all is in common/ratelimit.py.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
# Six digits: easy to read off a phone. A code dies after three wrong tries or ten minutes. Whatever is asked for, and
# from wherever, an address has 15 tries at first and then 24 a day (common.ratelimit.CODE_ADDRESS): who guesses for a
# month is right once in 1,400 times, and the owner has a few hundred mails that say so.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# ── Signing in with an organisation, by OpenID Connect (accounts/organisation) ────────────────────────
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
# What pages call it.
OIDC_NAME = env.str("OIDC_NAME", default="") or _("your organisation")
OIDC_SCOPES = env.list("OIDC_SCOPES", default=["openid", "profile", "email"])
# The groups of this site that the organisation decides, and the claim in which it names a person's.
OIDC_GROUPS = env.list("OIDC_GROUPS", default=[])
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
# Whether people can also sign up and in with a password or passkey of this site.
LOCAL_SIGN_IN = env.bool("LOCAL_SIGN_IN", default=True)
SOCIALACCOUNT_ADAPTER = "accounts.organisation.adapter.OrganisationAdapter"
# A confirmed address of the organisation's leads to the account that has it here, and links the two.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds

# ── Second factor ─────────────────────────────────────────────────────────────────────────────────
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.AuthenticatorAppForm",
    "add_webauthn": "accounts.forms.PasskeyForm",
    "login_webauthn": "accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "accounts.forms.PasskeyFactorForm",
    "reauthenticate_webauthn": "accounts.forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys on http://localhost; their library has to allow it.
_origins = env.list("SITE_ORIGINS", default=["http://localhost:8000"])
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _debug or all(origin.startswith("http://localhost:") for origin in _origins)
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"

# ── Sessions: encrypted, and ended when they are old or unused (docs/authentication.md says why after so long) ────
SESSION_ENGINE = "accounts.authentication.sessions"
SESSION_HOURS = env.float("SESSION_HOURS", default=30 * 24)
SESSION_IDLE_HOURS = env.float("SESSION_IDLE_HOURS", default=14 * 24)
STAFF_SESSION_HOURS = env.float("STAFF_SESSION_HOURS", default=24)
STAFF_SESSION_IDLE_MINUTES = env.float("STAFF_SESSION_IDLE_MINUTES", default=60)
# For how long a second factor that was shown opens the administration.
ADMIN_FACTOR_HOURS = env.float("ADMIN_FACTOR_HOURS", default=12)

# ── Cookies ───────────────────────────────────────────────────────────────────────────────────────
# On HTTPS the prefix keeps them on this host: no other host of the domain can set or read them (RFC 6265bis §4.1.3.2).
_host_only = "__Host-" if _origins[0].startswith("https://") else ""
SESSION_COOKIE_NAME = f"{_host_only}meetingpoint_session"
CSRF_COOKIE_NAME = f"{_host_only}csrftoken"
MESSAGE_COOKIE_NAME = f"{_host_only}messages"
MESSAGE_STORAGE = "common.message_storage.MessageStorage"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
SESSION_COOKIE_HTTPONLY = True
# Our modules read this cookie and send it back as X-CSRFToken.
CSRF_COOKIE_HTTPONLY = False

# ── Mail: all of it waits in the outbox; MAIL_TRANSPORT sends it: a file a mail in development, else by EMAIL_URL ──
EMAIL_BACKEND = "accounts.outbox.backend.EmailBackend"
MAIL_TRANSPORT = "accounts.outbox.smtp.EmailBackend"
EMAIL_URL = env.str("EMAIL_URL", default="")
DEV_MAIL = _debug and not EMAIL_URL
DEV_MAIL_DIR = env.str("DEV_MAIL_DIR", default=str(Path(__file__).resolve().parent.parent / "var" / "mail"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Meeting Point <noreply@localhost>")
if DEV_MAIL:
    MAIL_TRANSPORT = "accounts.dev_mail.EmailBackend"
elif EMAIL_URL:
    _mail = env.email_url("EMAIL_URL")
    if _mail["EMAIL_BACKEND"] != "django.core.mail.backends.smtp.EmailBackend":
        MAIL_TRANSPORT = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST") or "localhost", _mail.get("EMAIL_PORT") or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER") or "", _mail.get("EMAIL_HOST_PASSWORD") or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_TLS")), bool(_mail.get("EMAIL_USE_SSL"))
    EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 15

LANGUAGES = [("en", _("English"))]
