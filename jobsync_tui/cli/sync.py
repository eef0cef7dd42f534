"""``sync``, ``retry`` and ``recover``: jobs into the target, after a plan that was shown or is agreed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ..backend.core.errors import CutShort, ExitCode, JobsyncError, UsageError
from ..backend.core.models import BulkPlan, JobKey, SyncResult
from ..backend.core.text import counted
from ..documents.bulk import bulk_text
from ..documents.subject import read_subject
from .activity import with_options
from .exit_codes import of_result, worst
from .interruption import Interruption, confirm
from .options import ID, MOST, integration_option, integrations_option, json_option, reason_option
from .output import beside_json, print_json, print_line, print_text, say, text_width
from .plans import can_sync, planned_results, print_plan, print_result, print_results
from .progress import progress_line
from .selection import Selection
from .session import chosen, on_terminal, open_backend, runs

if TYPE_CHECKING:
    from ..backend.services.backend import Backend


@dataclass(frozen=True, slots=True)
class Consent:
    """How the person agreed to write: not at all (``dry_run``), beforehand (``yes``, maybe to one plan only), or when asked."""

    dry_run: bool
    yes: bool
    digest: str | None

    @property
    def asks(self) -> bool:
        """Return whether the person is still to be asked."""
        return not self.dry_run and not self.yes

    def validate(self) -> None:
        """Refuse flags that exclude each other, and silence where nobody can be asked.

        Raises:
            UsageError: Says which flags are meant.
        """
        if self.dry_run and self.yes:
            raise UsageError("--dry-run and --yes exclude each other")
        if self.digest is not None and not self.yes:
            raise UsageError("--plan DIGEST needs --yes: it applies only the plan that was shown")
        if self.asks and not on_terminal():
            raise UsageError("Add --dry-run or --yes (no terminal to ask for confirmation)")


@dataclass(frozen=True, slots=True)
class Written:
    """What came of jobs that were to be synced, and what ended that before its end, if anything did."""

    results: tuple[SyncResult, ...] = ()
    ending: JobsyncError | None = None


@click.command()
@integrations_option
@click.argument("job_ids", nargs=-1, type=ID, metavar="JOB_ID...")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option(
    "--plan", "digest", type=ID, metavar="DIGEST", help="With --yes: apply only the plan that a dry run printed under this digest."
)
@click.option("--filter", "filter_text", metavar="Q", help="The jobs that match, instead of ids.")
@click.option("--all", "everything", is_flag=True, help="Every cached job may be meant: without it, a filter that takes in all is refused.")
@click.option(
    "--expect",
    "expected",
    type=click.IntRange(0, MOST),
    metavar="N",
    help="How many jobs the filter takes in: with --yes, if many.",
)
@reason_option
@json_option
@runs
async def sync(
    *,
    integrations: tuple[str, ...],
    job_ids: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    digest: str | None,
    filter_text: str | None,
    everything: bool,
    expected: int | None,
    as_json: bool,
) -> int:
    """Sync jobs into the target: plan, confirm, write, verify."""
    consent = Consent(dry_run, yes, digest)
    selection = Selection(job_ids, filter_text, everything, expected)
    interruption = Interruption()
    async with open_backend() as backend:
        if not (integrations or job_ids):
            await chosen(backend, None)
        consent.validate()
        selection.validate()
        # The digest of a plan that was shown says which jobs are meant.
        unasked = consent.yes and consent.digest is None
        jobs = await selection.jobs(backend, integrations, unasked=unasked, most=backend.settings.rules.confirm_above)
        if len(job_ids) == 1:
            code = await _sync_one(backend, jobs[0], consent, interruption, as_json=as_json)
        else:
            code = await _sync_several(backend, jobs, consent, interruption, as_json=as_json)
        return ExitCode.INTERRUPTED if interruption.happened else code


@click.command()
@integration_option
@click.option("--filter", "filter_text", metavar="Q", help="Only jobs of what failed by this filter of jobsync runs: nurse on:yesterday.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@reason_option
@json_option
@runs
async def retry(*, integration: str | None, filter_text: str | None, dry_run: bool, as_json: bool) -> int:
    """Sync again what failed last time, or what a filter finds that failed and did not go well since."""
    interruption = Interruption()
    async with open_backend() as backend:
        if integration is not None:
            await backend.integrations.get(integration)
        if filter_text is None:
            failed = await backend.syncs.retry_candidates(integration)
        else:
            failed = await backend.activity.failed(with_options(filter_text, integration, None))
        if dry_run:
            return await _plan_again(backend, failed, as_json=as_json)
        written = await _write(backend, failed, None, interruption) if failed else Written()
        if not written.results and not as_json:
            say("Nothing failed last time")
        code = _print_results(written, None, as_json=as_json)
        return ExitCode.INTERRUPTED if interruption.happened else code


async def _plan_again(backend: Backend, jobs: Sequence[JobKey], *, as_json: bool) -> ExitCode:
    """Print what syncing jobs again would write."""
    if not jobs:
        if not as_json:
            say("Nothing failed")
        return _print_results(Written(), None, as_json=True) if as_json else ExitCode.OK
    with progress_line() as line:
        bulk, results = await backend.syncs.dry_run_many(jobs, line.planned)
    if as_json:
        return _print_results(Written(results), None, as_json=True)
    print_text(bulk_text(bulk, text_width()))
    return worst(map(of_result, results))


@click.command()
@json_option
@runs
async def recover(*, as_json: bool) -> int:
    """Find out what became of changes that a crash or a lost reply left open, and return when all are settled."""
    async with open_backend() as backend:
        report = await backend.syncs.recover()
    if as_json:
        print_json(report)
    else:
        for operation, outcome in report.settled.items():
            print_line(f"{operation}: {outcome}")
        found = counted(report.open, "operation was", "operations were")
        print_line(f"{found} open, {len(report.settled)} settled, {len(report.unknown)} still unknown")
    return ExitCode.REMOTE if report.unknown else ExitCode.OK


async def _sync_one(backend: Backend, job: JobKey, consent: Consent, interruption: Interruption, *, as_json: bool) -> ExitCode:
    if consent.dry_run:
        bulk, (result,) = await backend.syncs.dry_run_many([job])
        if not as_json:
            print_plan(bulk.plans[0], await read_subject(backend, *job), "a sync")
            if result.plan_digest is not None:
                print_line(f"plan {result.plan_digest}")
            return of_result(result)
    elif consent.yes:
        async with interruption:
            result = await interruption.asking(backend.syncs.sync(*job, expected_digest=consent.digest))
    else:
        plan = await backend.syncs.plan(*job)
        asks = can_sync(plan) and plan.writes
        if asks or not as_json:
            subject = await read_subject(backend, *job)
            with beside_json(as_json=as_json):
                print_plan(plan, subject, "a sync")
        if not can_sync(plan):
            (result,) = planned_results([plan], backend.actor.user)
            if not as_json:
                return of_result(result)
        elif not asks or confirm("Sync this job?"):
            async with interruption:
                result = await interruption.asking(backend.syncs.sync(*job, expected_digest=plan.digest))
        else:
            (result,) = await backend.syncs.decline([plan])
    if as_json:
        print_json(result)
    else:
        await print_result(backend, result)
    return of_result(result)


async def _sync_several(
    backend: Backend, jobs: Sequence[JobKey], consent: Consent, interruption: Interruption, *, as_json: bool
) -> ExitCode:
    if consent.yes:
        written = await _write(backend, jobs, consent.digest, interruption)
        return _print_results(written, consent.digest, as_json=as_json)
    if consent.dry_run:
        with progress_line() as line:
            bulk, results = await backend.syncs.dry_run_many(jobs, line.planned)
        if as_json:
            return _print_results(Written(results), bulk.digest, as_json=True)
        print_text(bulk_text(bulk, text_width()))
        print_line(f"plan {bulk.digest}")
        return worst(map(of_result, results))
    with progress_line() as line:
        bulk = await backend.syncs.plan_many(jobs, line.planned)
    writable = [plan for plan in bulk.plans if can_sync(plan)]
    asks = bool(writable and bulk.writes)
    if asks or not as_json:
        with beside_json(as_json=as_json):
            print_text(bulk_text(bulk, text_width()))
    if not writable:
        results = tuple(planned_results(bulk.plans, backend.actor.user))
        return _print_results(Written(results), bulk.digest, as_json=True) if as_json else worst(map(of_result, results))
    if not asks or confirm(f"Sync {counted(len(writable), 'job')}?", bulk.to_type):
        written = await _write(backend, jobs, bulk, interruption)
    else:
        written = Written(await backend.syncs.decline(bulk.plans))
    return _print_results(written, bulk.digest, as_json=as_json)


async def _write(backend: Backend, jobs: Sequence[JobKey], expected: BulkPlan | str | None, interruption: Interruption) -> Written:
    """Sync the jobs, only as ``expected`` planned it where there is such a plan or its digest."""
    done = 0
    with progress_line() as line:

        def show(result: SyncResult) -> None:
            nonlocal done
            done += 1
            line.show(f"{done:,} of {len(jobs):,}  {result.outcome}  {result.job.name or result.job.id}")

        async with interruption:
            try:
                results = await backend.syncs.sync_many(jobs, expected=expected, on_result=show, cancel=interruption.event)
            except CutShort as cut:
                return Written(cut.results, cut.ending)
            return Written(results)


def _print_results(written: Written, digest: str | None, *, as_json: bool) -> ExitCode:
    """Print what came of the jobs, with what ended their sync before its end beside them, and return the exit code."""
    results, ending = written.results, written.ending
    counts = Counter(result.outcome for result in results)
    code = worst([*map(of_result, results), *(() if ending is None else (ending.exit_code,))])
    if as_json:
        document = {"results": results, "summary": dict(counts), "plan_digest": digest}
        print_json(document if ending is None else {**document, "error": ending.failure()})
        return code
    if results or ending is None:
        print_results(results, len(results))
    say_ending(ending)
    return code


def say_ending(ending: JobsyncError | None) -> None:
    """Say on standard error what ended the work before its end, if anything did."""
    if ending is None:
        return
    say(f"jobsync: {ending.message}")
    if ending.remedy is not None:
        say(f"         {ending.remedy}")
