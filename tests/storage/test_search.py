"""The store's search against a plain Python oracle, with each of its ways to an answer forced in turn."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.models import (
    CachedJob,
    Job,
    JobKey,
    JobStatus,
    JsonValue,
    Location,
    Sort,
    SortField,
    SyncState,
    SyncStatus,
    Visibility,
)
from jobsync_tui.backend.storage.search import executor, textindex
from jobsync_tui.backend.storage.search import index_estimates as candidates
from jobsync_tui.backend.storage.search import index_scan as skimming
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.storage.oracle import expected
from tests.storage.oracle import listed as in_list
from tests.storage.test_index_scan import named
from tests.support.stores import Cache, cache_at, job, set_sync

pytestmark = pytest.mark.usefixtures("on_each_text_index")

NOW = clock.now().replace(second=0, microsecond=0)

WORDS = st.sampled_from(
    [
        "Senior",
        "nurse",
        "Nürse",
        "NURSE",
        "100%",
        "a_b",
        "a\\b",
        'q"q',
        "O'Hara",
        "é",
        "ß",
        "日本",
        "x",
        "zz",
        "\x00",
        "\ud800",
        "İ",
        "C++",
        "",
    ]
)
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)
MAYBE = st.one_of(st.none(), TEXTS)
TIMES = st.one_of(st.none(), st.integers(1, 40).map(lambda days: NOW - timedelta(days=days, minutes=5)))
PLACES = st.lists(st.builds(Location, text=MAYBE, city=MAYBE, region=st.none(), country=MAYBE), max_size=2).map(tuple)
NAMES = ("shift", "Shift", "Req Type", "hours.min", "hours", "ü%", "a\tb", "\ud800")
LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.sampled_from([7, 0.5, 10**20]))
CUSTOM: st.SearchStrategy[dict[str, JsonValue]] = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(LEAVES, st.lists(LEAVES, max_size=3), st.dictionaries(st.sampled_from(["min", "max", "Req Type"]), LEAVES, max_size=2)),
    max_size=3,
)
SORTS = st.builds(Sort, st.sampled_from(SortField), st.booleans())


@st.composite
def jobs(draw: st.DrawFn) -> list[Job]:
    """Return some jobs with ids of their own."""
    count = draw(st.integers(0, 14))
    found = []
    for number in range(count):
        places = draw(PLACES)
        found.append(
            Job(
                integration="acme",
                id=f"{draw(st.sampled_from(['job', 'JOB', 'ü', '%']))}-{number}",
                name=draw(MAYBE),
                status=draw(st.sampled_from(JobStatus)),
                ats_status=draw(MAYBE),
                location=places[0] if places else None,
                locations=places,
                department=draw(MAYBE),
                client=draw(MAYBE),
                owner=draw(MAYBE),
                requisition_id=draw(MAYBE),
                employment_type=draw(MAYBE),
                remote=draw(st.sampled_from([None, True, False])),
                visibility=draw(st.sampled_from([None, *Visibility])),
                tags=tuple(draw(st.lists(WORDS, max_size=2))),
                custom=draw(CUSTOM),
                created_at=draw(TIMES),
                updated_at=draw(TIMES),
            )
        )
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "").replace("\n", " ") + '"'


FIELDS = st.sampled_from(
    [
        "name",
        "id",
        "location",
        "client",
        "department",
        "owner",
        "requisition_id",
        "employment_type",
        "tags",
        "ats_status",
    ]
)
PARTS = st.sampled_from(
    [
        "location.text",
        "location.city",
        "locations.country",
        "custom.shift",
        'custom."REQ TYPE"',
        "custom.hours.min",
        "custom.hours",
        'custom.hours."req type"',
        "custom.ü%",
        "custom.other",
        'custom."a b"',
    ]
)
TERMS = st.one_of(
    WORDS.filter(bool).map(_quoted),
    WORDS.filter(lambda word: word.strip("\x00") == word != "").map(lambda word: "~" + _quoted(word)),
    st.sampled_from(
        ["j", "o", "nu", "jo", "rs", "-1", "se", "job-1", "senior nurse", "senior n", "jo j nurse", '"r n"', "qx", "zz x", "zz", "zz qx"]
    ),
    st.tuples(FIELDS, WORDS.filter(bool)).map(lambda pair: f"{pair[0]}:{_quoted(pair[1])}"),
    st.tuples(PARTS, WORDS.filter(bool)).map(lambda pair: f"{pair[0]}:{_quoted(pair[1])}"),
    st.tuples(PARTS, st.sampled_from(["7", "0.", "yes", "true", "no", "none", "0000"])).map(":".join),
    st.sampled_from(
        [
            *("status:open", "status:closed,draft", "remote:yes", "remote:no", "remote:true", "-remote:false"),
            *("visibility:confidential", "visibility:public,internal"),
        ]
    ),
    st.sampled_from(
        [f"is:{word}" for word in ("never", "synced", "failed", "gone", "changed", "open", "closed", "marked", "synced,failed", "eligible")]
    ),
    st.sampled_from(
        [
            "updated<7d",
            "updated>7d",
            "created<=20d",
            "synced<1d",
            "synced>=1d",
            "updated>=2020-01-31",
            "created<2020-01-31",
            "updated=2021-01-01",
        ]
    ),
)
BOUNDS = st.fixed_dictionaries(
    {
        (executor, "FEW"): st.sampled_from([0, 2, 4000]),
        (executor, "QUICK"): st.sampled_from([0, 3, 20_000]),
        (executor, "BUDGET"): st.sampled_from([2, 5, 20_002]),
        (executor, "FREQUENT"): st.sampled_from([-1, 2]),
        (executor, "DENSE"): st.sampled_from([-1, 2]),
        (executor, "SORTED"): st.sampled_from([0, 30_000]),
        (skimming, "MOST_ODD"): st.sampled_from([0, 100]),
        (skimming, "MOST_TRIED"): st.sampled_from([0, 20_000]),
        (candidates, "SAMPLE"): st.sampled_from([0, 1, 400]),
        (textindex, "RARE"): st.sampled_from([0, 3, 20_000]),
        (textindex, "MAX_LETTERS"): st.sampled_from([0, 500]),
        (textindex, "MAX_TERMS"): st.sampled_from([0, 2, 400]),
    }
)
"""Where one way to an answer ends and the next begins: few jobs go every way."""
FILTERS = st.lists(st.tuples(st.sampled_from(["", "-"]), TERMS).map("".join), max_size=3).map(" ".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(listed=jobs(), texts=st.lists(FILTERS, min_size=1, max_size=5), sort=SORTS, bounds=BOUNDS, data=st.data())
async def test_the_store_answers_as_the_oracle(  # noqa: PLR0917 - hypothesis draws them
    cache: Cache, listed: list[Job], texts: list[str], sort: Sort, bounds: dict[tuple[ModuleType, str], int], data: st.DataObject
) -> None:
    # Every example has integrations of its own, so that those before it must not be seen.
    number = len(await cache.integrations.known())
    integrations = [f"acme-{number + each:05}" for each in range(3)]
    # The same ids in each, and more jobs in the first.
    spread = {one: [replace(each, integration=one) for each in listed[at * 3 :]] for at, one in enumerate(integrations)}
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), bound in bounds.items():
            patch.setattr(module, name, bound)
        for one in integrations:
            await cache.fill(spread[one], integration=one)
            await _mark_some(cache, spread[one])
        chosen = data.draw(st.sampled_from([integrations[:1], integrations[:2], integrations, [integrations[0], integrations[2]]]))
        async with named(cache) if data.draw(st.booleans()) else nullcontext():
            for text in texts:
                await _compare(cache, chosen, text, sort=sort, data=data)


async def _mark_some(cache: Cache, listed: list[Job]) -> None:
    for number, status in enumerate((SyncStatus.SYNCED, SyncStatus.FAILED, SyncStatus.SYNCED)):
        if number < len(listed):
            mark = SyncState(sync_status=status, last_synced=NOW - timedelta(hours=30 * number, minutes=5))
            await set_sync(cache.jobs, listed[number].integration, listed[number].id, mark)
    if len(listed) > 4:
        await cache.jobs.mark_gone(listed[4].integration, listed[4].id)


async def _compare(cache: Cache, integrations: list[str], text: str, *, sort: Sort, data: st.DataObject) -> None:
    cached = [one async for one in cache.jobs.stream(integrations, parse_filter(""), Sort())]
    keys = [JobKey(one.integration, one.id) for one in cached]
    query = parse_filter(text).with_marked(keys[::3])
    wanted = [JobKey(one.integration, one.id) for one in in_list(cached, query, sort, NOW)]
    for place in data.draw(st.lists(st.integers(0, len(wanted) + 1), max_size=3)):
        rows = await cache.jobs.window(integrations, query, sort, place, 3)
        assert [row.key for row in rows] == wanted[place : place + 3]
    assert await cache.jobs.count(integrations, query) == len(wanted)
    assert list(await cache.jobs.ids(integrations, query, sort)) == wanted
    for key in keys[:4]:
        place_of = wanted.index(key) if key in wanted else None
        assert await cache.jobs.position(integrations, query, sort, key) == place_of
        page = await cache.jobs.page(integrations, query, sort, 2, key)
        assert [row.key for row in page.rows] == wanted[page.offset : page.offset + 2]
        assert page.cursor == (place_of or 0)


async def test_several_integrations_are_one_list(tmp_path: Path) -> None:
    async with cache_at(tmp_path / "jobs.db") as cache:
        for integration in ("one", "two", "three"):
            await cache.fill(
                [Job(integration=integration, id=str(n), name=f"{integration} nurse {n}") for n in range(5)], integration=integration
            )
        by_name = Sort(SortField.NAME, descending=False)
        query = parse_filter("nurse")
        rows = await cache.jobs.window(["one", "three", "unknown"], query, by_name, 3, 4)
        assert [(row.integration, row.id) for row in rows] == [("one", "3"), ("one", "4"), ("three", "0"), ("three", "1")]
        assert await cache.jobs.count(["one", "three", "unknown"], query) == 10
        assert await cache.jobs.count(["two"], parse_filter("three")) == 0
        assert await cache.jobs.count([], query) == 0
        assert await cache.jobs.window([], query, by_name, 0, 5) == ()


async def test_a_renamed_job_is_found_by_its_new_name_only(cache: Cache) -> None:
    await cache.fill([Job(integration="acme", id="1", name="Nurse"), Job(integration="acme", id="2", name="Driver")])
    await cache.fill([Job(integration="acme", id="1", name="Xylophonist"), Job(integration="acme", id="2", name="Driver")])
    counts = [await cache.jobs.count(["acme"], parse_filter(text)) for text in ("nurse", "nu", "n", "xyl", "xy", "x", "r")]
    assert counts == [0, 0, 1, 1, 1, 1, 1]


async def test_what_stands_inside_a_field_is_found_as_it_is_now(cache: Cache) -> None:
    await cache.fill([job(1, custom={"Req Type": "Replacement"}), job(2, custom={"Other": "replacement"}), job(3)])
    await cache.fill(
        [job(1), job(2, custom={"Req Type": ["New", "Replacement"], "Other": "x"}), job(3, custom={"Req Type": {"en": "NEW"}})]
    )
    found = {text: await cache.jobs.ids(["acme"], parse_filter(text), Sort(SortField.ID, descending=False)) for text in INSIDE}
    assert {text: [job_id for _, job_id in ids] for text, ids in found.items()} == INSIDE


async def test_fields_whose_names_differ_in_case_alone_are_asked_for_as_one(cache: Cache) -> None:
    await cache.fill([job(1, custom={"Shift": "Nights", "SHIFT": "Days"}), job(2, custom={"shift": "Days", "Other": ""})])
    found = [
        await cache.jobs.count(["acme"], parse_filter(text)) for text in ("custom.shift:nights", "custom.SHIFT:days", "custom.other:x")
    ]
    assert found == [1, 2, 0]


INSIDE = {
    'custom."req type":replace': ["job-2"],
    '-custom."Req Type":replace': ["job-1", "job-3"],
    "custom.other:replacement": [],
    'custom."Req Type".en:new': ["job-3"],
    'custom."Req Type.en":new,old': ["job-3"],
    "custom.req:new": [],
}


def test_a_text_that_another_holds_is_not_asked_for() -> None:
    assert parse_filter("senior n senior is:open nu").reduced() == parse_filter("senior is:open nu")
    assert parse_filter("-n nurse").reduced() == parse_filter("-n nurse")
    assert parse_filter("n n").reduced() == parse_filter("n")


async def test_windows_deep_in_a_list_are_those_of_the_whole_list(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "FEW", 10)
    monkeypatch.setattr(executor, "BUDGET", 50)
    await cache.fill([Job(integration="acme", id=f"{n:04}", name=f"nurse {n % 7}") for n in range(300)])
    for number, one in enumerate(("one", "two", "three")):
        of_one = [Job(integration=one, id=f"{n:04}", name=f"nurse {n % 7}") for n in range(number, 300, 3)]
        await cache.fill(of_one, integration=one)
    for scope, text in product((["acme"], ["one", "two", "three"], ["one", "three"]), ("", "nurse", "3")):
        for sort in (Sort(SortField.NAME, descending=True), Sort(SortField.NAME, descending=False), Sort(SortField.ID)):
            query = parse_filter(text)
            whole = list(await cache.jobs.ids(scope, query, sort))
            for offset in (0, 290, 150, 140, 160, 10, len(whole) - 5, len(whole)):
                rows = await cache.jobs.window(scope, query, sort, offset, 20)
                assert [row.key for row in rows] == whole[offset : offset + 20]


def test_the_oracle_knows_every_sort() -> None:
    cached = CachedJob(integration="acme", id="1")
    for field in SortField:
        assert expected([cached], parse_filter(""), Sort(field), NOW) == ["1"]
