"""The people of the demo, and how they sign in."""

import base64
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from accounts.authentication.encryption import FACTOR_SECRETS, encrypt
from accounts.authentication.sessions import SessionStore
from accounts.models import RoomCreators, SitePolicy, User

from .site import TEACHERS, Demo
from .texts import ADA, MONA, PEOPLE, RAVI, SUSPENDED, UNCONFIRMED, WITH_SECOND_FACTOR

PASSWORD = "meeting-point-demo"  # noqa: S105 - the command prints it
ZONES = ("", "Europe/Berlin", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1",
)


def add_people(demo: Demo) -> None:
    """Add everyone, with one password: a superuser, two moderators, and a group of those who teach."""
    password = make_password(PASSWORD)  # once: each takes a third of a second
    for number, (address, name) in enumerate(PEOPLE):
        joined = demo.ago(days=700 / (1 + number / 2), hours=number)
        demo.people[address] = User.objects.create(
            email=address,
            display_name=name,
            password=password,
            date_joined=joined,
            last_login=None if address in UNCONFIRMED else max(joined, demo.between(timedelta(), timedelta(days=40))),
            is_staff=address in (ADA, MONA, RAVI),
            is_superuser=address == ADA,
            is_active=address not in SUSPENDED,
            suspended_at=demo.between(timedelta(days=1), timedelta(days=20)) if address in SUSPENDED else None,
            hide_ip_address=number % 9 == 4,
            time_zone=demo.rng.choice(ZONES),
        )
    people = demo.people.values()
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=user.email not in UNCONFIRMED)
        for user in people
    )
    moderators = Group.objects.get(name="Moderators")
    moderators.user_set.add(demo.people[MONA], demo.people[RAVI])
    teachers = Group.objects.create(name=TEACHERS)
    teachers.user_set.add(*(user for user in people if user.email.endswith("@school.example")))
    SitePolicy.objects.create(pk=1, sign_up_open=True, room_creators=RoomCreators.EVERYONE, group=None)
    for address in sorted(WITH_SECOND_FACTOR):
        secret = encrypt(base64.b32encode(demo.rng.randbytes(20)).decode(), FACTOR_SECRETS)
        Authenticator.objects.create(user=demo.people[address], type=Authenticator.Type.TOTP, data={"secret": secret})
    for user in people:
        if user.is_active and user.last_login:
            _add_sessions(demo, user)


def _add_sessions(demo: Demo, user: User) -> None:
    for _number in range(demo.rng.choice((0, 1, 1, 2, 4))):
        key = f"{demo.rng.getrandbits(160):032x}"[:32]
        Session.objects.create(
            session_key=key, session_data=SessionStore().encode({}), expire_date=demo.now + timedelta(days=20)
        )
        UserSession.objects.create(
            user=user,
            session_key=key,
            ip=f"192.0.2.{demo.rng.randrange(1, 255)}",  # RFC 5737: for documentation
            user_agent=demo.rng.choice(BROWSERS),
            created_at=demo.between(timedelta(days=1), timedelta(days=10)),
            last_seen_at=demo.between(timedelta(), timedelta(days=1)),
        )
