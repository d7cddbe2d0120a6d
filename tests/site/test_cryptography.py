"""docs/cryptography.md lists every purpose and algorithm of the code, and no other."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import override_settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs" / "cryptography.md").read_text()
HASHERS = list(settings.PASSWORD_HASHERS)  # of the site; tests hash quickly
PURPOSE = re.compile(r"meeting-point/v\d+/[a-z-]+")


def scripts() -> str:
    paths = (path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts)
    return "\n".join(path.read_text() for path in paths)


def server() -> str:
    return "\n".join(p.read_text() for app in ("accounts", "common", "rooms") for p in (ROOT / app).rglob("*.py"))


def test_every_purpose_of_the_browser_is_listed_once() -> None:
    code = scripts()
    used = set(PURPOSE.findall(code))
    # `meeting-point/v1/${purpose}`: the purposes are named beside it.
    seal = (ROOT / "static" / "js" / "keys" / "room-seal.js").read_text()
    used |= {f"meeting-point/v1/{name}" for name in re.findall(r"\bof\(\"([a-z-]+)\"\)", seal)}
    listed = re.findall(r"^\| `(meeting-point/v\d+/[a-z-]+)` \|", DOCUMENT, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == used


def test_every_purpose_of_the_server_is_listed() -> None:
    used = set(re.findall(r"(?:salted_hmac\(|salt=)\s*\"([a-z_.]+)\"", server()))
    listed = set(
        re.findall(r"^\| `((?:accounts|rooms|common|meetingpoint_site)\.[a-z_.]+)` \|", DOCUMENT, re.MULTILINE)
    )
    assert listed == used


def test_browsers_use_the_algorithms_of_the_suite_and_no_other() -> None:
    code = scripts()
    named = set(re.findall(r"(?:name|namedCurve|hash):\s*\"([A-Z][A-Za-z0-9-]+)\"", code))
    named |= set(re.findall(r"importKey\(\"raw\", [^,]+, \"([A-Z-]+)\"|digest\(\"([A-Z0-9-]+)\"", code)[0]) - {""}
    assert {"AES-GCM", "ECDH", "HKDF", "HMAC", "P-256", "SHA-256"} <= named
    assert named <= {"AES-GCM", "ECDH", "ECDSA", "HKDF", "HMAC", "P-256", "SHA-256"}
    assert not re.search(r"AES-(CBC|CTR|ECB)|RSAES|RSA-|PKCS|SHA-1\b|MD5", code)


def test_encryption_is_authenticated_and_its_nonces_have_96_bits() -> None:
    for path in (ROOT / "static" / "js").rglob("*.js"):
        text = path.read_text()
        if "subtle.encrypt(" in text:
            assert "AES-GCM" in text, path
            assert "additionalData" in text, path
            assert re.search(r"NONCE_BYTES = 12\b|new Uint8Array\(12\)", text), path


@override_settings(PASSWORD_HASHERS=HASHERS)
def test_passwords_are_hashed_slowly_with_a_salt_of_their_own() -> None:
    hashed = make_password("correct horse battery")
    algorithm, rounds, salt, _ = hashed.split("$")
    assert HASHERS[0] == "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    assert algorithm == "pbkdf2_sha256"
    assert int(rounds) >= 600_000
    assert f"{int(rounds):,} rounds" in DOCUMENT
    assert len(salt) >= 22
    assert hashed != make_password("correct horse battery")


def test_session_keys_have_more_than_128_bits() -> None:
    assert len(VALID_KEY_CHARS) ** 32 > 2**160
