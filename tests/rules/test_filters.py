"""Filters against a plain evaluator of its own, over a real cache: words, values, and days and ages at their boundaries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

from jobsync_tui.backend.core.models import CachedJob, Job, JsonValue, Sort, SortField, SyncState, SyncStatus
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.rules.oracle import Part
from tests.rules.wild import MOMENTS, NOW, NUMBERS, Wild
from tests.support.databases import url_at
from tests.support.stores import set_sync

WORDS = ("berlin", "BERLIN", "koln", "Köln", "stra", "5", "no", "true", "a b", "lin")
TIMES = ("2026-11-23", "2026-01-31", "2026-01-30", "2026-02-01", "2026-11-23T12:00:00Z", "2026-01-31T00:00:00Z", "1d", "5d", "2d", "24h")


def part(random: Random) -> Part:
    kind, negated = random.randrange(4), random.random() < 0.3
    if kind == 0:
        field = random.choice(["", "name", "department"])
        return Part(field, ":" if field else "", (random.choice(WORDS),), negated)
    if kind == 1:
        field = random.choice(["location", "location.city", "location.country", "custom.a", "tags", "department"])
        return Part(field, ":", tuple(random.sample(WORDS, random.randint(1, 2))), negated)
    if kind == 2:
        field, words = random.choice(
            [
                ("status", ["open", "closed", "on_hold", "unknown"]),
                ("sync_status", ["never", "synced", "failed"]),
                ("remote", ["true", "false", "yes", "no"]),
                ("is", ["open", "closed", "never", "synced", "failed"]),
            ]
        )
        return Part(field, ":", tuple(random.sample(words, random.randint(1, 2))), negated)
    value = random.choice(TIMES)
    op = random.choice(["<", "<=", ">", ">="] if value[-1] in "dh" else ["<", "<=", ">", ">=", "="])
    return Part(random.choice(["updated", "created", "synced"]), op, (value,), negated)


def some_jobs(random: Random, count: int) -> list[CachedJob]:
    """Return jobs of the cache with every moment among their times, and plain custom fields."""
    made = []
    for number in range(count):
        job = Wild(random.randrange(2**32)).job()
        custom: list[JsonValue] = [*WORDS, *NUMBERS[:5], True, False, ["Berlin", "x"]]
        plain = Job(
            **{name: getattr(job, name) for name in Job.__slots__}
            | {"id": f"job-{number}", "location": job.locations[0] if job.locations else None, "custom": {"a": random.choice(custom)}}
            | {"updated_at": random.choice(MOMENTS), "created_at": random.choice([*MOMENTS, None])}
        )
        status = random.choice([SyncStatus.NEVER, SyncStatus.SYNCED, SyncStatus.FAILED])
        cached = CachedJob(**{name: getattr(plain, name) for name in Job.__slots__}, sync_status=status)
        made.append(cached if status is SyncStatus.NEVER else replace(cached, last_synced=random.choice(MOMENTS)))
    return made


async def test_filters_find_what_the_plain_evaluator_finds(tmp_path: Path) -> None:
    random = Random(14)  # noqa: S311 - cases, not secrets
    database = await Database.open(url_at(tmp_path / "cache.db"), SCHEMA)
    try:
        store = JobStore(database, now=lambda: NOW)
        jobs = some_jobs(random, 150)
        for job in jobs:
            await store.put(Job(**{name: getattr(job, name) for name in Job.__slots__}), NOW)
        for job in jobs:
            if job.sync_status is not SyncStatus.NEVER:
                await set_sync(store, "acme", job.id, SyncState(sync_status=job.sync_status, last_synced=job.last_synced))
        for _ in range(400):
            parts = [part(random) for _ in range(random.randint(1, 2))]
            text = " ".join(each.text for each in parts)
            found = {job_id for _, job_id in await store.ids(["acme"], parse_filter(text), Sort(SortField.ID))}
            assert found == {job.id for job in jobs if all(each.holds(job, NOW) for each in parts)}, text
    finally:
        await database.close()
