"""A fixed piece of work that is like the server's: what costs as much more on another machine as a join does."""

import hashlib
import hmac
import json
import re
import sqlite3
import time
from dataclasses import dataclass

_PATTERN = re.compile(r"([a-z]+)-(\d+)")


@dataclass
class _Row:
    number: int
    name: str
    data: bytes


def work(rounds: int = 2000) -> int:
    """Query, build objects, encode, decode, match and hash, as often as `rounds`; return a checksum."""
    total = 0
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE room (number INTEGER PRIMARY KEY, name TEXT, data BLOB)")
        database.executemany("INSERT INTO room VALUES (?, ?, ?)", [(n, f"room-{n}", b"x" * 40) for n in range(100)])
        for turn in range(rounds):
            found = database.execute("SELECT number, name, data FROM room WHERE number >= ? LIMIT 8", (turn % 90,))
            rows = [_Row(*row) for row in found]
            text = json.dumps([{"number": row.number, "name": row.name, "peers": [turn] * 6} for row in rows])
            for item in json.loads(text):
                match = _PATTERN.match(item["name"])
                total += int(match[2]) if match else 0
            digest = hmac.new(b"key", text.encode(), hashlib.sha256).hexdigest()
            total += int(digest[:2], 16)
    database.close()
    return total


def measure() -> float:
    """Return the seconds of processor time that the work takes now."""
    began = time.process_time()
    work()
    return time.process_time() - began
