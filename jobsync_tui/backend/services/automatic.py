"""The automatic sync: run once, run on schedule, paused, resumed, and how it stands."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
from collections.abc import Callable
from datetime import datetime, timedelta

from ..access.access import Actor
from ..automatic.run import Order
from ..automatic.timer import next_slot
from ..core.clock import from_ms, now, rfc3339, to_ms
from ..core.errors import JobsyncError, UsageError
from ..core.models import AutomaticDecision, AutomaticRun, AutomaticState, AutomaticStatus, DueSlot, Failure, HoldKind
from ..core.reasons import given_reason
from ..storage.automatic.schedule import slot, width
from .automatic_states import automatic_states
from .base import Service, for_admins, for_integration
from .channels import channel_names

log = logging.getLogger(__name__)


class AutomaticService(Service):
    """What ``jobsync auto``, the header of the jobs screen and Check Eligibility ask for.

    It concerns every integration, so only those who may use all of them may run, pause or resume it.
    """

    @for_admins
    async def run(
        self,
        integration: str | None = None,
        *,
        every: timedelta | None = None,
        on_schedule: bool = False,
        stop: asyncio.Event | None = None,
    ) -> tuple[AutomaticRun, ...]:
        """Run once over one integration or over all, side by side; what happens to one is in its run and stops no other.

        Messages have been sent, or were tried, when it returns: a process that ends then leaves none behind.

        Args:
            integration: Its id; None for all that are configured and not synced by hand only.
            every: The time between two runs, where it is not that of the configuration.
            on_schedule: Do nothing where the present slot of the schedule was run already.
            stop: Once set, what has begun ends, messages are given up, and nothing else is begun.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        stop = stop or asyncio.Event()
        actor = self._automatic(on_schedule=on_schedule)
        found = await self._run(actor, integration, every=every, stop=stop, on_schedule=on_schedule)
        await self.parts.delivery.send(actor.user, stop)
        return found

    @for_admins
    async def run_slot(
        self, integration: str | None = None, *, every: timedelta | None = None, spread: bool = False, stop: asyncio.Event
    ) -> tuple[AutomaticRun, ...]:
        """Run what the present slot of the schedule has left, in a process that goes on: messages go out beside its next slots.

        Args:
            integration: As for `run`.
            every: As for `run`.
            spread: Distribute the jobs of a large run among the workers that are free.
            stop: As for `run`.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        actor = self._automatic(on_schedule=True)
        found = await self._run(actor, integration, every=every, stop=stop, on_schedule=True, spread=spread)
        self.parts.delivery.begin(actor.user, stop)
        return found

    async def _run(
        self,
        actor: Actor,
        integration: str | None,
        *,
        every: timedelta | None,
        stop: asyncio.Event,
        on_schedule: bool,
        spread: bool = False,
    ) -> tuple[AutomaticRun, ...]:
        await self.admission.require_everything("auto")
        if integration is not None:
            await self.admission.admit_to(integration, "auto")
        await self._reconcile()
        by_themselves = [each.id for each in self.admission.settings.integrations if each.automatic]
        chosen = by_themselves if integration is None else [integration]
        every = every or self.admission.settings.sync.every
        orders = [Order(actor=actor, integration=each, every=every, stop=stop, on_schedule=on_schedule, spread=spread) for each in chosen]
        return tuple(await asyncio.gather(*map(self.parts.automatic.run, orders)))

    @for_admins
    async def serve(self, stop: asyncio.Event, on_runs: Callable[[tuple[AutomaticRun, ...]], None], every: timedelta | None = None) -> None:
        """Run in every slot of the schedule until ``stop`` is set. Access and configuration are looked at anew each time.

        A run that takes longer than a slot keeps no other integration from its next one.

        Args:
            stop: Once set, what has begun ends and nothing else is begun.
            on_runs: Told the runs of an integration's slot when they have ended.
            every: The time between two runs, where it is not that of the configuration.

        Raises:
            AccessDenied: The actor may not use every integration, or not any more.
        """
        await self.admission.require_everything("auto")
        under_way: dict[str, asyncio.Task[None]] = {}

        async def run(integration: str) -> None:
            on_runs(await self.run_slot(integration, every=every, stop=stop))

        try:
            while not stop.is_set():
                began = now()
                await self.admission.require_everything("auto")
                for each in self.admission.settings.integrations:
                    task = under_way.get(each.id)
                    if task is not None and task.done():
                        await under_way.pop(each.id)
                    if each.automatic and each.id not in under_way:
                        under_way[each.id] = asyncio.create_task(run(each.id))
                await next_slot(every or self.admission.settings.sync.every, stop, since=began)
        finally:
            await asyncio.gather(*under_way.values(), return_exceptions=True)

    @for_admins
    async def due(self, every: timedelta | None = None) -> DueSlot:
        """Return the slot that is due now, and for whom: what a worker asks before it puts runs into the queue.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.admission.require_everything("worker")
        every = every or self.admission.settings.sync.every
        moment = await self.stores.schedule.moment()
        began = from_ms(slot(to_ms(moment), width(every)))
        return DueSlot(began, began + every - moment, tuple(each.id for each in self.admission.settings.integrations if each.automatic))

    @for_admins
    async def spread(self) -> tuple[str, ...]:
        """Return the integrations of which a large run is under way whose jobs are distributed.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.admission.require_everything("worker")
        found = await self.stores.batches.integrations()
        return tuple(each.id for each in self.admission.settings.integrations if each.automatic and each.id in found)

    @for_admins
    async def work_on_batches(self, integration: str, *, stop: asyncio.Event) -> None:
        """Do batches of a large run that another worker leads, until none is left or ``stop`` is set.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.admission.require_everything("worker")
        await self.admission.admit_to(integration, "worker")
        actor = self._automatic(on_schedule=True)
        await self.parts.automatic.work_on_batches(
            Order(actor=actor, integration=integration, every=self.admission.settings.sync.every, stop=stop)
        )

    @for_admins
    async def pause(self, until: datetime | None = None) -> AutomaticStatus:
        """Have no run begin until `resume`, or until that moment by the database's clock; one that is under way ends.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: That moment is over.
        """
        await self.admission.require_everything("auto pause")
        if until is not None and until <= await self.stores.schedule.moment():
            raise UsageError(f"{rfc3339(until)[:16].replace('T', ' ')}Z is over already", remedy="Name a time that is still to come")
        cause = None if until is None else f"until {rfc3339(until)}"
        await self.admission.record("auto pause", outcome="done", cause=cause)
        await self.stores.schedule.pause(self.admission.actor.user, until, given_reason())
        return await self.status()

    @for_admins
    async def resume(self, *, accept: bool = False) -> AutomaticStatus:
        """End the pause, and let integrations go on whose credentials were refused.

        Args:
            accept: Let those go on too that rules would write more of than the guard lets pass, as long as the rules stay as they are.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.admission.require_everything("auto resume")
        await self.admission.record("auto resume", outcome="done", cause="accepted what the rules would write" if accept else None)
        await self.stores.schedule.resume()
        kinds = (HoldKind.CREDENTIALS, HoldKind.GUARD) if accept else (HoldKind.CREDENTIALS,)
        for integration in self.admission.settings.integrations:
            await self.stores.schedule.release(integration.id, *kinds, accept=accept)
        return await self.status()

    @for_admins
    async def status(self) -> AutomaticStatus:
        """Return how the automatic sync of the integrations stands that the actor may use."""
        visible = self.admission.visible()
        return AutomaticStatus(
            paused=await self.stores.schedule.paused(),
            every=self.admission.settings.sync.every,
            integrations=await automatic_states(self.stores, self.admission.settings, visible),
            troubles=await self.stores.alerts.standing(visible),
            channels=await self.stores.alerts.channels(channel_names(self.admission.settings)),
            engine=await self.stores.queue.state(),
            ticks=await self.stores.schedule.ticks(visible),
        )

    @for_admins
    async def test_messages(self) -> dict[str, Failure | None]:
        """Send a message without troubles by every channel that is configured; returns what went wrong with each, by its name.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.admission.require_everything("auto test-messages")
        found = await self.parts.notifier.test()
        return {name: None if error is None else error.failure() for name, error in found.items()}

    @for_integration
    async def state(self, integration: str) -> AutomaticState:
        """Return how the automatic sync of one integration stands."""
        (found,) = await automatic_states(self.stores, self.admission.settings, [integration])
        return found

    @for_integration
    async def decision(self, integration: str, job_id: str) -> AutomaticDecision | None:
        """Return what the automatic sync last decided for a job and when it looks again; None where it never did."""
        return await self.stores.last_decision(integration, job_id)

    def _automatic(self, *, on_schedule: bool) -> Actor:
        actor = self.admission.actor
        origin = {"started_by": actor.user, "host": platform.node(), "process": str(os.getpid()), **actor.origin}
        return Actor.automatic({**origin, "trigger": "schedule" if on_schedule else "once"})

    async def _reconcile(self) -> None:
        """Settle what is open; a service that runs for weeks cannot wait for its next start."""
        try:
            await self.parts.recovery.recover(wait=False, unattended=True)
        except JobsyncError as error:
            log.warning("open operations could not be settled: %s", error.message)
