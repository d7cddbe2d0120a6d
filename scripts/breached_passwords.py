"""Build `accounts/passwords/breached.bin` from lists of leaked passwords.

    python -m scripts.breached_passwords LIST…

Each list is a text file with one password a line; accounts/passwords/README.md names them. Shorter
passwords, which the site refuses anyway, are left out. Prints the number of passwords and the SHA-256 of the file.
"""

import hashlib
import sys
from pathlib import Path

from accounts.passwords.breached import FILE, SIZE, digest

MINIMUM = 8  # characters, as MinimumLengthValidator has it


def build(lists: list[Path]) -> bytes:
    """Return the sorted digests of all passwords in the lists."""
    found = set()
    for path in lists:
        for line in path.read_bytes().split(b"\n"):
            password = line.rstrip(b"\r").decode("utf-8", "replace")
            if len(password) >= MINIMUM:
                found.add(digest(password))
    return b"".join(sorted(found))


if __name__ == "__main__":
    content = build([Path(name) for name in sys.argv[1:]])
    FILE.write_bytes(content)
    sys.stdout.write(f"{len(content) // SIZE} passwords, SHA-256 {hashlib.sha256(content).hexdigest()}\n")
