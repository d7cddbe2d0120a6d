"""A browser without pages: it keeps cookies, follows redirects and sends forms."""

import re
import urllib.parse
import urllib.request

from tests.app_server import AppServer

CONFIRM = "/accounts/confirm-email/"


class PlainBrowser:
    """One person's browser."""

    def __init__(self, app: AppServer) -> None:
        self.app = app
        self.cookies = urllib.request.HTTPCookieProcessor()
        self.opener = urllib.request.build_opener(self.cookies)

    def get(self, path: str) -> str:
        """Return a page."""
        with self.opener.open(self.app.origin + path, timeout=120) as answer:
            text: str = answer.read().decode()
        return text

    def post(self, path: str, **form: str) -> str:
        """Send the form of a page; return the path to which it leads."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert found
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **form}).encode()
        with self.opener.open(self.app.origin + path, body, timeout=120) as answer:
            return urllib.parse.urlsplit(answer.geturl()).path

    def sign_up(self, address: str) -> bool:
        """Ask for an account; say whether the page for the code follows."""
        return self.post("/accounts/signup/", email=address, password1="correct horse battery") == CONFIRM
