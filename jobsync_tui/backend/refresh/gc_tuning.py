"""Python's collector of cycles, told to look seldom while work on many jobs makes and drops many objects that are in none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 50_000
"""New objects that bring the collector on: some ten thousand jobs, where it comes every hundred otherwise."""

_working: list[tuple[int, int, int]] = []
"""The thresholds that each such work under way found; all of it runs on one event loop."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have the collector look seldom, and leave out what was there before.

    Looking through the whole program again and again took a fifth of a refresh, and nobody else gets the interpreter meanwhile: a key that
    is typed would wait. Pages of jobs go when their last user goes; what little ends in a cycle meanwhile is found afterwards.
    """
    if not _working:
        gc.freeze()
    _working.append(gc.get_threshold())
    gc.set_threshold(SELDOM, *_working[0][1:])
    try:
        yield
    finally:
        before = _working.pop()
        if not _working:
            gc.set_threshold(*before)
            gc.unfreeze()
