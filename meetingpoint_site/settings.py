"""Settings, all of them from the environment or `.env` (see `.env.example`), with defaults that need no service."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from common.origins import canonical_origin
from common.redis_servers import CACHE_OPTIONS, addresses, layer_name

from . import __version__
from .assets.bundle import current_bundle
from .assets.release import static_release
from .environment import default_stun_port, env, url_host
from .logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env.read_settings(env.str("ENV_FILE", default=str(BASE_DIR / ".env")), needed="ENV_FILE" in env)

DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules

# The default port of `manage.py serve`.
PORT = env.int("PORT", default=8000)
# Where people reach this site: the first origin is the one that mails and links name.
SITE_ORIGINS = [canonical_origin(text) for text in env.list("SITE_ORIGINS", default=[f"http://localhost:{PORT}"])]
if DEBUG:
    SITE_ORIGINS += [f"http://{host}:{PORT}" for host in ("localhost", "127.0.0.1")]
    SITE_ORIGINS = list(dict.fromkeys(SITE_ORIGINS))
SITE_NAME = env.str("SITE_NAME", default="Meeting Point")
HTTPS = SITE_ORIGINS[0].startswith("https://")
ALLOWED_HOSTS = sorted({url_host([origin]) for origin in SITE_ORIGINS})
# Where to report a vulnerability, in /.well-known/security.txt. Every host should have the default (RFC 2142 §4).
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[f"mailto:security@{urlsplit(SITE_ORIGINS[0]).hostname}"])
CSRF_TRUSTED_ORIGINS = SITE_ORIGINS
# Where the administration is: below a path of its own and, if the operator wishes, only on a host of its own.
ADMIN_PATH = env.str("ADMIN_PATH", default="admin").strip("/") + "/"
ADMIN_ORIGIN = canonical_origin(env.str("ADMIN_ORIGIN", default=""))
if ADMIN_ORIGIN:
    ALLOWED_HOSTS = sorted({*ALLOWED_HOSTS, url_host([ADMIN_ORIGIN])})

# An empty key is refused by a system check outside DEBUG; `manage.py serve` in DEBUG keeps one in var/.
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and (DEBUG or TESTING):
    SECRET_KEY = "development-only-key-that-guards-nothing-0123456789"  # noqa: S105 - that is the point
# Former keys: what they signed or encrypted stays valid until they are removed here.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

INSTALLED_APPS = [
    "daphne",
    "meetingpoint_site.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "channels",
    "meetingpoint_site",
    "meetingpoint_site.operations",
    "accounts",
    "accounts.organisation",
    "rooms",
    "rooms.moderation",
]

MIDDLEWARE = [
    "meetingpoint_site.security.SecurityHeadersMiddleware",
    "meetingpoint_site.middleware.refusals.refuse_methods",
    "meetingpoint_site.middleware.https.redirect_only_pages",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "meetingpoint_site.middleware.refusals.log_refusals",
    "accounts.authentication.session_use.SessionUseMiddleware",
    "accounts.authentication.unreadable.UnreadableMiddleware",
    "accounts.time_zone.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.limits.LimitsMiddleware",
    "accounts.organisation.local.LocalSignInMiddleware",
    "meetingpoint_site.middleware.admin_host.keep_administration_apart",
    "meetingpoint_site.middleware.error_pages.method_not_allowed_page",
]

ROOT_URLCONF = "meetingpoint_site.urls"
ASGI_APPLICATION = "meetingpoint_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "meetingpoint_site.context.site",
            ],
            "libraries": {
                "fragments": "common.templatetags.fragments",
                "forms": "common.templatetags.forms",
                "mail": "common.templatetags.mail",
                "modules": "common.templatetags.modules",
                "times": "common.templatetags.times",
            },
        },
    }
]
FORM_RENDERER = "common.form_focus.FormRenderer"
INSTALLED_APPS.insert(INSTALLED_APPS.index("django.contrib.staticfiles"), "django.forms")

# ── Data ──────────────────────────────────────────────────────────────────────────────────────────
# Connections to PostgreSQL that each process opens at most; a query or transaction borrows one (common/postgresql).
DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", default=8)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if "sqlite3" in _database["ENGINE"]:
    _database["ENGINE"] = "common.sqlite3"
    _database["CONN_MAX_AGE"] = (
        0  # each ASGI request has a thread context of its own: what it kept open would be left behind
    )
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif "postgresql" in _database["ENGINE"]:
    _database["ENGINE"] = "common.postgresql"
    _database["CONN_MAX_AGE"] = 0
    _pool = {"min_size": 1, "max_size": DATABASE_CONNECTIONS, "timeout": 5, "reconnect_timeout": 5}
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "pool": _pool}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One Redis, or several with commas between them: rooms and limits are spread over them, the cache is on the first.
_servers = addresses(env.str("REDIS_URL", default=""))
REDIS_URL = ",".join(_servers)
if _servers:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": _servers[0],
            "OPTIONS": CACHE_OPTIONS,
        }
    }
    CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
        layer_name(_position): {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [_address]},
        }
        for _position, _address in enumerate(_servers)
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},  # with 300, a few strangers evict everyone's limits
        }
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# ── People ────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
] + [{"NAME": f"accounts.passwords.validators.{name}Validator"} for name in ("BreachedPassword", "ContextWords")]
LOGIN_REDIRECT_URL = "rooms:dashboard"
ACCOUNT_SIGNUP_REDIRECT_URL = "rooms:first"
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "landing"

# ── Language and time ─────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = env.usable("LANGUAGE_CODE", "en", "en, en-gb or en-us: the site is in English only, so far")
TIME_ZONE = env.usable("TIME_ZONE", "UTC", "a name of the time zone database, such as Europe/Berlin")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["meetingpoint_site.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

# ── Static files: one immutable prefix a release, served from memory without a collection step ────
STATICFILES_DIRS = [BASE_DIR / "static"]
# What `make bundle` made of the modules. In development, and where they have changed since, they are served themselves.
BUNDLE_DIR = env.str("BUNDLE_DIR", default=str(VAR_DIR / "bundle"))
BUNDLE = current_bundle(Path(BUNDLE_DIR), BASE_DIR / "static") if BUNDLE_DIR and not (DEBUG or TESTING) else None
if BUNDLE:
    STATICFILES_DIRS.append(BUNDLE.files)
STATIC_RELEASE = static_release(__version__, *STATICFILES_DIRS) if not DEBUG else "dev"
STATIC_URL = f"/static/{STATIC_RELEASE}/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATIC_MAX_AGE = 0 if DEBUG else 31_536_000

# ── Transport security (headers of the page itself: security.py) ─────────────────────────────────
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=False)
# The proxy redirects (W008). Hosts below this one (W005) and the lists in browsers (W021) are the operator's choice.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ── Rooms: how long a guest without an account may come back after their link has expired, in hours ─
GUEST_STAY_HOURS = env.int("GUEST_STAY_HOURS", default=12)
# For how many days `manage.py prune` leaves rooms, links and places that have ended.
RETENTION_DAYS = env.int("RETENTION_DAYS", default=30)

# ── Abuse: the rules until staff write others, how often things may be done, how long reports are kept ─
SIGN_UP_OPEN = env.bool("SIGN_UP_OPEN", default=True)
ROOM_CREATORS = env.str("ROOM_CREATORS", default="everyone")
LIMIT_FACTOR = env.float("LIMIT_FACTOR", default=1.0)
REPORT_DAYS = env.int("REPORT_DAYS", default=90)
AUDIT_DAYS = env.int("AUDIT_DAYS", default=730)
# Whom moderators reach when a life may be in danger, as their pages show it: a name, a telephone number.
EMERGENCY_CONTACT = env.str("EMERGENCY_CONTACT", default="")

# ── WebRTC: no third party is asked unless the operator names one ────────────────────────────────
# The process's own STUN server: on wherever people reach the site from other machines. Browsers ask it first.
STUN_HOST = env.str("STUN_HOST", default="") or url_host(SITE_ORIGINS)
STUN_PORT = env.int("STUN_PORT", default=default_stun_port(SITE_ORIGINS, DEBUG))
STUN_URLS = [f"stun:{STUN_HOST}:{STUN_PORT}"] if STUN_PORT else []
STUN_URLS += [url for url in env.list("STUN_URLS", default=[]) if url not in STUN_URLS]
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", default="")
TURN_TTL = env.int("TURN_TTL", default=12 * 3600)

# ── Logging: levels and format here, what may never be written in logs.py ────────────────────────
LOG_LEVEL = env.usable("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR")
LOG_FORMAT = env.str("LOG_FORMAT", default="plain")
LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT)

# ── What operators look at: who may read /metrics from another machine ────────────────────────────
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# How many processes serve this site: more than one need Redis (a system check says so).
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)

# ── Signing up and in, cookies, mail ──────────────────────────────────────────────────────────────
from .allauth_settings import *  # noqa: E402, F403
