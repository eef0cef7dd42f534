"""Python's collector of cycles, told to look seldom while a listing makes and drops many objects that are in none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 50_000
"""New objects that bring the collector on: some ten thousand jobs, where it comes every hundred otherwise."""

_listings: list[tuple[int, int, int]] = []
"""The thresholds that each listing under way found; all of them run on one event loop."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have the collector look seldom, and leave out what was there before.

    Looking through the whole program again and again took a fifth of a refresh. The pages of a listing go when their last user goes; what
    little ends in a cycle meanwhile is found afterwards.
    """
    if not _listings:
        gc.freeze()
    _listings.append(gc.get_threshold())
    gc.set_threshold(SELDOM, *_listings[0][1:])
    try:
        yield
    finally:
        before = _listings.pop()
        if not _listings:
            gc.set_threshold(*before)
            gc.unfreeze()
