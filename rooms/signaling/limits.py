"""Limits of one socket: how much it may send, and how much the server buffers for a peer that does not read."""

MESSAGES_A_SECOND = 40.0
# A newcomer to a full room sends each of 7 peers a description and a few batches of candidates, all within a second.
BURST = 240.0
REFUSALS = 200  # messages dropped by `slow_down` before the socket is closed
BAD_MESSAGES = 20  # frames that are no message of this protocol before the socket is closed

JOIN_SECONDS = 10.0  # from the connection to its `join`
KNOCK_TIMEOUT_SECONDS = 1_800.0  # that a guest can wait to be admitted
MAX_KNOCKING = 20  # guests who wait for one room, on one process
KNOCK_SECONDS = 5.0  # between two messages to hosts about the same knock

MAX_SOCKETS_FROM = 400  # open sockets of one network address, on one process; LIMIT_FACTOR multiplies it

KEPT_FILES = 256  # of the files that the system allows a process, or a quarter if that is less: not for sockets
CROWDED_SECONDS = 10  # after which those come again for whom there was no file

MAX_WATCHERS_A_USER = 8  # open dashboards and room pages of one account, on one process

MAX_TRANSFERRING = 32  # sockets in the transfer room of one room

MAX_BUFFERED_BYTES = 1_000_000  # unsent bytes of one socket before it is closed as too slow
STALL_SECONDS = 7.0  # without the peer reading any of the buffered bytes before it is closed as too slow
GRACE_SECONDS = 2.0  # for a slow or flooding peer to read its close frame before the connection is cut


class TokenBucket:
    """Allows `BURST` messages at once and `MESSAGES_A_SECOND` in the long run; counts those it refuses."""

    __slots__ = ("_at", "_tokens", "refused")

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._at = now
        self.refused = 0

    def consume(self, now: float) -> bool:
        """Consume a token at the monotonic time `now`, in seconds; False when there is none."""
        self._tokens = min(BURST, self._tokens + (now - self._at) * MESSAGES_A_SECOND)
        self._at = now
        if self._tokens < 1.0:
            self.refused += 1
            return False
        if self._tokens > BURST / 2:
            self.refused = 0  # it has slowed down; in a flood a token now and then proves nothing
        self._tokens -= 1.0
        return True

    @property
    def exhausted(self) -> bool:
        """Whether so many messages were refused that the socket must be closed."""
        return self.refused > REFUSALS
