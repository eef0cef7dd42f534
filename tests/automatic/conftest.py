from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fleet import ICU, Fleet, Host, open_fleet


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path, "acme", "globex") as opened:
        yield opened


@pytest.fixture
async def host(fleet: Fleet) -> AsyncIterator[Host]:
    """Two integrations; in the first, jobs 1 to 3 are eligible, 4 and 5 are not."""
    fleet.ats["acme"].put(1, 2, 3)
    fleet.ats["acme"].put(4, 5, name="Driver")
    async with fleet.host() as opened:
        await opened.save(ICU)
        yield opened
