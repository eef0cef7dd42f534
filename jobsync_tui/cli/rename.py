"""``integrations rename``: what is kept under one id goes to another, and the target's external ids follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from ..backend.core.errors import ExitCode
from ..backend.core.models import NewIdsReport, RenamePlan, RenameReport, SyncResult
from ..backend.core.text import counted
from ..documents.bulk import result_groups_text
from .exit_codes import of_result, worst
from .interruption import Interruption, confirm
from .options import ID, complete_integration, json_option, reason_option
from .output import beside_json, print_json, print_line, print_text, say, text_width
from .progress import progress_line
from .session import open_backend, runs
from .sync import Consent
from .tables import Table

_SHOWN = 20
"""Jobs of the target that a preview names."""


@contextmanager
def each_shown(total: int) -> Iterator[Callable[[SyncResult], None]]:
    """Have each of ``total`` jobs shown, as it is done, in a line of progress."""
    with progress_line() as line:
        done = 0

        def show(result: SyncResult) -> None:
            nonlocal done
            done += 1
            line.show(f"{done:,} of {total:,}  {result.outcome}  {result.job.name or result.job.id}")

        yield show


def came_of(report: RenameReport | NewIdsReport | None) -> dict[str, object]:
    """Return what a document says of what was done, which is nothing where there is no report."""
    results = () if report is None else report.results
    return {
        "results": results,
        "summary": {str(outcome): count for outcome, count in Counter(result.outcome for result in results).items()},
        "finished": report is not None and report.finished,
    }


def print_failed(report: RenameReport | NewIdsReport) -> int:
    """Print the results that are no success, and return how many are one."""
    failed = [result for result in report.results if of_result(result) is not ExitCode.OK]
    if failed:
        print_text(result_groups_text(failed, text_width()))
    return len(report.results) - len(failed)


def exit_code(report: RenameReport | NewIdsReport | None, interruption: Interruption) -> int:
    """Return how the command ends: as the worst of its results, if it was not interrupted."""
    if interruption.happened:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if report is None else worst(map(of_result, report.results))


@click.command()
@click.argument("old", type=ID, shell_complete=complete_integration, metavar="OLD")
@click.argument("new", type=ID, metavar="NEW")
@click.option("--dry-run", is_flag=True, help="Show what would be moved and changed, and do nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@reason_option
@json_option
@runs
async def rename(*, old: str, new: str, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Move what is kept under OLD, which left the configuration, to NEW, which came into it.

    The target's external ids follow, one by one. What was cut short goes on when the command is given again.
    """
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        plan = await backend.maintenance.rename_plan(old, new)
        consent.validate()
        if consent.asks or not as_json:
            with beside_json(as_json=as_json):
                _print_plan(plan)
        report = None
        if not dry_run and (yes or confirm(f"Rename {old} to {new}?", plan.to_type)):
            with each_shown(len(plan.links)) as show:
                async with interruption:
                    report = await backend.maintenance.rename(old, new, on_result=show, cancel=interruption.event)
    if as_json:
        print_json(_document(plan, report))
    elif report is not None:
        _print_report(report)
    return exit_code(report, interruption)


@click.command()
@click.argument("new", type=ID, metavar="ID")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@reason_option
@json_option
@runs
async def separate(*, new: str, yes: bool, as_json: bool) -> int:
    """Say that ID is another ATS than one that left the configuration, so that its jobs are created in Tenzo as new ones.

    Example: jobsync integrations separate greenhouse-2 --yes
    """
    Consent(dry_run=False, yes=yes, digest=None).validate()
    async with open_backend() as backend:
        agreed = yes or confirm(f"Is {new} another ATS, whose jobs are not in Tenzo yet?")
        if agreed:
            await backend.maintenance.separate(new)
    if as_json:
        print_json({"integration": new, "separate": agreed})
    elif agreed:
        print_line(f"{new} is an integration of its own: its jobs are synced as new ones")
    return ExitCode.OK


def _document(plan: RenamePlan, report: RenameReport | None) -> dict[str, object]:
    return {
        "old": plan.old,
        "new": plan.new,
        "jobs": plan.jobs,
        "links": plan.links,
        "unclear": plan.unclear,
        "rules": plan.rules,
        "doubtful_rules": plan.doubtful,
        **came_of(report),
    }


def _print_plan(plan: RenamePlan) -> None:
    moved = "were moved already" if plan.moved else "move, with their history, marks and decisions"
    print_line(f"{plan.old} -> {plan.new}: {counted(plan.jobs, 'cached job')} {moved}")
    print_line(counted(len(plan.links), "job in Tenzo gets another external ID", "jobs in Tenzo get another external ID"))
    table = Table("TARGET JOB", "NAME THERE", "EXTERNAL ID", "FROM THEN ON", widest=48)
    for link in plan.links[:_SHOWN]:
        table.add(link.target_id, link.name, f"{plan.old}:{link.job_id}", f"{plan.new}:{link.job_id}")
    table.finish()
    if len(plan.links) > _SHOWN:
        print_line(f"... and {len(plan.links) - _SHOWN:,} more")
    for link in plan.unclear:
        print_line(f"Please check first: {link.target_id}, {link.name or 'without a name'}, of {plan.old}:{link.job_id}")
    for name in plan.rules:
        print_line(f"The rule {name} asks for {plan.new} from then on")
    for name in plan.doubtful:
        print_line(f"The rule {name} asks for a part of an integration's id, and stays as it is")


def _print_report(report: RenameReport) -> None:
    plan, done = report.plan, print_failed(report)
    print_line(
        f"{plan.old} is {plan.new} from now on: {counted(plan.jobs, 'job')} moved, {done:,} of {len(plan.links):,} renamed in the target"
    )
    if not report.finished:
        say(f"The target still knows jobs by the old id; once more: jobsync integrations rename {plan.old} {plan.new}")
