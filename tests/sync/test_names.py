"""When the target is asked for its names, and when what it said still counts."""

import pytest

from jobsync_tui.backend.core.models import Change
from jobsync_tui.backend.sync.target_names import FRESH_FOR, STALE_AFTER, NameCheck
from jobsync_tui.backend.target.base import Catalog
from tests.support.sync_bench import Bench
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")


async def test_names_are_asked_for_rarely_and_missing_ones_again(bench: Bench) -> None:
    asked = 0
    seconds = 0.0

    class Counting(WrappedTarget):
        async def catalog(self) -> Catalog:
            nonlocal asked
            asked += 1
            return Catalog(templates=None, folders=frozenset({"Ohio"}), users=frozenset({"dana"}))

    check = NameCheck(Counting(bench.local), lambda: seconds)
    ohio = (Change("folder", None, "Ohio"), Change("templates", None, ["unchecked"]), Change("name", None, "x"))
    texas = (Change("folder", "Ohio", "Texas"), Change("follow_up_user", None, "erin"))
    assert await check.missing((Change("name", None, "x"), Change("folder", "Ohio", None))) == ()
    assert asked == 0
    assert await check.missing(ohio) == ()
    seconds = FRESH_FOR - 1
    assert await check.missing(ohio) == ()
    assert asked == 1
    assert await check.missing(texas) == ("folder 'Texas'", "user 'erin'")
    assert asked == 2
    seconds += STALE_AFTER - 1
    assert await check.missing(texas) != ()
    assert asked == 2
    seconds += 1
    assert await check.missing(texas) != ()
    assert asked == 3
