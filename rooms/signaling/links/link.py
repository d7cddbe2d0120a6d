"""A process's link to the others by one Redis server, which keeps some of the rooms, or all of them.

Each link stands by itself: its heartbeat, its mailbox and its probes are on its own server. So while one server is away
the rooms of the others go on, and what they need is in none but their own.
"""

from rooms.live.presence import Presence, PresenceDown
from rooms.live.presence_redis import RedisPresence

from .mailbox import Mailbox


class Link:
    """The store of a server and the mailbox on it. Only a process that is the only one has no mailbox."""

    def __init__(self, store: Presence, mailbox: Mailbox | None, label: str = "") -> None:
        self.store = store
        self.mailbox = mailbox
        self.label = label  # which of several servers it is, for the log
        self.orphans: set[int] = set()  # rooms that changed while the store was unreachable, and may differ from it
        self.names: set[str] = set()  # that entries in the store may have: the process's, and those that it had before
        self.away = False  # whether the server did not answer when it was last asked
        self._registered = False

    @property
    def process(self) -> str:
        """This process's address on the server: the name of its mailbox there."""
        return self.mailbox.name if self.mailbox else "here"

    @property
    def disagrees(self) -> bool:
        """Whether another process was seen here that names other servers, or in another order."""
        return isinstance(self.store, RedisPresence) and self.store.servers.disagrees

    async def ready(self) -> str:
        """Return `process` once the store and the other processes know it. Raises `PresenceDown`."""
        if self.mailbox and not self._registered:
            try:
                await self.mailbox.ready()
            except Exception as error:
                raise PresenceDown from error
            await self.store.heartbeat(self.mailbox.name, ())
            self._registered = True
        self.names.add(self.process)
        return self.process

    async def close(self) -> None:
        """Unregister the process and stop receiving."""
        await self.store.close(self.process)
        if self.mailbox:
            await self.mailbox.close()
