"""An organisation's sign-in server for the tests: Django with allauth.idp.oidc, a process of its own.

`python -m tests.accounts.organisation.idp PORT FOLDER CALLBACK…` serves on localhost until it is ended. FOLDER gets its
database; `claims.json` in it, {address: claims}, is what the tokens say beyond what allauth writes.
"""

import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

CLIENT_ID, CLIENT_SECRET = "meeting-point", "what-both-servers-know-of-each-other"
PASSWORD = "an organisation's password"
PEOPLE = ("olga", "max", "sam")
ME = "tests.accounts.organisation.idp_rules"


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection: browsers open some that they do not use."""

    daemon_threads = True


def configure(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    apps = ["auth", "contenttypes", "sessions", "messages"]
    settings.configure(
        SECRET_KEY="of-a-server-that-lives-for-one-test-run-only",
        ALLOWED_HOSTS=["localhost"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "idp.sqlite3"}},
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "allauth", "allauth.account", "allauth.idp.oidc"],
        MIGRATION_MODULES=dict.fromkeys([*apps, "account", "allauth_idp_oidc"]),
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF="tests.accounts.organisation.idp_urls",
        SESSION_COOKIE_NAME="organisation_session",
        CSRF_COOKIE_NAME="organisation_csrf",
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        IDP_OIDC_ADAPTER=f"{ME}.Adapter",
        IDP_OIDC_PRIVATE_KEY=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        CLAIMS=folder / "claims.json",
        USE_TZ=True,
    )
    django.setup()


def populate(callbacks: list[str]) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in PEOPLE:
        address = f"{name}@example.org"
        people: Any = get_user_model().objects  # Django's own model, not that of the site
        user = people.create_user(name, address, PASSWORD, first_name=name.title())
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    client = Client(id=CLIENT_ID, name="Meeting Point", skip_consent=True, scopes="openid\nprofile\nemail")
    client.set_secret(CLIENT_SECRET)
    client.set_redirect_uris(callbacks)
    client.save()


def main(port: int, folder: Path, callbacks: list[str]) -> None:
    """Serve until the process is ended."""
    configure(folder)
    populate(callbacks)
    from django.core.wsgi import get_wsgi_application

    with make_server("localhost", port, get_wsgi_application(), Server) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
