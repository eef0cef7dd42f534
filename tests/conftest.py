"""What holds for every test."""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.settings.logs import ROOT
from tests.support.databases import Kind, using
from tests.support.order import shared_out
from tests.support.prepared import prepared

# Machines that run several suites side by side are slow at times; a slow example is no failure. CI tries the same examples every time,
# so that what it says depends on the change alone; everybody else tries new ones.
settings.register_profile("jobsync", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("jobsync")

# Tests send signals to programs that they start, and under nohup these would ignore a hangup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The collector of cycles goes through everything that is imported whenever some thousand objects more are there than before, which took an
# eighth of the tests of screens. Less often, and then as well.
gc.set_threshold(20_000)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have each worker of a whole run begin with other files, so that it finds those of the others compiled: they take most of a start."""
    worker: dict[str, Any] | None = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    root = Path(__file__).parents[1]
    files = sorted(Path(__file__).parent.rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // int(worker["workercount"])
    for file in files[first:] + files[:first]:
        # What cannot be imported is told when it is collected.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(file.relative_to(root).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the slow tests begin first, so that those who share out the rest end together."""
    items[:] = shared_out(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@settings(max_examples=1, database=None)
@given(st.none())
def _first_property(_: None) -> None:
    """Hold, as the first property that is tried."""


def pytest_collection_finish() -> None:
    """Have the collector leave out what was imported and collected: it stays to the end, where pytest has it gone through five times."""
    # At its first property Hypothesis asks the collector who keeps its generator of numbers, and would not hear of what was left out.
    _first_property()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _files_are_copied() -> Iterator[None]:
    """Save every test the making of the same tables."""
    with prepared():
        yield


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """Take back what a command that ran in this process did to the log, so that the next test reads what it logs itself."""
    logger = logging.getLogger(ROOT)
    handlers, level, propagate = list(logger.handlers), logger.level, logger.propagate
    yield
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)
    logger.propagate = propagate


@pytest.fixture(params=[Kind.SQLITE, Kind.POSTGRESQL])
def on_each_database(request: pytest.FixtureRequest) -> Iterator[Kind]:
    """Run the test on a SQLite file and on a PostgreSQL server."""
    with using(request.param):
        yield request.param


@pytest.fixture
def on_postgresql() -> Iterator[None]:
    """Run the test on a PostgreSQL server."""
    with using(Kind.POSTGRESQL):
        yield


@pytest.fixture(params=Kind)
def on_each_text_index(request: pytest.FixtureRequest) -> Iterator[Kind]:
    """Run the test on a SQLite file and on PostgreSQL, with its extension for searching and without."""
    with using(request.param):
        yield request.param
