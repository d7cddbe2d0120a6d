"""Whether all processes name the same Redis servers, in the same order: else each would look for a room elsewhere.

Each server bears a mark that is random. A process writes the marks of its list to every server, again and again, and
sees what was there before it: other marks, again and again, are of a process with another list.
"""

import hashlib
import secrets
from collections import deque

ROUNDS = 8  # that are looked back upon: more than it takes until all have noticed that a server has restarted
OTHERS = 6  # of them, in which others were seen


class ServerList:
    """The servers of this process, which `count` of them there are; each has a position, from 0."""

    def __init__(self, count: int) -> None:
        self._marks: list[str] = [""] * count
        self._seen = [deque[bool](maxlen=ROUNDS) for _ in range(count)]
        self.new_mark = secrets.token_hex(8)

    @property
    def several(self) -> bool:
        """Whether there is more than one."""
        return len(self._marks) > 1

    def note_mark(self, position: int, mark: str) -> None:
        """Note the mark of a server: one that has lost what it kept has another."""
        self._marks[position] = mark

    def fingerprint(self, position: int) -> str:
        """Return what is written to a server; empty while a mark is not known yet."""
        if not all(self._marks) and self.several:
            return ""
        digest = hashlib.sha256(" ".join(self._marks).encode()).hexdigest()
        return f"{position + 1}/{len(self._marks)} {digest[:16]}"

    def note_others(self, position: int, before: str | None) -> None:
        """Note what a server had before this process wrote its own."""
        self._seen[position].append(before not in (None, self.fingerprint(position)))

    @property
    def disagrees(self) -> bool:
        """Whether another process has another list, or another order."""
        return any(sum(seen) >= OTHERS for seen in self._seen)
