"""How the automatic sync of each integration stands: by its schedule, by the run that is under way, and by whether it is synced by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..automatic.run import LEASE
from ..core.models import AutomaticState
from ..settings.schema import Settings
from .stores import Stores


async def automatic_states(stores: Stores, settings: Settings, integrations: Sequence[str]) -> tuple[AutomaticState, ...]:
    """Return how each integration stands, with the run that is under way."""
    leases = {each: await stores.ledger.leases.holder_of(each, LEASE) for each in integrations}
    states = await stores.schedule.states(integrations, [each for each, lease in leases.items() if lease is not None])
    by_hand = {each.id for each in settings.integrations if not each.automatic}
    found = []
    for each in states:
        state = replace(each, next_run=None, stopped=False) if each.integration in by_hand else each
        lease = leases[each.integration]
        if lease is not None:
            spread = await stores.batches.spread(each.integration)
            state = replace(state, running=True, last_run=lease.since, ended_at=None, spread=spread)
        found.append(state)
    return tuple(found)
