"""Every call of a sync to an odd target fails in turn in each of the ways there are, and all comes to rest."""

import pytest

from jobsync_tui.backend.core.models import Outcome
from tests.odd.test_writes import comes_to_rest, settle, sync
from tests.support.odd_target import OddTarget
from tests.support.odd_ways import Alert, Ways, normalizing, paging
from tests.support.sync_bench import Bench, a_job

CALLS = 7


@pytest.mark.parametrize("ways", [normalizing(), Ways(lag_reads=2), paging()], ids=["normalizing", "lagging", "paging"])
@pytest.mark.parametrize("trouble", list(Alert))
async def test_every_call_fails_in_turn(bench: Bench, odd: OddTarget, ways: Ways, trouble: Alert) -> None:
    odd.ways = ways
    for place in range(CALLS):
        job_id = str(place)
        for name in ("ICU  nurse", "ICU  changed"):
            bench.ats.put(a_job(job_id, name=name))
            odd.troubles.extend([*[None] * place, trouble])
            hit = await sync(bench, job_id)
            odd.troubles.clear()
            assert hit.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNKNOWN, Outcome.FAILED}, (place, hit)
            odd.caught_up()
            await settle(bench)
    odd.ways.lag_reads = 0
    await comes_to_rest(bench, odd)
