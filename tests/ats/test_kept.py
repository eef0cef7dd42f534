"""Jobs as the cache keeps them, whichever ATS gave them: texts on one line, and the account's own status words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from jobsync_tui.backend.ats.base import Adapter, Connection, Listing, Page
from jobsync_tui.backend.ats.file.words import _STATUS
from jobsync_tui.backend.ats.kept import as_kept, word_key
from jobsync_tui.backend.core.models import Job, JobStatus, Location
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.testing.stage import jobs_in
from tests.ats.test_file import export, listed, write

MESSY = Job(
    integration="acme",
    id="1",
    name=" Nurse\r\n night ",
    ats_status="\u00a0Live ",
    department="ICU\n",
    client="  ",
    tags=(" a", "a", "\t"),
    location=Location(" Berlin\n", " Berlin\n"),
    locations=(Location(" Berlin\n", " Berlin\n"),),
    description=" as\n it is ",
    custom={"x": " y "},
)


class OfSomebody(Adapter):
    """A third party's adapter that gives what its ATS does."""

    provider = title = "somebody"

    async def test(self) -> str:
        return ""

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        del listing
        yield Page((MESSY,))

    async def job(self, job_id: str) -> Job | None:
        return MESSY if job_id == "1" else None


def somebody(statuses: Mapping[str, JobStatus]) -> OfSomebody:
    return OfSomebody(Connection("acme", "", {}, HttpSession(service="x", base_url="http://127.0.0.1:1", network=Network()), {}, statuses))


async def test_texts_stand_on_one_line_for_any_provider() -> None:
    adapter = somebody({"live": JobStatus.OPEN})
    (page,) = [page async for page in adapter.kept_pages(Listing())]
    assert page.jobs == (await adapter.kept_job("1"),)
    (job,) = page.jobs
    assert (job.name, job.ats_status, job.department, job.client, job.tags) == ("Nurse night", "Live", "ICU", None, ("a",))
    assert (job.location, job.locations) == (Location("Berlin", "Berlin"), (Location("Berlin", "Berlin"),))
    assert (job.description, dict(job.custom), job.status) == (" as\n it is ", {"x": " y "}, JobStatus.OPEN)
    assert await adapter.kept_job("2") is None


def test_the_accounts_own_words_count_before_what_the_adapter_knows() -> None:
    job = Job(integration="acme", id="1", name="A", status=JobStatus.OPEN, ats_status="  LIVE   now")
    assert as_kept(job, {word_key("Live Now"): JobStatus.CLOSED}).status is JobStatus.CLOSED
    assert as_kept(job, {"other": JobStatus.CLOSED}).status is JobStatus.OPEN
    partly = Job(integration="acme", id="1", name=" A", unread=("tags",))
    kept = as_kept(partly, {})
    assert (kept.name, kept.unread) == ("A", ("tags",))


@pytest.mark.parametrize("status", _STATUS)
async def test_the_common_words_of_the_trade(tmp_path: Path, status: JobStatus) -> None:
    words = _STATUS[status].split("|")
    spelled = [*words, *(word.upper() for word in words), *(f" {word.replace(' ', '_')} (2)" for word in words)]
    write(tmp_path / "jobs.json", json.dumps([{"id": str(number), "status": word} for number, word in enumerate(spelled)]))
    found = jobs_in(await listed(export(tmp_path / "jobs.json")))
    assert {job.ats_status: job.status for job in found if job.status is not status} == {}


@pytest.mark.parametrize(
    ("word", "status"), [("Closed - Filled", "closed"), ("Hold", "on_hold"), ("Offen", "unknown"), ("Closedown", "unknown")]
)
async def test_a_word_with_something_behind_it(tmp_path: Path, word: str, status: str) -> None:
    write(tmp_path / "jobs.json", json.dumps([{"id": "1", "status": word}]))
    assert jobs_in(await listed(export(tmp_path / "jobs.json")))[0].status == status
