"""The organisation's server, and people who go from our site to it and back."""

import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client

from tests.services import Service

from .idp import CLIENT_ID, CLIENT_SECRET, PASSWORD

SITE = "http://testserver"
CALLBACK = "/accounts/organisation/callback"


class IdentityServer(Service):
    """The organisation's sign-in server."""

    name = "organisation"
    ready_within = 60.0

    def __init__(self, callback: str = f"{SITE}{CALLBACK}") -> None:
        super().__init__()
        self.callback = callback

    @property
    def issuer(self) -> str:
        """The value of OIDC_ISSUER."""
        return f"http://localhost:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What a site has to know of it."""
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "tests.accounts.organisation.idp", str(self.port), str(self.folder), self.callback,
        ]  # fmt: skip

    def ready(self) -> bool:
        with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=2) as answer:
            return bool(answer.status == 200)

    def say(self, **claims: Any) -> None:
        """Let the server say more of Olga from now on; None leaves a claim out."""
        (self.folder / "claims.json").write_text(json.dumps({"olga@example.org": claims}))


class Traveller:
    """A browser that goes from the site to the organisation and back."""

    def __init__(self) -> None:
        self.site = Client()
        self.there = requests.Session()

    def leave(self, path: str = "/accounts/organisation/", **form: str) -> str:
        """Press the button on the site; return the address that its page leads to."""
        answer = self.site.post(path, form)
        assert answer.status_code == 200, answer.headers
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.content.decode())
        assert found, answer.content.decode()
        return unescape(found[1])

    def sign_in_there(self, address: str, name: str = "olga", password: str = PASSWORD) -> str:
        """Follow an address of the organisation, with the password where it asks; return where it sends us back to."""
        for _ in range(12):
            answer = self.there.get(address, allow_redirects=False)
            if answer.status_code == 200:
                token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
                assert token, answer.text
                form = {"csrfmiddlewaretoken": token[1], "login": f"{name}@example.org", "password": password}
                answer = self.there.post(address, form, allow_redirects=False)
            assert answer.is_redirect, answer.text
            address = urljoin(address, answer.headers["Location"])
            if address.startswith(f"{SITE}/"):
                return address
        raise AssertionError(f"no way back, but {address}")

    def come_back(self, address: str) -> HttpResponse:
        """Open the address on the site to which the organisation sent us."""
        parts = urlsplit(address)
        answer: Any = self.site.get(f"{parts.path}?{parts.query}")
        return answer

    def sign_in(self, name: str = "olga", **form: str) -> HttpResponse:
        """Go there, sign in, and come back."""
        return self.come_back(self.sign_in_there(self.leave(**form), name))

    @property
    def account(self) -> str | None:
        """The number of the account that this browser is signed in to."""
        return self.site.session.get("_auth_user_id")


@pytest.fixture(scope="package")
def identity_server() -> Iterator[IdentityServer]:
    """The organisation's server, for all tests of this folder."""
    with IdentityServer() as server:
        yield server


@pytest.fixture
def organisation(identity_server: IdentityServer, settings: Any) -> IdentityServer:
    """The same, and a site that knows it."""
    identity_server.say()
    for name, value in identity_server.settings.items():
        setattr(settings, name, value)
    settings.OIDC_NAME = "Example School"
    return identity_server


@pytest.fixture
def traveller(organisation: IdentityServer, db: None) -> Traveller:
    """A new browser."""
    return Traveller()
