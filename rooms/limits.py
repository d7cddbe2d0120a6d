"""The limits of rooms and invites, in one place."""

from datetime import timedelta

from .models import INVITE_LABEL_LENGTH, MAX_PEOPLE, MIN_PEOPLE, ROOM_NAME_LENGTH

__all__ = ["INVITE_LABEL_LENGTH", "MAX_PEOPLE", "MIN_PEOPLE", "ROOM_NAME_LENGTH"]

TOKEN_BYTES = 32  # the invite token, and its SHA-256
WRAPPED_BYTES = 60  # nonce 12, sealed room key 32, tag 16
KEY_CHECK_BYTES = 16

MIN_INVITE_LIFE = timedelta(minutes=1)
MAX_INVITE_LIFE = timedelta(days=90)
MAX_INVITE_USES = 1000
SECOND_DEVICE_LIFE = timedelta(minutes=10)  # of the link that brings the room key to another device of the owner
MODERATOR_LINK_LIFE = timedelta(days=1)  # such a link also has one use

MAX_ROOMS_PER_OWNER = 200
MAX_OPEN_INVITES_PER_ROOM = 100
MAX_ENDED_INVITES_SHOWN = 100

# What hosts see of people who were turned away: the newest reasons of a room, for a week.
MAX_TURNED_AWAY_PER_ROOM = 20
TURNED_AWAY_LIFE = timedelta(days=7)
TRY_AGAIN = timedelta(minutes=1)  # tries that follow each other sooner count as one: a reload, a second press

# Files that wait in a browser until the other person is there.
TRANSFER_LIFE = timedelta(days=7)
TRANSFER_ID_BYTES = 16
MAX_TRANSFERS_PER_SENDER = 20  # in one room
MAX_TRANSFERS_PER_RECEIVER = 60  # in one room

# The largest JSON body of this app (a new invite) has less than 400 bytes. But each of a report's 2,000 characters may
# be written as \ud83d\ude00.
MAX_BODY_BYTES = 4096
MAX_REPORT_BYTES = 32_768
