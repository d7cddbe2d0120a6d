"""The clock: codes, links, certificates and credentials of the relay expire by it.

A time server is asked with one datagram, which is read here: ntplib, the library for it, believes any answer.
"""

import re
import secrets
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from .finding import Finding, hint, ok, span, wrong

PORT: Final = 123
SECONDS: Final = 3.0
MOST_OFF: Final = timedelta(seconds=30)  # a code of an authenticator app counts for a step before and after its own
# Where Debian's time services keep the names of their servers, and whom Debian asks if they have none.
FILES: Final = ("systemd/timesyncd.conf", "systemd/timesyncd.conf.d/*.conf", "chrony/chrony.conf", "ntpsec/ntp.conf")
FALLBACK: Final = "0.debian.pool.ntp.org"
_LINE: Final = re.compile(r"^\s*(?:NTP=|server\s+|pool\s+)(\S+)", re.MULTILINE)
_PACKET: Final = struct.Struct("!BBbb11I")  # RFC 5905 §7.3
_CLIENT, _SERVER = 0x23, 4  # version 4, modes 3 and 4
_SINCE_1900: Final = 2_208_988_800  # seconds to 1970


def time_servers(folder: Path = Path("/etc")) -> Iterator[str]:
    """Yield the time servers that this system is set to, or that of Debian."""
    found = False
    for pattern in FILES:
        for file in sorted(folder.glob(pattern)):
            for name in _LINE.findall(file.read_text(errors="replace")):
                found = True
                yield name
    if not found:
        yield FALLBACK


def ahead_of(server: str, port: int = PORT) -> timedelta:
    """Return by how much this clock is ahead of a time server's (RFC 4330 §5). Raises `OSError` without an answer."""
    family, kind, _, _, address = socket.getaddrinfo(server, port, type=socket.SOCK_DGRAM)[0]
    mark = secrets.randbits(32), secrets.randbits(32)  # in place of our time, which the server need not know
    with socket.socket(family, kind) as client:
        client.settimeout(SECONDS)
        client.connect(address)
        began = time.time()
        client.send(_PACKET.pack(_CLIENT, *([0] * 12), *mark))
        answer = client.recv(1024)
        ended = time.time()
    if len(answer) < _PACKET.size:
        raise OSError(0, "the answer is cut")
    first, stratum, *rest = _PACKET.unpack(answer[: _PACKET.size])
    if first & 7 != _SERVER or not 0 < stratum < 16 or tuple(rest[7:9]) != mark:
        raise OSError(0, "the answer is none")
    there = rest[11] + rest[12] / 2**32
    # Seconds of 32 bits begin again in 2036: of two distances, the shorter one is meant.
    seconds = ((began + ended) / 2 + _SINCE_1900 - there + 2**31) % 2**32 - 2**31
    return timedelta(seconds=seconds)


def is_kept_right() -> bool:
    """Say whether the kernel has heard lately from a time service. Raises `OSError` where no one says."""
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except subprocess.SubprocessError as error:
        raise OSError(0, "this system does not say") from error
    return done.stdout.strip() == "yes"


def check_clock() -> Finding:
    """Ask whether a time service keeps the clock right, and if none does, a time server."""
    name, tried = "clock", "timedatectl: whether the clock is synchronised"
    try:
        if is_kept_right():
            return ok(name, tried, "it is kept right")
        says = "no time service keeps it right"
    except OSError:
        says = "this system does not say whether it is kept right"
    do = "apt install systemd-timesyncd, or another time service (chrony); and timedatectl set-ntp true."
    for server in time_servers():
        tried = f"timedatectl, and ask the time server {server}"
        try:
            ahead = ahead_of(server)
        except OSError:
            continue
        if abs(ahead) > MOST_OFF:
            way = "ahead" if ahead > timedelta(0) else "behind"
            says = f"it is {span(abs(ahead))} {way}: links, codes and the relay's credentials expire by it"
            return wrong(name, tried, says, do)
        return hint(name, tried, f"it is right, but {says}", do)
    return hint(name, tried, f"{says}, and no time server answers", do)
