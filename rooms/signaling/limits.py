"""How much one socket may ask of the server, and how much the server holds for a socket that does not read."""

MESSAGES_A_SECOND = 40.0
# A newcomer to a full room sends each of 7 peers a description and a few batches of candidates, all within a second.
BURST = 240.0
REFUSALS = 200  # messages dropped by `slow_down` before the socket is closed
BAD_MESSAGES = 20  # messages that are no messages before the socket is closed

JOIN_SECONDS = 10.0  # from the connection to its `join`
WAIT_SECONDS = 1_800.0  # that one can wait at the door
MOST_WAITING = 20  # people at the door of one room, on one process
KNOCK_SECONDS = 5.0  # between two times that hosts are told of the same knock

HELD_BYTES = 1_000_000  # unsent bytes held for one socket before it is closed as too slow
STALL_SECONDS = 7.0  # without any of the held bytes going out before it is closed as too slow
GRACE_SECONDS = 2.0  # for a slow or flooding peer to take its close frame before the connection is cut


class TokenBucket:
    """Lets `BURST` messages through at once and `MESSAGES_A_SECOND` in the long run; counts the others."""

    __slots__ = ("_at", "_tokens", "refused")

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._at = now
        self.refused = 0

    def take(self, now: float) -> bool:
        """Take a token at the monotonic time `now`, in seconds; False when there is none."""
        self._tokens = min(BURST, self._tokens + (now - self._at) * MESSAGES_A_SECOND)
        self._at = now
        if self._tokens < 1.0:
            self.refused += 1
            return False
        if self._tokens > BURST / 2:
            self.refused = 0  # it has slowed down; a token that trickles into a flood is no such sign
        self._tokens -= 1.0
        return True

    @property
    def overdone(self) -> bool:
        """Whether so much was refused that the socket should end."""
        return self.refused > REFUSALS
