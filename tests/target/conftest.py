from collections.abc import AsyncIterator, Iterator

import pytest

from jobsync_tui.backend.target.tenzo import TenzoTarget
from jobsync_tui.testing.clockwork import Clockwork
from tests.support.tenzo_server import TenzoServer, serving
from tests.support.tenzo_session import tenzo


@pytest.fixture
def server() -> Iterator[TenzoServer]:
    with serving() as server:
        yield server


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
async def target(server: TenzoServer, clockwork: Clockwork) -> AsyncIterator[TenzoTarget]:
    target = tenzo(server.url, clockwork)
    yield target
    await target.close()
