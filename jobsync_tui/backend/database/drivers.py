"""Peewee without the drivers of servers that nobody asked for.

Peewee imports whatever driver is installed, as soon as it is imported itself: psycopg alone takes longer than Peewee and SQLite
together, and a start on SQLite needs neither. So they are hidden while Peewee is imported, and handed to it when a server is opened.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

HIDDEN = ("psycopg2cffi", "psycopg2", "psycopg", "pymysql", "MySQLdb")
"""Drivers of servers that Peewee tries to import."""


@contextmanager
def _hidden() -> Iterator[None]:
    """Let imports of the drivers fail as if they were not installed; one that is imported already stays as it is."""
    hidden = [name for name in HIDDEN if name not in sys.modules]
    # None is how the import system itself spells "not to be found".
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _hidden():
    import peewee


def hand_over_psycopg() -> type[Exception]:
    """Give Peewee what it would have imported of psycopg 3 by itself, and return what psycopg's errors have in common.

    Raises:
        ImportError: It is not installed.
    """
    import psycopg
    from psycopg.pq import TransactionStatus
    from psycopg.types.json import Json, Jsonb

    names = {"psycopg": psycopg, "TransactionStatus": TransactionStatus, "Json_pg3": Json, "Jsonb_pg3": Jsonb}
    for name, value in names.items():
        setattr(peewee, name, value)
    adapter = peewee.Psycopg3Adapter
    adapter.txn_idle, adapter.txn_inerror, adapter.txn_unknown = (
        TransactionStatus.IDLE,
        TransactionStatus.INERROR,
        TransactionStatus.UNKNOWN,
    )
    return psycopg.Error


__all__ = ["hand_over_psycopg", "peewee"]
