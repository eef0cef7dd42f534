"""Sending out what is new about alerts: one message a channel and interval, by one process, in the background."""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core import clock
from ..core.errors import Busy, JobsyncError
from ..core.models import Alert, AutomaticRun, RecordHead
from ..settings.redaction import redact
from ..storage.automatic.alerts import AlertStore
from ..storage.ledger.leases import LeaseStore
from .notify.base import Channel
from .notify.digest import Digest, digest_id

log = logging.getLogger(__name__)

LEASE = ("(messages)", "(sending)")
"""In the place of an integration and an ATS job id: the lease of the one process, on any host, that sends at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends, as the configuration is at this moment.

    Attributes:
        channels: The ways out, as far as they could be set up.
        broken: Why others could not, by their names.
        every: At most one message in that time by each.
        organization: For the head of a message.
        names: Display names by integration id.
    """

    channels: Sequence[Channel]
    broken: Mapping[str, JobsyncError]
    every: timedelta
    organization: str
    names: Mapping[str, str]


class Notifier:
    """Notes what runs met, and tells the channels.

    Args:
        alerts: What was met, and who was told.
        leases: Who sends.
        sender: The configuration as it is when it is asked.
        head: Where the audit record ends, which every message carries so that it stands somewhere else.
        now: The time.
    """

    def __init__(
        self,
        alerts: AlertStore,
        leases: LeaseStore,
        sender: Callable[[], Sender],
        head: Callable[[], Awaitable[RecordHead]],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._alerts = alerts
        self._leases = leases
        self._sender = sender
        self._head = head
        self._now = now

    async def note(self, run: AutomaticRun) -> None:
        """Note what a run met. It comes to nothing worse than a line in the log: no run fails for it."""
        try:
            await self._alerts.note(run)
        except JobsyncError as error:
            log.warning("what the run of %s met could not be noted: %s", run.integration, error.message)

    async def send(self, holder: str) -> None:
        """Tell each channel what it has not been told; what it does not take is part of its next message."""
        sender = self._sender()
        if not sender.channels and not sender.broken:
            return
        try:
            async with self._leases.hold(*LEASE, holder):
                for name, error in sender.broken.items():
                    await self._note_failure(name, error)
                for channel in sender.channels:
                    await self._tell(channel, sender)
        except Busy:
            log.debug("another process sends messages at this moment")
        except JobsyncError as error:
            log.warning("messages could not be sent: %s", error.message)

    async def test(self) -> dict[str, JobsyncError | None]:
        """Send every channel a message without alerts; returns what went wrong with each, by name."""
        sender = self._sender()
        found: dict[str, JobsyncError | None] = dict(sender.broken)
        for channel in sender.channels:
            found[channel.name] = await self._deliver(channel, await self._digest(sender, (), 0))
        return found

    async def _tell(self, channel: Channel, sender: Sender) -> None:
        news = await self._alerts.news(channel.name, sender.every)
        if news is None:
            return
        error = await self._deliver(channel, await self._digest(sender, news.alerts, news.upto))
        if error is None:
            await self._alerts.told(channel.name, news.upto)
        else:
            await self._note_failure(channel.name, error)

    async def _deliver(self, channel: Channel, digest: Digest) -> JobsyncError | None:
        try:
            await channel.deliver(digest)
        except JobsyncError as error:
            return error
        log.info("%s took a message of %d troubles", channel.name, len(digest.alerts))
        return None

    async def _note_failure(self, name: str, error: JobsyncError) -> None:
        log.error("%s did not take a message: %s", name, error.message)
        await self._alerts.failed(name, redact(error.message))

    async def _digest(self, sender: Sender, alerts: tuple[Alert, ...], upto: int) -> Digest:
        moment = self._now()
        number = digest_id(alerts, upto) if alerts else digest_id(alerts, clock.to_ms(moment))
        return Digest(number, moment, sender.organization, platform.node(), alerts, sender.names, await self._head())


LONGEST_END = 2.0
"""Seconds in which a sending that is given up lets go of its connection, its program and its lease; nobody waits longer."""


class BackgroundDelivery:
    """Messages of one process.

    Args:
        send: Sends what is new in the name of a holder, and is done when every channel took it or failed.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._beside: asyncio.Task[None] | None = None

    def begin(self, holder: str, stop: asyncio.Event) -> None:
        """Send beside what the process does, until ``stop`` is set. Where that is under way, what is new is left to the next time."""
        if self._beside is None or self._beside.done():
            self._beside = asyncio.create_task(self._logged(holder, stop))

    async def send(self, holder: str, stop: asyncio.Event) -> None:
        """Send, and return when that is done or given up because ``stop`` was set."""
        if stop.is_set():
            return
        delivery, stopping = asyncio.ensure_future(self._send(holder)), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({delivery, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            delivery.cancel()
            await asyncio.wait({delivery}, timeout=LONGEST_END)
        if delivery.done() and not delivery.cancelled():
            delivery.result()

    async def close(self) -> None:
        """Give up what is being sent."""
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.wait({self._beside})

    async def _logged(self, holder: str, stop: asyncio.Event) -> None:
        try:
            await self.send(holder, stop)
        except Exception:
            log.exception("sending messages ended in a fault")
