"""Every page with a form: where the focus is, with and without errors, what its title says, and what stays typed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from common import ratelimit
from rooms.flows.rooms import create_room
from tests.accounts.conftest import PASSWORD, code_in_mail, give_second_factor, make_person, sign_in

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """What a browser makes of a page's forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self.messages = "", 0
        self.focus: list[str] = []
        self.ids: set[str | None] = set()
        self.fields: dict[str, dict[str, str | None]] = {}
        self.errors: dict[str | None, str] = {}
        self._inside: list[tuple[str, str | None]] = []
        self._textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if "autofocus" in of:
            self.focus.append(of.get("name") or tag)
        if of.get("id"):
            self.ids.add(of["id"])
        name = of.get("name") or ""
        if tag in {"input", "select", "textarea"} and name:
            chosen = tag != "input" or of.get("type") not in {"checkbox", "radio"} or "checked" in of
            if chosen or name not in self.fields:
                self.fields[name] = {**of, "tag": tag}
        if tag == "option" and "selected" in of and self.fields:
            list(self.fields.values())[-1]["value"] = of.get("value")
        classes = (of.get("class") or "").split()
        if tag == "ul" and "errorlist" in classes:
            self._inside.append(("errors", of.get("id")))
            self.errors[of.get("id")] = ""
        if tag == "title":
            self._inside.append(("title", None))
        if tag == "div" and "site-messages" in classes:
            self._inside.append(("messages", None))
        if tag == "p" and self._inside and self._inside[-1][0] == "messages":
            self.messages += 1
        if tag == "textarea" and name:
            self._textarea = name
            self.fields[self._textarea]["value"] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == {"errors": "ul", "title": "title", "messages": "div"}.get(
            self._inside[-1][0] if self._inside else ""
        ):
            self._inside.pop()
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea]["value"] = (self.fields[self._textarea]["value"] or "") + data.removeprefix(
                "\n"
            )
        kind, name = self._inside[-1] if self._inside else ("", None)
        if kind == "title":
            self.title += data
        if kind == "errors":
            self.errors[name] += data


@dataclass
class Story:
    """A page, how one gets there, and a way to fill in its form wrongly."""

    path: str
    first: str | None  # the field with the focus; None: the page is not mainly a form
    wrong: dict[str, str] = field(default_factory=dict)
    focus: str = ""  # the field with the focus after the error; "ul": the list of errors
    kept: tuple[str, ...] = ()
    who: str = "stranger"
    steps: tuple[tuple[str, dict[str, str]], ...] = ()  # POSTs before
    to: str = ""  # where the form is sent, if not to its own page


NAME = "n" * 61
SIGN_UP = {"email": "new@example.org", "password1": PASSWORD}
CONFIRMED = (("/accounts/reauthenticate/", {"password": PASSWORD}),)

STORIES = {
    "sign-up": Story(
        "/accounts/signup/",
        "email",
        {**SIGN_UP, "email": "no"},
        "email",
        ("email",),
    ),
    "sign-up, weak password": Story(
        "/accounts/signup/", "email", {**SIGN_UP, "password1": "12345678"}, "password1", ("email",)
    ),
    "first room": Story(
        "/rooms/first",
        "display_name",
        {"display_name": NAME, "name": "Rehearsals"},
        "display_name",
        ("display_name", "name"),
        "max, who has no room",
    ),
    "code": Story(
        "/accounts/confirm-email/", "code", {"code": "0"}, "code", (), "stranger", (("/accounts/signup/", SIGN_UP),)
    ),
    "code, another address": Story(
        "/accounts/confirm-email/",
        "code",
        {"action": "change", "email": "no"},
        "email",
        ("email",),
        "stranger",
        (("/accounts/signup/", SIGN_UP),),
    ),
    "sign-in": Story(
        "/accounts/login/", "login", {"login": "olga@example.org", "password": "wrong one"}, "ul", ("login",)
    ),
    "sign-in, no address": Story(
        "/accounts/login/", "login", {"login": "no", "password": PASSWORD}, "login", ("login",)
    ),
    "reset": Story("/accounts/password/reset/", "email", {"email": "no"}, "email", ("email",)),
    "reset code": Story(
        "/accounts/password/reset/confirm/",
        "code",
        {"code": "0"},
        "code",
        (),
        "stranger",
        (("/accounts/password/reset/", {"email": "olga@example.org"}),),
    ),
    "settings": Story(
        "/accounts/",
        None,
        {"display_name": NAME, "zone": "Asia/Tokyo"},
        "display_name",
        ("display_name", "zone"),
        "olga",
    ),
    "password": Story(
        "/accounts/password/change/",
        "oldpassword",
        {"oldpassword": "wrong one", "password1": "a longer one", "password2": "a longer one"},
        "oldpassword",
        (),
        "olga",
        CONFIRMED,
    ),
    "email address": Story(
        "/accounts/email/", "email", {"action_add": "", "email": "no"}, "email", ("email",), "olga", CONFIRMED
    ),
    "confirm": Story("/accounts/reauthenticate/", "password", {"password": "wrong one"}, "password", (), "olga"),
    "authenticator app": Story(
        "/accounts/2fa/totp/activate/", "code", {"code": "000000"}, "code", (), "olga", CONFIRMED
    ),
    "add a passkey": Story(
        "/accounts/2fa/webauthn/add/",
        "name",
        {"name": "Laptop", "credential": "{}"},
        "ul",
        ("name",),
        "olga",
        CONFIRMED,
    ),
    "second factor": Story(
        "/accounts/2fa/authenticate/", "code", {"code": "000000"}, "code", (), "ada at the second step"
    ),
    "delete": Story("/accounts/data/delete", None, {}, "confirm", (), "olga", CONFIRMED),
    "new room": Story(
        "/rooms/new", "name", {"name": "", "lasts": "7d", "max_people": "6"}, "name", ("lasts", "max_people"), "olga"
    ),
    "room settings": Story(
        "/rooms/{slug}/",
        None,
        {"name": "", "lasts": "7d", "max_people": "6"},
        "name",
        ("lasts", "max_people"),
        "olga",
        to="/rooms/{slug}/edit",
    ),
    "report": Story(
        "/rooms/{slug}/report",
        "category",
        {"category": "other", "description": ""},
        "description",
        ("category",),
        "olga",
    ),
    "report, no category": Story(
        "/rooms/{slug}/report",
        "category",
        {"category": "", "description": "Words"},
        "category",
        ("description",),
        "olga",
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_form_has_the_focus_says_its_errors_and_loses_nothing(name):
    story = STORIES[name]
    olga = make_person("Olga")
    slug = create_room(olga, "Monday").slug
    client = Client()
    if story.who == "olga":
        client = sign_in(olga)
    if story.who == "max, who has no room":
        client = sign_in(make_person("Max"))
    if story.who == "ada at the second step":
        ada = make_person("Ada")
        give_second_factor(ada)
        client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    for path, data in story.steps:
        assert client.post(path, data).status_code in {200, 302}, path
    path = story.path.format(slug=slug)

    response = client.get(path)
    assert response.status_code == 200, response.headers.get("Location")
    page = Page(response.content.decode())
    assert page.focus == ([story.first] if story.first else [])
    assert not page.title.startswith("Error")
    assert page.messages == 0

    response = client.post(story.to.format(slug=slug) or path, story.wrong)
    assert response.status_code in {200, 400}
    wrong = Page(response.content.decode())
    assert wrong.title.startswith("Error: ")
    assert wrong.title.removeprefix("Error: ") == page.title
    assert wrong.focus == [story.focus]
    assert wrong.errors
    for key in story.kept:
        assert wrong.fields[key]["value"] == story.wrong[key], key
    for key, attributes in wrong.fields.items():
        if attributes.get("type") == "password":
            assert not attributes.get("value"), key
        if "aria-invalid" in attributes:
            described = (attributes.get("aria-describedby") or "").split()
            assert set(described) <= wrong.ids, key
            assert any(wrong.errors.get(of, "").strip() for of in described), key
    if story.focus == "ul":
        assert wrong.errors[None].strip()
    else:
        assert wrong.fields[story.focus]["aria-invalid"] == "true"


def test_one_event_is_said_once():
    client = Client()
    response = client.post("/accounts/signup/", SIGN_UP, follow=True)
    assert Page(response.content.decode()).messages == 0  # the page itself names the address
    response = client.post("/accounts/confirm-email/", {"action": "resend"}, follow=True)
    assert "Please slow down" in response.content.decode()
    assert Page(response.content.decode()).messages == 1
    ratelimit.forget_all()
    response = client.post("/accounts/confirm-email/", {"action": "resend"}, follow=True)
    assert "We sent a new code to" in response.content.decode()
    assert Page(response.content.decode()).messages == 1
    response = client.post("/accounts/confirm-email/", {"code": code_in_mail()}, follow=True)
    assert Page(response.content.decode()).messages == 1

    again = Client()
    response = again.post("/accounts/login/", {"login": SIGN_UP["email"], "password": PASSWORD}, follow=True)
    assert Page(response.content.decode()).messages == 0
    response = again.post("/accounts/logout/", follow=True)
    assert Page(response.content.decode()).messages == 1


def test_recovery_codes_are_a_second_step_too():
    ada = make_person("Ada")
    give_second_factor(ada)
    RecoveryCodes.activate(ada)
    client = Client()
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    assert Page(client.get("/accounts/2fa/authenticate/").content.decode()).focus == ["code"]
