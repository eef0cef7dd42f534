"""Commands and dialogs say the same in the same words: what a command prints is the document that a dialog shows, line for line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import current_actor
from jobsync_tui.backend.core import clock
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.documents.coverage import coverage_document
from jobsync_tui.documents.document import BLANK, Document, Section, as_text, head, hint, key, line
from jobsync_tui.documents.eligibility import explain
from jobsync_tui.documents.history import history_document
from jobsync_tui.documents.job import job_document
from jobsync_tui.documents.plan import plan_document
from jobsync_tui.documents.revisions import difference_document, revisions_document
from jobsync_tui.documents.subject import PAST, read_subject
from tests.cli.conftest import Ended, Jobsync
from tests.services.workshop import CONFIG, job_line, write_jobs

RULES = """
rules:
  - {name: Oslo, when: {field: location.city, op: equals, value: Oslo}, actions: [{folder: North}]}
  - {name: Care, priority: 200, when: {field: department, op: equals, value: Care}, actions: [{folder: Care}]}
"""
WIDTH = 100
TIMES = re.compile(r"just now|\d+ (?:s|min|h|days)(?: ago)?\b|\d+\.\d s|(?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)?")

Run = Callable[..., Ended]


@pytest.fixture
def run(jobsync: Jobsync, tmp_path: Path) -> Run:
    """Run commands on twelve jobs and two rules."""
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(url=f"sqlite:///{tmp_path}/jobsync.db").partition("[[admins]]")[0], encoding="utf-8")
    config.chmod(0o600)
    write_jobs(tmp_path, map(job_line, range(12)))
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")

    def call(*arguments: str) -> Ended:
        return jobsync("--config", str(config), *arguments)

    assert call("refresh").code == 0
    assert call("rules", "import", str(tmp_path / "rules.yaml")).code == 0
    return call


def told(text: str) -> list[str]:
    """Return lines without what another moment changes, ages and times, and without the gap before what stands at the right."""
    return [" ".join(TIMES.sub("TIME", row).split()) for row in text.strip().split("\n")]


def prints(ended: Ended, folder: Path, shown: Callable[[Backend], Awaitable[Document]]) -> bool:
    """Return whether the lines of a command are those of what a dialog shows now, with at most its title and the job around them."""

    async def build() -> Document:
        config = folder / "jobsync.toml"
        async with Backend.open(load_settings(config), current_actor(None, config)) as backend:
            return await shown(backend)

    wanted, printed = told(as_text(asyncio.run(build()))), told(ended.out)
    starts = range(len(printed) - len(wanted) + 1)
    assert len(wanted) > 1
    return any(printed[start : start + len(wanted)] == wanted for start in starts) or printed == wanted


def test_check_prints_what_check_eligibility_shows(run: Run, tmp_path: Path) -> None:
    for job_id in ("1", "2"):
        ended = run("check", job_id)

        async def dialog(backend: Backend, job_id: str = job_id) -> Document:
            found = await backend.eligibility.check("file", job_id)
            return explain(found, await read_subject(backend, "file", job_id, rules=await backend.rules.current(), past=PAST), WIDTH)

        assert prints(ended, tmp_path, dialog), ended.out


def test_a_dry_run_prints_what_confirm_sync_shows(run: Run, tmp_path: Path) -> None:
    ended = run("sync", "1", "--dry-run")

    async def dialog(backend: Backend) -> Document:
        return plan_document(await backend.syncs.plan("file", "1"), await read_subject(backend, "file", "1"), WIDTH)

    assert prints(ended, tmp_path, dialog), ended.out


def test_a_sync_prints_what_sync_result_shows(run: Run) -> None:
    ended = run("sync", "1", "--yes")
    assert [row for row in told(ended.out) if row.startswith(("Sync Result:", "ok CREATED", "rules", "Last Synced", "jobsync"))] == [
        "Sync Result: file > job 1",
        "ok CREATED in Tenzo, verified TIME, took TIME",
        "rules Oslo and Care (r1)",
        *[row for row in told(ended.out) if row.startswith("Last Synced now, by ")],
        "jobsync sync -i file 1",
    ]


def test_fetch_audit_history_difference_and_coverage_print_their_documents(run: Run, tmp_path: Path) -> None:
    assert run("sync", "1", "--yes").code == 0
    assert run("rules", "deactivate", "care").code == 0

    async def job(backend: Backend) -> Document:
        found = await backend.jobs.get("file", "2")
        assert found is not None
        return job_document(found, await read_subject(backend, "file", "2"), WIDTH)

    async def history(backend: Backend) -> Document:
        return history_document(await backend.records.audit(integration="file", job="1"), WIDTH)

    async def revisions(backend: Backend) -> Document:
        return revisions_document(await backend.rules.history(), 2, None, clock.now(), WIDTH)

    async def difference(backend: Backend) -> Document:
        return difference_document(await backend.rules.difference(1, 2), WIDTH)

    async def coverage(backend: Backend) -> Document:
        return coverage_document(await backend.coverage.overview("file"), None, WIDTH, counting=False)

    for command, dialog in (
        (("fetch", "2"), job),
        (("audit", "-i", "file", "--job", "1"), history),
        (("rules", "history"), revisions),
        (("rules", "diff", "1", "2"), difference),
        (("rules", "coverage", "-i", "file"), coverage),
    ):
        ended = run(*command)
        assert prints(ended, tmp_path, dialog), (command, ended)


def test_what_speaks_of_keys_is_not_printed() -> None:
    rule = Section("rule", (line("+ Oslo"),), (line("- Oslo"), line("   all of it")))
    more = Section("more", (line(" + 7 more"),), (line(" - 7 more"), rule))
    document = (head("RULES", "2 active", "+ conditions"), rule, more, BLANK, line("   ", key("r  "), "Try again."), line(hint("Press l")))
    assert as_text(document) == " RULES  2 active\n  Oslo\n   all of it\n   7 more\n  Oslo\n   all of it\n\n   Try again."
    assert as_text(document, {"more"}).endswith("   7 more\n\n   Try again.")
