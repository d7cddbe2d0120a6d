"""The one channel by which a server process receives events from the others, and how it sends events to theirs.

A process has a single channel on the channel layer of a server, however many sockets it has. Events for another process
are collected until the event loop's next turn and sent as one message. Events for every process go to one group.

The PubSub layer can stay connected and yet receive nothing after a restart of Redis, on its channel or on the group. So
the mailbox sends itself a probe every few seconds by both routes. When one of them does not come back, the mailbox is
reopened on a new layer: one whose connections broke off in the middle of something is wrong about its subscriptions.
Housekeeping then resynchronizes everything.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers

from rooms.live.events import GROUP, AnyEvent, Probe, pack, unpack

logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0  # between two probes, and how long one may take
MAX_PENDING = 20_000  # events held while the layer is unreachable; more are dropped, and a resync follows


class _OneLine(logging.Filter):
    """The layer logs a trace-back every second while Redis is unreachable; one line says as much."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = "%s: %s", (record.getMessage(), record.exc_info[0].__name__)
            record.exc_info = None
        return True


logging.getLogger("channels_redis.pubsub").addFilter(_OneLine())


class Mailbox:
    """The mailbox of one hub on a channel layer; `handle` gets each event that arrives."""

    def __init__(self, handle: Callable[[AnyEvent], None], layer: str = DEFAULT_CHANNEL_LAYER) -> None:
        self._handle = handle
        self._layer_name = layer
        self._layer: Any = channel_layers.make_backend(layer)
        self.name = ""
        self._opening: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._pending: dict[str, list[AnyEvent]] = defaultdict(list)
        self._count = 0
        self._probe = 0
        self._probe_routes: set[bool] = set()
        self._probes_back = asyncio.Event()

    async def ready(self) -> None:
        """Wait until the mailbox has a name and receives; raises what the layer raises."""
        if self._reader is None:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.get_running_loop().create_task(self._open())
            await asyncio.shield(self._opening)

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                name = await self._layer.new_channel("mailbox.")
                await self._layer.group_add(GROUP, name)
        except BaseException:
            await self._discard_layer()
            raise
        self.name = name
        self._reader = asyncio.get_running_loop().create_task(self._read(name))

    async def _read(self, name: str) -> None:
        while True:
            message = await self._layer.receive(name)
            try:
                events = unpack(message)
            except ValueError:
                logger.warning("A message that is not of this release was ignored")
                continue
            for event in events:
                try:
                    self._handle(event)
                except Exception:
                    logger.exception("An event of type %s could not be handled", type(event).__name__)

    def post(self, process: str, event: AnyEvent) -> None:
        """Send an event to another process, together with the others of this turn of the loop."""
        if self._count >= MAX_PENDING:
            return
        self._count += 1
        self._pending[process].append(event)
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_pending())

    async def broadcast(self, event: AnyEvent) -> None:
        """Send an event to every process, this one included; raises what the layer raises."""
        async with asyncio.timeout(PROBE_SECONDS):
            await self._layer.group_send(GROUP, pack(event))

    async def _send_pending(self) -> None:
        try:
            while self._pending:
                batch, self._pending, self._count = self._pending, defaultdict(list), 0
                for process, events in batch.items():
                    try:
                        async with asyncio.timeout(PROBE_SECONDS):
                            await self._layer.send(process, pack(*events))
                    except Exception as error:
                        logger.warning("%d events could not be sent: %s", len(events), type(error).__name__)
        finally:
            self._sender = None

    async def is_alive(self) -> bool:
        """Send itself a probe, directly and to the group; return whether both came back in time."""
        self._probe += 1
        self._probe_routes.clear()
        self._probes_back.clear()
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._layer.send(self.name, pack(Probe(self.name, self._probe, by_group=False)))
                await self.broadcast(Probe(self.name, self._probe, by_group=True))
                await self._probes_back.wait()
        except Exception as error:
            logger.warning("This process does not receive its own probes: %s", type(error).__name__)
            return False
        return True

    def on_probe(self, probe: Probe) -> None:
        """Note a probe that came back; those of other processes arrive by the group, too."""
        if (probe.process, probe.number) == (self.name, self._probe):
            self._probe_routes.add(probe.by_group)
            if len(self._probe_routes) == 2:
                self._probes_back.set()

    async def reopen(self) -> None:
        """Open a new channel on a new layer, under a new name; raises what the layer raises."""
        await self._discard_layer()
        await self.ready()

    async def _discard_layer(self) -> None:
        await self.close()
        self._layer = channel_layers.make_backend(self._layer_name)

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
            logger.info("The channel layer was unreachable when the mailbox was closed: %s", type(error).__name__)
