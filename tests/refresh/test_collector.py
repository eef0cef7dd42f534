"""The collector of cycles while listings run."""

from __future__ import annotations

import gc
from contextlib import ExitStack

import pytest

from jobsync_tui.backend.refresh.gc_tuning import SELDOM, seldom_collected


def test_listings_side_by_side_leave_the_collector_as_they_found_it() -> None:
    before = gc.get_threshold()
    frozen = gc.get_freeze_count()
    first, second = ExitStack(), ExitStack()
    first.enter_context(seldom_collected())
    second.enter_context(seldom_collected())
    first.close()  # the one that began first ends first
    assert gc.get_threshold()[0] == SELDOM
    second.close()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() <= frozen


def test_a_listing_that_fails_does_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="page"), seldom_collected():
        raise ValueError("page")
    assert gc.get_threshold() == before
