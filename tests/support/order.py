"""The order of the tests: those that take long begin first, shared out among the processes that run tests, so that all end together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pytest

SOME = 3.0
"""Seconds of a slow test that does not say how many."""


def shared_out(items: Sequence[pytest.Item], processes: int) -> list[pytest.Item]:
    """Return the tests in the order in which they are to be handed out.

    Each process is given an equal part of what is returned (``--dist worksteal``), and whoever is done takes from the end of another's.
    So half of the parts begin with slow tests, which mostly wait, while those of the other half keep the processor busy. The slow tests of
    a file stay together, for they share what it sets up.
    """
    rest = [item for item in items if not seconds(item)]
    files = [list(tests) for _, tests in groupby((item for item in items if seconds(item)), key=lambda item: item.path)]
    parts: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for tests in sorted(files, key=_together, reverse=True):
        min(parts[: (processes + 1) // 2], key=_together).extend(tests)
    order: list[pytest.Item] = []
    for number, part in enumerate(parts):
        room = max(0, (len(items) - len(order)) // (processes - number) - len(part))
        order += [*part, *rest[:room]]
        rest = rest[room:]
    return order + rest


def seconds(item: pytest.Item) -> float:
    """Return about how long a test takes that is marked as slow, and 0 for the others."""
    slow = item.get_closest_marker("slow")
    return 0.0 if slow is None else float(slow.args[0]) if slow.args else SOME


def _together(tests: Sequence[pytest.Item]) -> float:
    return sum(map(seconds, tests))
