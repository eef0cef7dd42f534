"""Sending out what is new about alerts: one message a channel and interval, by one process, in the background."""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ..core import clock
from ..core.errors import Busy, JobsyncError
from ..core.models import Alert, AutomaticRun, Greeting, RecordHead
from ..core.to_its_end import to_its_end
from ..settings.redaction import redact
from ..storage.automatic.alerts import AlertStore
from ..storage.ledger.leases import LeaseStore
from .notify.base import Channel
from .notify.daily import SHORTEST, DailyDigest, daily_id, last_due
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
        daily: The local time of day of a message that tells of the day; None for none.
    """

    channels: Sequence[Channel]
    broken: Mapping[str, JobsyncError]
    every: timedelta
    organization: str
    names: Mapping[str, str]
    daily: time | None = None


class Notifier:
    """Notes what runs met, and tells the channels.

    Args:
        alerts: What was met, and who was told.
        leases: Who sends.
        sender: The configuration as it is when it is asked.
        head: Where the audit record ends, which every message carries so that it stands somewhere else.
        day: What happened between two moments to all that is configured, and what waits.
        now: The time.
    """

    def __init__(
        self,
        alerts: AlertStore,
        leases: LeaseStore,
        sender: Callable[[], Sender],
        head: Callable[[], Awaitable[RecordHead]],
        *,
        day: Callable[[datetime, datetime], Awaitable[Greeting]],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._alerts = alerts
        self._leases = leases
        self._sender = sender
        self._head = head
        self._day = day
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
                    if sender.daily is not None:
                        await self._tell_day(channel, sender, sender.daily)
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

    async def _tell_day(self, channel: Channel, sender: Sender, hour: time) -> None:
        """Tell a channel once what happened up to the last hour of the message; hours that were missed are told with it.

        The first hour is the one after the message was configured. A day on which nothing happened and nothing waits has none.
        """
        due = last_due(hour, self._now())
        before = await self._alerts.daily(channel.name)
        if before is None:
            await self._alerts.told_day(channel.name, due)
            return
        if due - before < SHORTEST:
            return
        greeting = await self._day(before, due)
        if not greeting.is_quiet or greeting.paused is not None:
            error = await self._deliver(channel, await self._daily_digest(sender, greeting, before, due))
            if error is not None:
                await self._note_failure(channel.name, error)
                return
        await self._alerts.told_day(channel.name, due)

    async def _deliver(self, channel: Channel, digest: Digest) -> JobsyncError | None:
        try:
            await channel.deliver(digest)
        except JobsyncError as error:
            return error
        log.info("%s took %s", channel.name, digest.words)
        return None

    async def _note_failure(self, name: str, error: JobsyncError) -> None:
        log.error("%s did not take a message: %s", name, error.message)
        await self._alerts.failed(name, redact(error.message))

    async def _digest(self, sender: Sender, alerts: tuple[Alert, ...], upto: int) -> Digest:
        moment = self._now()
        number = digest_id(alerts, upto) if alerts else digest_id(alerts, clock.to_ms(moment))
        return Digest(number, moment, sender.organization, platform.node(), alerts, sender.names, await self._head())

    async def _daily_digest(self, sender: Sender, greeting: Greeting, before: datetime, due: datetime) -> DailyDigest:
        number, host = daily_id(before, due), platform.node()
        return DailyDigest(number, self._now(), sender.organization, host, (), sender.names, await self._head(), greeting, due)


LONGEST_END = 2.0
"""Seconds in which a sending that is given up lets go of its connection, its program and its lease; nobody waits longer."""


async def _let_go(delivery: asyncio.Future[None]) -> None:
    await asyncio.wait({delivery}, timeout=LONGEST_END)


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
            # Whoever closes what is being given up already cancels this wait, too, and then closes the database that the lease is in.
            await to_its_end(_let_go(delivery))
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
