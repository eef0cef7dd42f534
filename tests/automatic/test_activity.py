"""Runs of the timer and what everybody did as one list: in order, by page, folded or one by one, by a filter, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import FilterError, Unreachable
from jobsync_tui.backend.core.models import Activity, Outcome, Sort, TimerRun
from jobsync_tui.backend.core.reasons import acting_because
from jobsync_tui.backend.storage.activity.activity import ActivityStore
from jobsync_tui.backend.storage.activity.query import RESULTS, ActivityQuery, parse_activity
from jobsync_tui.backend.storage.automatic.run_rows import KEPT
from tests.support.fleet import EVERY, Fleet, Host
from tests.support.sync_bench import ALICE

pytestmark = pytest.mark.usefixtures("on_each_database")
BOTH = ("acme", "globex")


def query(host: Host, text: str = "") -> ActivityQuery:
    return parse_activity(text, host.clock.now(), BOTH)


async def listed(host: Host, text: str = "", offset: int = 0, limit: int = 100, of: Sequence[str] = BOTH) -> list[str]:
    """Return the lines in short: ``run acme ok``, ``alice 1 created``."""
    return [short(line) for line in await ActivityStore(host.database).page(query(host, text), of, offset, limit)]


def short(line: Activity) -> str:
    if isinstance(line, TimerRun):
        return f"run {line.integration} {line.outcome}"
    return f"{line.actor} {line.integration}:{line.job_id} {line.outcome}"


async def a_day(fleet: Fleet, host: Host) -> None:
    """Let three runs and three people's attempts happen: the second run cannot read globex, and alice's sync of a new job fails."""
    fleet.ats["globex"].put(7)
    await host.run()
    fleet.clock.turn(timedelta(minutes=1))
    fleet.ats["globex"].trouble = Unreachable("Shelf is not there", service="Shelf")
    await host.run("globex")
    fleet.clock.turn(timedelta(minutes=1))
    await host.pipeline.sync(ALICE, "acme", "1")
    fleet.clock.turn(timedelta(minutes=1))
    fleet.ats["acme"].broken["2"] = Unreachable("Shelf is not there", service="Shelf")
    with acting_because("asked by phone"):
        await host.pipeline.sync(ALICE, "acme", "2")
    fleet.clock.turn(EVERY)
    await host.run()


async def test_runs_fold_what_they_wrote_and_stand_among_what_people_did_newest_first(fleet: Fleet, host: Host) -> None:
    await a_day(fleet, host)
    assert await listed(host) == [
        "run acme ok",
        "alice acme:2 failed",
        "alice acme:1 unchanged",
        "run globex unreachable",
        "run acme ok",
    ]
    store = ActivityStore(host.database)
    first = (await store.page(query(host), BOTH, 4, 1))[0]
    assert isinstance(first, TimerRun)
    assert first.run is not None
    assert first.run.outcomes == {"created": 3, "refused": 2}
    assert sorted([short(each) for each in await store.writes(first.number, 0, 10)]) == [f"auto acme:{n} created" for n in (1, 2, 3)]
    assert await store.count_writes(first.number) == 3
    assert await store.position(query(host), BOTH, first) == 4


FILTERED: dict[str, int | list[str]] = {
    "is:write integration:acme": 5,
    "result:failed": ["alice acme:2 failed", "run globex unreachable"],
    "-result:failed is:run": ["run acme ok", "run acme ok"],
    "result:created": 3,
    "by:alice": ["alice acme:2 failed", "alice acme:1 unchanged"],
    "by:auto": ["run acme ok", "run globex unreachable", "run acme ok"],
    "-by:auto": ["alice acme:2 failed", "alice acme:1 unchanged"],
    "reason:mail,PHONE": ["alice acme:2 failed"],
    "-reason:phone": ["alice acme:1 unchanged"],
    "integration:globex": ["run globex unreachable"],
    "icu id:2": ["alice acme:2 failed", "auto acme:2 created"],
    "nurse result:failed,unchanged": ["alice acme:2 failed", "alice acme:1 unchanged"],
    "-id:1 by:alice": ["alice acme:2 failed"],
    "driver": [],
    '"is:run"': [],
    "since:350s": ["run acme ok", "alice acme:2 failed"],
    "until:350s": ["alice acme:1 unchanged", "run globex unreachable", "run acme ok"],
    "on:today": 5,
    "on:yesterday": [],
    "is:failed result:failed": ["alice acme:2 failed"],
}


async def test_a_filter_asks_of_jobs_and_of_what_was_done(fleet: Fleet, host: Host) -> None:
    await a_day(fleet, host)
    store = ActivityStore(host.database)
    for text, expected in FILTERED.items():
        found = await listed(host, text)
        assert (len(found) if isinstance(expected, int) else found) == expected, text
        assert await store.count(query(host, text), BOTH) == len(found), text
        assert [line for place in range(len(found)) for line in await listed(host, text, place, 1)] == found, text
        lines = await store.page(query(host, text), BOTH, 0, 100)
        assert [await store.position(query(host, text), BOTH, line) for line in lines] == list(range(len(found))), text
        if query(host, text).jobs.terms:
            few = parse_activity(text, host.clock.now(), BOTH)
            ids = await host.jobs.ids(BOTH, few.jobs, Sort())
            looked_up = ActivityQuery(few.jobs, few.now, few.terms, few.since, few.until, few.kind, ids)
            assert [short(each) for each in await store.page(looked_up, BOTH, 0, 100)] == found, text


async def test_only_what_is_about_ones_own_integrations_is_there(fleet: Fleet, host: Host) -> None:
    await a_day(fleet, host)
    assert await listed(host, of=("globex",)) == ["run globex unreachable"]
    assert await listed(host, "is:write", of=("globex",)) == []


async def test_what_failed_is_worth_another_try_until_it_went_well(fleet: Fleet, host: Host) -> None:
    await a_day(fleet, host)
    store = ActivityStore(host.database)
    assert await store.failed(query(host), BOTH, 10) == (("acme", "2"),)
    assert await store.failed(query(host, "by:bob"), BOTH, 10) == ()
    assert await store.failed(query(host), ("globex",), 10) == ()
    del fleet.ats["acme"].broken["2"]
    again = await host.pipeline.sync(ALICE, "acme", "2")
    assert again.outcome is Outcome.UNCHANGED
    assert await store.failed(query(host), BOTH, 10) == ()


async def test_a_run_has_the_failures_of_its_own_writes(fleet: Fleet, host: Host) -> None:
    for number in (1, 3):
        fleet.ats["acme"].broken[str(number)] = Unreachable("Shelf is not there", service="Shelf")
    fleet.ats["acme"].describe_singly()
    await host.run()
    store = ActivityStore(host.database)
    (line,) = await store.page(query(host, "is:run"), BOTH, 0, 10)
    assert isinstance(line, TimerRun)
    assert set(await store.failed_of(line.number, 10)) <= {("acme", "1"), ("acme", "3")}
    assert await store.failed_of(line.number + 1, 10) == ()


async def test_a_run_that_was_cut_off_is_told_by_the_next_one_and_old_runs_go(fleet: Fleet, host: Host) -> None:
    await host.schedule.begin("acme", EVERY)
    assert await listed(host) == ["run acme None"]
    assert await listed(host, "result:running") == ["run acme None"]
    fleet.clock.turn(EVERY)
    await host.run()
    assert await listed(host) == ["run acme ok", "run acme cut_off"]
    assert await listed(host, "result:cut_off") == ["run acme cut_off"]
    fleet.clock.turn(KEPT + timedelta(minutes=1))
    await host.run()
    assert await listed(host, "is:run since:365d") == ["run acme ok"]
    # What the others wrote stands by itself then.
    assert len(await listed(host, "since:365d")) == 1 + 3


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("result:faild", 7, "Did you mean failed?"),
        ("nurse integration:nowhere", 18, "not a known integration"),
        ("since:soon", 6, "needs a time"),
        ("by:", 3, "A value is missing"),
        ("nurse foo:bar", 6, "foo is not a known field"),
        ("is:marked", 0, "list of jobs"),
        ("rule:ICU", 0, "list of jobs"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_activity(text, datetime(2026, 11, 30, tzinfo=UTC), BOTH)
    assert (caught.value.position, words in f"{caught.value.message} {caught.value.remedy}") == (position, True)


ROW_WORDS = ["reason:phone", "is:run", "-is:write", "result:failed", "by:alice", "since:7d", "on:today", 'by:"a b"']
JOB_WORDS = ["nurse", "-x", '"a b"', "client:y"]


@given(st.lists(st.sampled_from([*ROW_WORDS, *JOB_WORDS]), max_size=6))
def test_any_filter_of_known_words_is_read(words: list[str]) -> None:
    found = parse_activity("  ".join(words), datetime(2026, 11, 30, tzinfo=UTC), BOTH)
    assert len(found.jobs.terms) == sum(word in JOB_WORDS for word in words)
    assert set(RESULTS) >= {value for term in found.terms if term.column == "outcome" for value in term.values}
