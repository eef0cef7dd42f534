from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from jobsync_tui.testing.clockwork import Clockwork
from tests.support.odd_target import OddTarget, odd_target
from tests.support.sync_bench import Bench, open_bench
from tests.support.tenzo_session import tenzo


@pytest.fixture
def odd() -> Iterator[OddTarget]:
    with odd_target() as target:
        yield target


@pytest.fixture
async def bench(tmp_path: Path, odd: OddTarget) -> AsyncIterator[Bench]:
    """A bench whose target is the odd one, over a socket."""
    target = tenzo(odd.url, Clockwork())
    async with open_bench(tmp_path, target) as bench:
        yield bench
    await target.close()
