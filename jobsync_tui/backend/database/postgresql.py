"""PostgreSQL 14 or newer, through psycopg 3 (the extra ``team``).

Writers take turns, as on SQLite: a transaction that writes begins by taking an advisory lock, which its end gives back, whatever ends it.
What a store reads before it writes is therefore still so when it writes, on any number of hosts, and none ever has to be begun anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, ClassVar, cast
from urllib.parse import SplitResult, urlsplit

import peewee
from peewee import fn

from ..core import clock
from ..core.errors import StorageError, StorageRefused
from ..core.ids import new_id
from .dialect import Db, Dialect
from .drivers import hand_over_psycopg
from .postgresql_errors import LoginFailed, attempt_of, explained, is_cancelled, is_lost, sqlstate
from .postgresql_startup import why_refused

WRITER_LOCK = 0x6A6F6273796E63
"""Key of the advisory lock of whoever writes, or changes a schema: "jobsync" in ASCII."""

_BEGIN = "BEGIN"
_CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"

_PLANNING = "-c jit=off -c parallel_setup_cost=10000 -c synchronize_seqscans=off"
"""Compiling a query takes longer than running one here, and so does starting helpers for its first rows; how far apart matches lie is
told by scans from the beginning."""

_PLANNED_ANEW = "-c plan_cache_mode=force_custom_plan"
"""A plan that is to fit every text looks for none of them in the text index, and reads the table key by key."""

_TIDY_OFTEN = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02"
_VISIBLE = "SELECT relallvisible >= 0.8 * relpages FROM pg_class WHERE oid = %s::regclass"
_BY_INDEX = "SELECT set_config('enable_seqscan', '{0}', true), set_config('enable_bitmapscan', '{0}', true)"

RECEIPTS = (
    "CREATE TABLE IF NOT EXISTS write_receipts (writer text PRIMARY KEY, receipt text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
)
"""The last transaction of each writing connection, kept by the transaction itself: what a commit came to can be read there."""

_FORGET_RECEIPTS = "DELETE FROM write_receipts WHERE at < now() - interval '1 day'"
STANDS_STILL = 15_000
"""Milliseconds after which the server ends a transaction in which nothing is asked. It holds the writers' turn, and a process that stopped
in the middle, its machine suspended or lost, would keep everybody from writing. Between two statements of ours lie seconds at most."""

_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""Of the connection, in seconds and, for the last, milliseconds: a server that is lost is noticed within a minute."""

_ASKED_WHY = 2.0
"""Seconds for asking a server why it did not let us in: one that takes longer is as good as not there."""

_ENCODING = "UTF8"
_ALWAYS_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


class PostgresqlDialect(Dialect):
    """A database on a PostgreSQL server. The password comes from libpq's own files, or with the URL, and is never shown."""

    name: ClassVar[str] = "postgresql"
    placeholder: ClassVar[str] = "%s"
    interrupts_at_once: ClassVar[bool] = False
    sorts_quickly: ClassVar[bool] = True
    merges: ClassVar[bool] = False

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self.patience = timeout
        self.errors = (peewee.PeeweeException,)
        self._clock = (0, 0)
        parts = urlsplit(url)
        self.title = f"PostgreSQL database {parts.path.lstrip('/') or 'default'} on {_place(parts)}"

    def prepare(self) -> None:
        """Load the driver.

        Raises:
            StorageRefused: It is not installed.
        """
        try:
            self.errors = (peewee.PeeweeException, hand_over_psycopg())
        except ImportError as error:
            raise StorageRefused(
                "The driver for PostgreSQL is not installed.", remedy="Install jobsync with its extra: pip install 'jobsync-tui[team]'."
            ) from error

    def connect(self, *, writing: bool) -> Db:
        """Return a new connection with the lock timeout set; a reading one is read-only on the server.

        Raises:
            LoginFailed: The server did not let us in, and told why.
            StorageRefused: The database cannot hold every character.
        """
        self.prepare()
        settings = f"-c lock_timeout={int(self._timeout * 1000)} {_PLANNING}"
        if writing:
            settings += f" -c idle_in_transaction_session_timeout={STANDS_STILL}"
        else:
            settings += f" -c default_transaction_read_only=on {_PLANNED_ANEW}"
        db: Db = _Connection(
            self._url,
            prefer_psycopg3=True,
            thread_safe=False,
            connect_timeout=max(2, int(self._timeout)),
            options=settings,
            application_name="jobsync",
            encoding=_ENCODING,
            **_KEEPALIVES,
        )
        self._log_in(db)
        encoding = db.connection().info.parameter_status("server_encoding")
        if encoding not in {_ENCODING, None}:  # a pool between may say nothing of it
            db.close()
            raise StorageRefused(
                f"The {self.title} is encoded in {encoding}, and could not hold every name.",
                remedy="Make one with createdb --encoding=UTF8 --template=template0: docs/postgresql.md.",
            )
        if writing:
            # The journal relies on it, and a page that a crash of the server took would be missed by a listing that goes on.
            db.execute_sql(_ALWAYS_DURABLE)
        self.present(db)
        return db

    def sync_commits(self, db: Db, *, synced: bool) -> None:
        """Do nothing: a commit that the server loses in a crash would be missed by those who survive it, so every one waits."""

    def create_own(self, db: Db) -> None:
        """Make the table of receipts, and take out old ones."""
        db.execute_sql(RECEIPTS)
        db.execute_sql(_FORGET_RECEIPTS)

    def migration_lock(self, db: Db) -> None:
        """Take the writers' lock, which the end of the transaction gives back."""
        db.execute_sql(_TAKE_TURN)

    def copy_before_migration(self, db: Db, version: int) -> None:
        """Do nothing: a server's DDL rolls back as a whole, and its backups are its administrator's."""

    def interrupt(self, db: Db) -> None:
        """Ask the server to cancel the running statement; waits until it has heard."""
        with suppress(*self.errors):
            if not db.is_closed():
                db.connection().cancel()

    def usable(self, db: Db) -> bool:
        """Return whether the server is still at the other end."""
        return bool(db.is_connection_usable())

    def may_come_back(self, error: Exception) -> bool:
        """Return whether the server was restarted, is starting, is full, or cannot be reached."""
        return is_lost(error)

    def was_cancelled(self, error: Exception) -> bool:
        """Return whether the statement was cancelled: the server hears of it on another connection, and may hear late."""
        return is_cancelled(error)

    def present(self, db: Db) -> int:
        """Return the server's time: hosts' clocks differ."""
        self._hear_clock(db.execute_sql(f"SELECT {_CLOCK}").fetchone())
        return self.now()

    def now(self) -> int:
        """Return the server's time without asking it."""
        told, at = self._clock
        return told + clock.uptime() - at

    def committed(self, db: Db, receipt: str) -> bool:
        """Look for the receipt; under the writers' lock, because the lost connection's transaction may not have ended yet."""
        with db.atomic(f"{_BEGIN}; {_TAKE_TURN}"):
            return db.execute_sql("SELECT 1 FROM write_receipts WHERE receipt = %s", (receipt,)).fetchone() is not None

    @contextmanager
    def writing(self, db: Db, receipt: str) -> Iterator[None]:
        """Return a transaction that waits for its turn, leaves its receipt and asks for the time, begun in one message to the server."""
        leave = (
            f"INSERT INTO write_receipts (writer, receipt) VALUES ('{cast(_Connection, db).writer}', '{receipt}')"  # noqa: S608 - ids of our own making
            f" ON CONFLICT (writer) DO UPDATE SET receipt = excluded.receipt, at = excluded.at RETURNING {_CLOCK}"
        )
        with db.atomic(f"{_BEGIN}; {_TAKE_TURN}; {leave}"):
            self._hear_clock(cast(_Connection, db).answered)
            yield

    def reading(self, db: Db) -> AbstractContextManager[object]:
        """Return a transaction that sees one snapshot throughout."""
        return db.atomic(_BEGIN_READING)

    def contains(self, column: peewee.Node, text: str) -> peewee.Expression:
        """Return a LIKE with every special character escaped, which the trigram index answers."""
        return self.like(column, f"%{escaped(text)}%")

    def like(self, column: peewee.Node, pattern: str) -> peewee.Expression:
        """Return LIKE, whose escape character is the backslash."""
        return peewee.Expression(column, peewee.OP.LIKE, pattern)

    def line_holds(self, column: peewee.Node, start: str, text: str) -> peewee.Expression:
        """Cut the line out with ``split_part``, which gives an empty text where no line begins so."""
        return self.contains(fn.SPLIT_PART(fn.SPLIT_PART(column, start, 2), "\n", 1), text)

    def second_line(self, column: str, length: int) -> str:
        """Cut the line out with ``split_part``."""
        return f"(SUBSTR(SPLIT_PART({column}, '\n', 2), 1, {length}) COLLATE \"C\")"

    def order_bytewise(self, db: Db, table: str, columns: Sequence[str]) -> None:
        """Give the columns the collation of code points."""
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"' for column in columns)
        db.execute_sql(f'ALTER TABLE "{table}" {changes}')

    def any_of(self, column: peewee.Node, values: Sequence[str] | Sequence[int]) -> peewee.Expression:
        """Return membership in one array parameter."""
        return peewee.Expression(column, peewee.OP.EQ, fn.ANY(peewee.Value(list(values), converter=list, unpack=False)))

    def numbers(self, db: Db, query: peewee.Node) -> tuple[int, ...]:
        """Return the rows, which the driver takes in all at once by itself."""
        return tuple(row[0] for row in db.execute(query).fetchall())

    def tidy_often(self, db: Db, table: str) -> None:
        """Have the table vacuumed when a fiftieth of it changed, instead of a fifth."""
        db.execute_sql(f'ALTER TABLE "{table}" SET ({_TIDY_OFTEN})')

    def answers_by_index(self, db: Db, table: str) -> bool:
        """Return whether vacuum has seen most pages of the table lately: an index does not say which transactions see a row."""
        return bool(db.execute_sql(_VISIBLE, (table,)).fetchone()[0])

    @contextmanager
    def by_index(self, db: Db) -> Iterator[None]:
        """Talk the planner out of the table; where the block fails, so does the transaction, and the settings with it."""
        db.execute_sql(_BY_INDEX.format("off"))
        yield
        db.execute_sql(_BY_INDEX.format("on"))

    def explain(self, error: Exception) -> StorageError:
        """Sort the server's error by what the admin can do about it."""
        return explained(error, self.title, self._timeout)

    def _log_in(self, db: Db) -> None:
        """Connect to the server.

        Raises:
            LoginFailed: The server did not let us in, and told why.
        """
        try:
            db.connect()
        except self.errors as error:
            attempt = attempt_of(error)
            state = "" if attempt is None or sqlstate(error) else why_refused(attempt, min(self._timeout, _ASKED_WHY))
            if state:
                raise LoginFailed(str(error), state) from error
            raise

    def _hear_clock(self, answered: tuple[int, ...]) -> None:
        self._clock = (answered[0], clock.uptime())


class _Connection(peewee.PostgresqlDatabase):
    """A connection whose transactions begin with whatever `atomic` is given, as one message.

    Attributes:
        writer: Tells it from every other connection.
        answered: The row that the last of the statements that `begin` was given came to.
    """

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.writer = new_id()
        self.answered: tuple[int, ...] = ()

    def begin(self, isolation_level: str | None = None) -> None:
        """Begin a transaction with the statements given; where one of them fails, none is open."""
        connection = peewee.PostgresqlDatabase.connection(self)
        try:
            cursor = connection.execute(isolation_level or _BEGIN, prepare=False)
            while cursor.nextset():
                pass
            self.answered = cursor.fetchone() if cursor.description else ()
        except BaseException:
            connection.rollback()
            raise


def escaped(text: str) -> str:
    """Return ``text`` with nothing in it special to LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _place(parts: SplitResult) -> str:
    """Return host and port as a URL names them."""
    host = parts.hostname or "this machine"
    try:
        port = parts.port
    except ValueError:  # several hosts, each with its own
        port = None
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
