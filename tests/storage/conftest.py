from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stores import Cache, cache_at


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[Cache]:
    async with cache_at(tmp_path / "data" / "jobsync.db") as opened:
        yield opened
