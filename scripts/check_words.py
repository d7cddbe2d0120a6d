"""Refuse retired names and words that a native speaker would not write, wherever the project says anything.

One word means one thing here: docs/architecture.md has the glossary. A name that was replaced must not come back, and
comments, pages and documents are plain, spoken English. Prints each place as `file:line: word → better`; exits 1 if
there is any.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENDINGS = {".py", ".js", ".css", ".html", ".txt", ".md", ".sh", ".toml", ".ini", ".yaml", ".conf", ".service"}
NAMED = {"Makefile", "Caddyfile", "Dockerfile", ".env.example"}
# This list itself, files of others, and the record of what was released.
LEFT_OUT = ("scripts/check_words.py", "static/vendor/", "CHANGELOG.md")

# Words of prose, and what to say instead.
WORDS = {
    "somebody": "someone, a person, a peer",
    "nobody": "no one",
    "everybody": "everyone",
    "anybody": "anyone",
    "whoever": "the person who, anyone who",
    "anew": "again, from scratch",
    "told": "sent, notified, shown",
    "of now": "current",
    "put out": "kick, remove",
    "sent out of the call": "removed from the call",
    "internet address": "IP address",
    "front page": "home page",
}

# Names that were replaced. Only those that cannot mean anything else are listed.
NAMES = {
    # access and flows
    "get_standing_for": "get_access_or_404",
    "get_room_for": "get_room_or_404",
    "get_place_for": "get_membership_or_404",
    "why_shut": "unavailable_reason",
    "needs_host": "requires_host",
    "host_needed": "requires_host",
    "may_make_rooms": "can_create_rooms",
    "RoomMakers": "RoomCreators",
    "relay_tester": "relay_test_identity",
    "key_by_hosts": "hosts_hand_out_key",
    "fits_hosts": "hosts_should_hand_out_key",
    "closed_by_site": "closed_by_moderator",
    "reminded_of": "expiry_reminder_for",
    "offered_to": "pending_owner",
    "browser_of": "guest_id_of",
    "browser_for": "guest_id_for",
    "told_of_role": "notify_role_changed",
    "change_door": "change_join_rule",
    "send_out": "kick",
    "put_out": "kick",
    "forget_browsers": "forget_guests",
    "somebody_waits": "mail_hosts_about_knock",
    "require_new_key": "require_rekey",
    "another_was_first": "key_conflict",
    "answers_json": "json_errors",
    "SiteRules": "SitePolicy",
    # signaling
    "live_counts": "occupied_rooms",
    "session_moved": "session_rekeyed",
    "SENT_OUT": "KICKED",
    "NOBODY_ANSWERED": "KNOCK_TIMEOUT",
    "KNOCK_FIRST": "KNOCK_REQUIRED",
    "come_in": "admitted",
    "knock_over": "knock_ended",
    "forestall": "drain_before_shutdown",
    "recheck": "reauthorize_members",
    # moderation and accounts
    "DEED_DAYS": "AUDIT_DAYS",
    "settled_at": "resolved_at",
    "MailStop": "MailOptOut",
    "UsedOnce": "SingleUseCode",
    "cover_daphne": "redact_daphne_access_log",
    # browser
    "tellMedia": "sendMediaState",
    "AtTheDoor": "Knocking",
    "DoorKeeper": "LobbyHost",
    "DoorBell": "LobbyAlerts",
    "DoorRelay": "LobbyBroadcast",
    "KeyLife": "KeyRotation",
    "LateNotice": "ConnectionTimeout",
    "PathTally": "PathStats",
    "RouteWatch": "RouteMonitor",
    "ThirdPeer": "PeerRelay",
    "MediaPair": "TransceiverPair",
    "Retuner": "LocalRenegotiation",
    "offerAnew": "reoffer",
    "beginsAnew": "isRestart",
    "amendMedia": "mungeSdp",
    "StillCamera": "SnapshotCamera",
    "HostActs": "HostActions",
    "DeviceDesk": "DeviceControls",
    "EndingNotice": "TimeWarning",
    "tieMoreMenu": "setUpMoreMenu",
    "offerRoomKey": "setRoomKey",
    "heldRoomKey": "findRoomKey",
}

_prose = re.compile(r"\b(" + "|".join(re.escape(word) for word in WORDS) + r")\b", re.IGNORECASE)
_names = re.compile(r"(?<![A-Za-z0-9])_*(" + "|".join(map(re.escape, NAMES)) + r")(?![A-Za-z0-9_])")
# The words hide in names, too: screenTold, put_out_of_room, tellEverybody.
_in_names = re.compile(
    r"(?:(?<=[a-z])|(?<=_)|\b)([Ss]omebody|[Nn]obody|[Ee]verybody|[Aa]nybody|[Ww]hoever|[Aa]new)(?=[A-Z_]|\b)|(?<=[a-z])(Told)(?=[A-Z_]|\b)"
)


def complaints(text: str) -> list[tuple[int, str, str]]:
    """Return (line, what was found, what to say instead) of each retired word in `text`."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        seen = {match[1].lower(): WORDS[match[1].lower()] for match in _prose.finditer(line)}
        for match in _in_names.finditer(line):
            word = (match[1] or match[2]).lower()
            seen[word] = WORDS[word]
        seen |= {match[1]: NAMES[match[1]] for match in _names.finditer(line)}
        found += [(number, word, better) for word, better in seen.items()]
    return found


def main() -> int:
    """Look through every tracked text file; return 1 if anything was found."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    count = 0
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if name.startswith(LEFT_OUT) or not (path.suffix in ENDINGS or path.name in NAMED) or not path.is_file():
            continue
        for line, word, better in complaints(path.read_text(encoding="utf-8")):
            if word == "told" and name.startswith("templates/"):
                continue  # "The person you report won't be told." is how people say it
            sys.stdout.write(f"{name}:{line}: {word} → {better}\n")
            count += 1
    if count:
        sys.stdout.write(f"{count} retired words. The glossary of docs/architecture.md has the ones we use.\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
