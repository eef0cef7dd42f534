"""The quick constructor of frozen dataclasses, and rows that go in many at once."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from jobsync_tui.backend.models import CachedJob, Job, JobStatus, SyncStatus
from jobsync_tui.backend.store.inserts import MOST_ROWS, Insertion
from tests.support.stores import Cache


@pytest.mark.parametrize("kind", [Job, CachedJob])
def test_every_field_has_its_value_or_its_default(kind: type[Job]) -> None:
    given = {each.name: object() for each in fields(kind)}
    made = kind(**given)  # type: ignore[arg-type]
    assert {name: getattr(made, name) for name in given} == given
    bare = kind(integration="acme", id="1")
    assert (type(bare), bare.status, bare.locations, bare.custom) == (kind, JobStatus.UNKNOWN, (), {})
    assert bare.custom is not kind(integration="acme", id="1").custom


def test_a_job_stays_frozen_and_says_what_is_missing() -> None:
    job = Job(integration="acme", id="1")
    with pytest.raises(FrozenInstanceError):
        job.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError, match="'id'"):
        Job(integration="acme")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'nick'"):
        Job(integration="acme", id="1", nick="x")  # type: ignore[call-arg]
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in inspect.signature(Job).parameters.values())


def test_a_job_is_compared_replaced_copied_and_pickled() -> None:
    job = CachedJob(integration="acme", id="1", name="Nurse", sync_status=SyncStatus.SYNCED)
    assert copy.copy(job) == job == pickle.loads(pickle.dumps(job))  # noqa: S301 - our own
    other = replace(job, name="Chef")
    assert (type(other), other.name, other.sync_status) == (CachedJob, "Chef", SyncStatus.SYNCED)
    assert other != job


@pytest.mark.parametrize("count", [0, 1, MOST_ROWS - 1, MOST_ROWS, MOST_ROWS + 1, 2 * MOST_ROWS])
async def test_every_row_goes_in_whatever_their_number(cache: Cache, count: int) -> None:
    insertion = Insertion("letters", ("source", "letter", "jobs"), "ON CONFLICT (source, letter) DO UPDATE SET jobs = excluded.jobs")
    rows = [(7, f"{number:05d}", number) for number in range(count)]
    dialect = cache.database.dialect
    for _ in range(2):  # the second time every row conflicts
        await cache.database.write(insertion.run, dialect, rows)
    found = await cache.database.read(lambda db: db.execute_sql("SELECT source, letter, jobs FROM letters ORDER BY letter").fetchall())
    assert [tuple(row) for row in found] == rows
