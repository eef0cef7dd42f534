"""Which database a test runs on: most of what stores things is tested on SQLite and on PostgreSQL alike.

A test names a database by the file that it would be on SQLite (`url_at`). On PostgreSQL that is a database of its own, and the same for
every process of the test that names the same file.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.target.local_tables import TARGET_SCHEMA
from tests.support.postgres import Cleaner, Server, packaged_server, trigram_server

VARIABLE = "JOBSYNC_TEST_SERVER"
"""Holds the server's port, the test's process, and which database stands for which file; not set where tests use files."""

TEMPLATE = "jobsync_template"


class Kind(StrEnum):
    """What keeps the data."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    TRIGRAMS = "postgresql-pg_trgm"


@contextmanager
def using(kind: Kind) -> Iterator[None]:
    """Have `url_at` name databases of that kind; those on a server are emptied at the end, for the next test."""
    if kind is Kind.SQLITE:
        yield
        return
    server = packaged_server() if kind is Kind.POSTGRESQL else trigram_server()
    server.make_once(TEMPLATE, _fill)
    pool = _pool(server)
    pool.publish()
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        pool.take_back()


def url_at(path: Path | str) -> str:
    """Return the URL of the database that stands for that file; on a server it is there already, with its tables."""
    text = os.environ.get(VARIABLE)
    if text is None:
        return f"sqlite:///{path}"
    port, owner, given = json.loads(text)
    if str(path) not in given and owner == os.getpid():
        return _pool(Server(port)).give(str(path))
    return Server(port).url(given[str(path)])


class Pool:
    """Databases of this process on one server. Emptying one takes a hundredth of the time that making one takes.

    That which empties a database stays connected to it: a connection that has just been made would first learn what each table is.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._given: dict[str, str] = {}
        self._free: list[str] = []
        self._cleaners: dict[str, Cleaner] = {}
        self._made = 0

    def publish(self) -> None:
        """Tell the processes of this test which databases there are."""
        os.environ[VARIABLE] = json.dumps([self._server.port, os.getpid(), self._given])

    def give(self, path: str) -> str:
        """Return the URL of an empty database for a file; one whose folder is gone gives its database back."""
        for each in [known for known in self._given if not Path(known).parent.exists()]:
            self._take_back(each)
        if not self._free:
            name = f"test_{os.getpid()}_{self._made}"
            self._made += 1
            self._server.make(name, TEMPLATE)
            self._cleaners[name] = Cleaner(self._server.url(name))
            self._free.append(name)
        self._given[path] = name = self._free.pop()
        self.publish()
        return self._server.url(name)

    def take_back(self) -> None:
        """Take every database back."""
        for each in list(self._given):
            self._take_back(each)

    def _take_back(self, path: str) -> None:
        name = self._given.pop(path)
        if self._cleaners[name].empty():
            self._free.append(name)
        else:
            self._cleaners.pop(name).close()
            self._server.drop(name)


@cache
def _pool_at(port: int) -> Pool:
    return Pool(Server(port))


def _pool(server: Server) -> Pool:
    return _pool_at(server.port)


def _fill(url: str) -> None:
    """Make every table; on a thread of its own, because the present one may be running a loop."""

    async def fill() -> None:
        for schema in (SCHEMA, TARGET_SCHEMA):
            await (await Database.open(url, schema)).close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(fill())).result()
