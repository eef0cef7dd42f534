"""Batches of a run: the jobs of a large one, cut into pieces of which every worker takes one after another.

A batch is in the hands of whoever has its lease. What is decided on its jobs stands as soon as it is decided, so one whose worker died is
taken up by another where that one was cut off.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ...core import clock
from ...core.ids import new_id
from ...core.models import Failure, Spread
from ...database import Database, Db, Dialect
from ..jobs.statements import Insertion
from .tables import BatchRow
from .worker_presence import at_work

_SHARES = Insertion(
    "automatic_batches", ("id", "integration", "number", "work", "evaluation_version", "every", "keys", "ended_at", "tally")
)


class Work(StrEnum):
    """What is done with the jobs of a batch."""

    READ = "read"
    SYNC = "sync"


@dataclass(slots=True)
class RunTally:
    """What came of jobs.

    Attributes:
        outcomes: How many, by outcome.
        failures: Why those failed that did, by code.
        examples: The first failure of each code.
        error: What the next job would meet too, so that going on makes no sense.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Failure] = field(default_factory=dict)
    error: Failure | None = None

    def fail(self, code: str, failure: Failure | None) -> None:
        """Take in that a job failed, and why in words where that is known."""
        self.failures[code] += 1
        if failure is not None:
            self.examples.setdefault(code, failure)

    @property
    def commonest(self) -> Failure | None:
        """One of the failures that most jobs met."""
        code = min(self.failures, key=lambda each: (-self.failures[each], each), default="")
        return self.examples.get(code)

    def add(self, other: RunTally) -> None:
        """Take in what came of other jobs."""
        self.outcomes.update(other.outcomes)
        self.failures.update(other.failures)
        self.examples = {**other.examples, **self.examples}
        self.error = self.error or other.error


@dataclass(frozen=True, slots=True)
class Batch:
    """Some jobs of a run that one worker does at a time.

    Attributes:
        id, integration, number: Which; numbers count from 1 within a run.
        work: What is done with them.
        evaluation_version: Number of the one under which that was decided.
        every: The time between two runs.
        keys: The jobs, rising.
    """

    id: str
    integration: str
    number: int
    work: Work
    evaluation_version: int
    every: timedelta
    keys: tuple[int, ...]


class BatchStore:
    """Batches that are to be done."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def cut(self, integration: str, keys: Sequence[int], size: int, *, work: Work, evaluation_version: int, every: timedelta) -> int:
        """Cut jobs into batches of at most ``size``, in place of all that the integration had; returns how many these are."""
        stand = (work.value, evaluation_version, every // timedelta(milliseconds=1))
        pieces = [json.dumps(list(keys[start : start + size])) for start in range(0, len(keys), size)]
        rows = [(new_id(), integration, number, *stand, piece, 0, "{}") for number, piece in enumerate(pieces, 1)]
        await self._database.write(_replace, self._database.dialect, integration, rows)
        return len(rows)

    async def open(self, integration: str, *, after: int = 0, limit: int | None = None) -> tuple[Batch, ...]:
        """Return the batches of an integration on which something is left to do, by their numbers.

        Args:
            integration: Its id.
            after: The last number of those that were returned before.
            limit: At most so many.
        """
        return await self._database.read(_open, integration, after=after, limit=limit)

    async def is_open(self, batch: Batch) -> bool:
        """Return whether something is left to do on a batch."""
        return await self._database.read(
            lambda db: BatchRow.select().where((BatchRow.id == batch.id) & (BatchRow.ended_at == 0)).exists(db)
        )

    async def integrations(self) -> frozenset[str]:
        """Return the integrations that have open batches."""
        return await self._database.read(
            lambda db: frozenset(row[0] for row in BatchRow.select(BatchRow.integration).where(BatchRow.ended_at == 0).tuples().execute(db))
        )

    async def note(self, batch: Batch, tally: RunTally, *, ended: bool) -> None:
        """Add what came of jobs of a batch; nothing happens where its run is over."""
        await self._database.write(lambda db: _note(db, batch, tally, clock.to_ms(self._now()) if ended else 0))

    async def failed(self, integration: str) -> bool:
        """Return whether a batch ended because going on makes no sense."""
        return (await self._database.read(_tally, integration)).error is not None

    async def clear(self, integration: str) -> RunTally:
        """Take the batches of an integration out, and return what came of them."""
        return await self._database.write(_clear, integration)

    async def spread(self, integration: str) -> Spread | None:
        """Return how far the batches of an integration are done and by whom; None where it has none."""
        return await self._database.read(lambda db: _spread(db, integration, clock.to_ms(self._now())))


def forget_batches(db: Db, integrations: Sequence[str]) -> None:
    """Within a transaction: take out whatever is left of the batches of integrations; their jobs come with the next run."""
    BatchRow.delete().where(BatchRow.integration.in_(list(integrations))).execute(db)


def _replace(db: Db, dialect: Dialect, integration: str, rows: Sequence[tuple[str | int, ...]]) -> None:
    forget_batches(db, [integration])
    _SHARES.run(db, dialect, rows)


def _open(db: Db, integration: str, *, after: int, limit: int | None) -> tuple[Batch, ...]:
    where = (BatchRow.integration == integration) & (BatchRow.ended_at == 0) & (BatchRow.number > after)
    query = BatchRow.select().where(where).order_by(BatchRow.number).limit(limit)
    return tuple(
        Batch(
            id=row.id,
            integration=row.integration,
            number=row.number,
            work=Work(row.work),
            evaluation_version=row.evaluation_version,
            every=timedelta(milliseconds=row.every),
            keys=tuple(json.loads(row.keys)),
        )
        for row in query.execute(db)
    )


def _note(db: Db, batch: Batch, tally: RunTally, ended_at: int) -> None:
    text: str | None = BatchRow.select(BatchRow.tally).where(BatchRow.id == batch.id).scalar(db)
    if text is None:
        return
    found = _read(text)
    found.add(tally)
    # Whoever lost its lease does not open again what another has ended meanwhile.
    ended = {"ended_at": ended_at} if ended_at else {}
    BatchRow.update({"tally": _text(found), **ended}).where(BatchRow.id == batch.id).execute(db)


def _tally(db: Db, integration: str) -> RunTally:
    found = RunTally()
    for (text,) in (
        BatchRow.select(BatchRow.tally).where(BatchRow.integration == integration).order_by(BatchRow.number).tuples().execute(db)
    ):
        found.add(_read(text))
    return found


def _text(tally: RunTally) -> str:
    error = None if tally.error is None else asdict(tally.error)
    examples = {code: asdict(failure) for code, failure in tally.examples.items()}
    return json.dumps({"outcomes": dict(tally.outcomes), "failures": dict(tally.failures), "examples": examples, "error": error})


def _read(text: str) -> RunTally:
    values = json.loads(text)
    error = values.get("error")
    return RunTally(
        Counter(values.get("outcomes", {})),
        Counter(values.get("failures", {})),
        {code: Failure(**failure) for code, failure in values.get("examples", {}).items()},
        None if error is None else Failure(**error),
    )


def _clear(db: Db, integration: str) -> RunTally:
    found = _tally(db, integration)
    forget_batches(db, [integration])
    return found


def _spread(db: Db, integration: str, now: int) -> Spread | None:
    batches = BatchRow.select().where(BatchRow.integration == integration)
    total = batches.count(db)
    if not total:
        return None
    ended = batches.where(BatchRow.ended_at != 0).count(db)
    return Spread(shares=total, ended=ended, workers=at_work(db, integration, now))
