"""The one channel by which a server process hears from the others, and what it posts to theirs.

A process has a single channel on the channel layer, whatever the number of its sockets. Mail to another process is
gathered until the event loop's next turn and sent as one message. What concerns every process goes to one group.

The PubSub layer can stay connected and yet receive nothing after a restart of Redis, on its channel or on the group,
so the mailbox writes to itself every few seconds by both ways. When one of the letters does not come back, the mailbox
begins anew with a fresh layer: one whose connections ended in the middle of something keeps wrong books about what it
is subscribed to. The keeper then puts everything right.
"""

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers
from django.conf import settings

from rooms.live.events import AnyEvent, Probe, pack, unpack

if TYPE_CHECKING:
    from .hub import Hub

logger = logging.getLogger(__name__)

GROUP = "signaling.all"
MAIL = "signaling.mail"
PROBE_SECONDS = 2.0  # between two letters to oneself, and how long one may take
MOST_PENDING = 20_000  # letters held while the layer is away; what comes on top is lost, and a resync follows


class _OneLine(logging.Filter):
    """The layer logs a trace-back every second while Redis is away; one line says as much."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = "%s: %s", (record.getMessage(), record.exc_info[0].__name__)
            record.exc_info = None
        return True


logging.getLogger("channels_redis.pubsub").addFilter(_OneLine())


class Mailbox:
    """The mailbox of one hub."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._layer: Any = channel_layers.make_backend(DEFAULT_CHANNEL_LAYER)
        self.name = ""
        self._opening: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._pending: dict[str, list[AnyEvent]] = defaultdict(list)
        self._count = 0
        self._probe = 0
        self._ways: set[bool] = set()
        self._heard = asyncio.Event()

    async def ready(self) -> None:
        """Wait until the mailbox has a name and receives; raises what the layer raises."""
        if self._reader is None:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.get_running_loop().create_task(self._open())
            await asyncio.shield(self._opening)

    async def _open(self) -> None:
        name = await self._layer.new_channel("mailbox.")
        await self._layer.group_add(GROUP, name)
        self.name = name
        self._reader = asyncio.get_running_loop().create_task(self._read(name))

    async def _read(self, name: str) -> None:
        while True:
            message = await self._layer.receive(name)
            try:
                events = unpack(message["items"])
            except (msgspec.MsgspecError, KeyError, TypeError):
                logger.warning("Mail that is none of this release's was left unread")
                continue
            for event in events:
                try:
                    self._hub.handle(event)
                except Exception:
                    logger.exception("Mail of the kind %s could not be acted upon", type(event).__name__)

    def post(self, process: str, event: AnyEvent) -> None:
        """Send an event to another process with this loop turn's mail."""
        if self._count >= MOST_PENDING:
            return
        self._count += 1
        self._pending[process].append(event)
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_all())

    async def broadcast(self, event: AnyEvent) -> None:
        """Send an event to every process, this one included; raises what the layer raises."""
        await self._layer.group_send(GROUP, {"type": MAIL, "items": pack([event])})

    async def _send_all(self) -> None:
        try:
            while self._pending:
                batch, self._pending, self._count = self._pending, defaultdict(list), 0
                for process, events in batch.items():
                    try:
                        await self._layer.send(process, {"type": MAIL, "items": pack(events)})
                    except Exception as error:
                        logger.warning("%d letters could not be sent: %s", len(events), type(error).__name__)
        finally:
            self._sender = None

    async def hears(self) -> bool:
        """Write to oneself, directly and to the group; whether both letters came back in time."""
        self._probe += 1
        self._ways.clear()
        self._heard.clear()
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                letter = pack([Probe(self.name, self._probe, by_group=False)])
                await self._layer.send(self.name, {"type": MAIL, "items": letter})
                await self.broadcast(Probe(self.name, self._probe, by_group=True))
                await self._heard.wait()
        except Exception as error:
            logger.warning("This process does not hear its own mail: %s", type(error).__name__)
            return False
        return True

    def heard(self, probe: Probe) -> None:
        """Take note of a letter to oneself; those of other processes to themselves come by the group, too."""
        if (probe.process, probe.number) == (self.name, self._probe):
            self._ways.add(probe.by_group)
            if len(self._ways) == 2:
                self._heard.set()

    async def renew(self) -> None:
        """Open a new channel on a fresh layer, under a new name; raises what the layer raises."""
        await self.close()
        self._layer = channel_layers.make_backend(DEFAULT_CHANNEL_LAYER)
        await self.ready()

    async def close(self) -> None:
        """Stop receiving and drop the layer's connections."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader], timeout=1)
            self._reader = None
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._layer.flush()
        except Exception as error:
            logger.info("The channel layer was away when the mailbox was closed: %s", type(error).__name__)


def make_mailbox(hub: "Hub") -> Mailbox | None:
    """Return a mailbox where there may be other processes."""
    return Mailbox(hub) if settings.REDIS_URL else None
