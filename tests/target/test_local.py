"""The embedded target: an update touches owned columns and nothing else, byte for byte."""

from collections.abc import AsyncIterator
from pathlib import Path

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.canonical import same
from jobsync_tui.backend.core.errors import Conflict, Refused, RemoteGone
from jobsync_tui.backend.core.models import Change, JsonValue
from jobsync_tui.backend.sync.fields import merge_patch, sendable
from jobsync_tui.backend.target.base import OWNED_FIELDS
from jobsync_tui.backend.target.local import LocalTarget
from jobsync_tui.backend.target.local_seed import Candidate, Interview, Seed, SeedJob
from jobsync_tui.backend.target.local_store import merged_value
from tests.support.databases import url_at
from tests.support.sync_bench import SEED

NURSE = SeedJob(
    fields={"name": "ICU", "custom": {"theirs": "x"}},
    external_id="s:1",
    candidates=(
        Candidate("Ada \x1b[1m", "Call Completed", interviews=(Interview("Hello \u2014 \ud800", {"stars": 5}),)),
        Candidate("Bo", "Outreach"),
    ),
    notes="call \x00 back",
    shares=("dana@example.com",),
    active=False,
)


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalTarget]:
    target = await LocalTarget.open(url_at(tmp_path / "target.db"))
    await target.seed(SEED)
    yield target
    await target.close()


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return, read by SQLite itself, every row that a sync must not change, with the bytes of its texts."""
    db = peewee.SqliteDatabase(str(path))  # the library that has the file open: two of them break each other's locks
    connection = db.connection()
    connection.text_factory = bytes
    try:
        tables = [name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {}
        for table in tables:
            if table in {"target_keys", "schema_version"} or table.startswith("sqlite_"):
                continue
            columns = [name.decode() for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            if table == "target_jobs":
                columns = [name for name in columns if name not in {*OWNED_FIELDS, "version", "updated_ms", "external_id"}]
            found[table] = connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1").fetchall()  # noqa: S608
        return found
    finally:
        db.close()


async def test_updates_leave_everything_else_byte_for_byte(local: LocalTarget, tmp_path: Path) -> None:
    (job_id,) = await local.seed(Seed(jobs=(NURSE,)))
    before, text = rows(tmp_path / "target.db"), await local.unowned()
    assert len(before["target_candidates"]) == 2
    assert len(before["target_interviews"]) == 1
    everything: dict[str, JsonValue] = {name: f"new {name}" for name in OWNED_FIELDS}
    everything |= {"custom": {"ours": 1}, "settings": {"language": "English"}, "templates": ["ICU screen"]}
    everything |= {"folder": "Ohio", "follow_up_user": "dana@example.com"}
    updated = await local.update(job_id, everything, etag=None)
    assert updated.fields["custom"] == {"theirs": "x", "ours": 1}
    await local.update(job_id, dict.fromkeys(OWNED_FIELDS), etag=updated.etag)
    await local.link(job_id, "s:9", etag=None)
    assert rows(tmp_path / "target.db") == before
    assert await local.unowned() == text
    await local.edit(job_id, notes="other")
    assert rows(tmp_path / "target.db") != before
    assert await local.unowned() != text


async def test_fields_that_are_not_owned_are_refused(local: LocalTarget) -> None:
    (job_id,) = await local.seed(Seed(jobs=(NURSE,)))
    for foreign in ("active", "notes", "candidates", "version", "id"):
        with pytest.raises(Refused, match=foreign):
            await local.update(job_id, {foreign: None}, etag=None)


async def test_versions_grow_with_changes_only(local: LocalTarget) -> None:
    (job_id,) = await local.seed(Seed(jobs=(NURSE,)))
    first = await local.get(job_id)
    assert first is not None
    same_again = await local.update(job_id, {"name": "ICU"}, etag=first.etag)
    assert same_again.version == first.version
    moved = await local.update(job_id, {"name": "ICU 2"}, etag=first.etag)
    assert int(moved.version) == int(first.version) + 1
    with pytest.raises(Conflict):
        await local.update(job_id, {"name": "ICU 3"}, etag=first.etag)
    with pytest.raises(RemoteGone):
        await local.update("tz_none", {}, etag=None)
    await local.remove(job_id)
    assert await local.get(job_id) is None


async def test_creates_once_for_a_key_and_once_for_an_external_id(local: LocalTarget) -> None:
    first = await local.create("s:1", {"name": "ICU"}, idempotency_key="k1")
    assert await local.create("s:1", {"name": "ICU"}, idempotency_key="k1") == first
    with pytest.raises(Conflict, match="idempotency key"):
        await local.create("s:1", {"name": "other"}, idempotency_key="k1")
    with pytest.raises(Conflict, match=first.id):
        await local.create("s:1", {"name": "ICU"}, idempotency_key="k2")
    assert [job async for job in local.jobs()] == [first]


async def test_names_and_values_are_checked_where_they_are_known(local: LocalTarget, tmp_path: Path) -> None:
    wrongs: tuple[dict[str, JsonValue], ...] = (
        {"folder": "Nowhere"},
        {"templates": ["x"]},
        {"follow_up_user": "x"},
        {"settings": {"language": "Klingon"}},
    )
    for wrong in wrongs:
        with pytest.raises(Refused):
            await local.create("s:1", wrong, idempotency_key="k")
    bare = await LocalTarget.open(url_at(tmp_path / "bare.db"))
    assert (await bare.create("s:1", {"folder": "Nowhere", "settings": {"language": "x"}}, idempotency_key="k")).id
    assert (await bare.catalog()).folders is None
    await bare.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(before=json_values, after=json_values)
def test_a_merge_patch_makes_after_of_before(before: JsonValue, after: JsonValue) -> None:
    before, after = sendable(before), sendable(after)
    document: JsonValue = {"custom": {"x": before}} if before is not None else {}
    patched = merged_value(document, merge_patch([Change("custom.x", before, after)]))
    assert same(patched, {"custom": {"x": after} if after is not None else {}})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(alphabet=st.characters(), max_size=30))
async def test_any_text_comes_back_as_it_went_in(tmp_path: Path, name: str) -> None:
    target = await LocalTarget.open(url_at(tmp_path / "any.db"))
    try:
        (job_id,) = await target.seed(Seed(jobs=(SeedJob(fields={"name": name}),)))
        found = await target.get(job_id)
        assert found is not None
        assert found.fields["name"] == name
    finally:
        await target.close()
