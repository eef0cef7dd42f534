"""``integrations rename-ids``: jobs that came under other ids take over the job in the target that they have already."""

from __future__ import annotations

import click

from ..backend.core.models import NewId, NewIdsPlan, NewIdsReport
from ..backend.core.text import counted
from .interruption import Interruption, confirm
from .options import ID, complete_integration, json_option, reason_option
from .output import beside_json, print_json, print_line
from .rename import came_of, each_shown, exit_code, print_failed
from .session import open_backend, runs
from .sync import Consent
from .tables import Table

_SHOWN = 100
"""Pairs that a preview names."""


@click.command(name="rename-ids")
@click.argument("integration", type=ID, shell_complete=complete_integration, metavar="ID")
@click.option(
    "--pair",
    "named",
    nargs=2,
    type=ID,
    multiple=True,
    metavar="OLD_ID NEW_ID",
    help="These two ids are the same job; no others are looked at. May be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Show the pairs of ids, and change nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@reason_option
@json_option
@runs
async def rename_ids(*, integration: str, named: tuple[tuple[str, str], ...], dry_run: bool, yes: bool, as_json: bool) -> int:
    """Give jobs that came under other ids the job in Tenzo that they have already: its external ID becomes the new one, nothing is created.

    A pair is sure where a job that the last listing lacked and a new one have the same name and place, no other date of creation, and
    neither fits another job. What is not sure is shown and left to a person.
    """
    consent = Consent(dry_run, yes, None)
    interruption = Interruption()
    async with open_backend() as backend:
        plan = await backend.maintenance.rename_ids_plan(integration, named)
        consent.validate()
        asks = bool(plan.pairs) and consent.asks
        if asks or not as_json:
            with beside_json(as_json=as_json):
                _print_plan(plan)
        report = None
        several = counted(len(plan.pairs), "job")
        if plan.pairs and not dry_run and (yes or confirm(f"Give {several} the new id?", plan.to_type)):
            with each_shown(len(plan.pairs)) as show:
                async with interruption:
                    report = await backend.maintenance.rename_ids(integration, plan, on_result=show, cancel=interruption.event)
    if as_json:
        print_json(_document(plan, report))
    elif report is not None:
        _print_report(report)
    return exit_code(report, interruption)


def _document(plan: NewIdsPlan, report: NewIdsReport | None) -> dict[str, object]:
    return {
        "integration": plan.integration,
        "pairs": plan.pairs,
        "unclear": plan.unclear,
        **came_of(report),
    }


def _print_plan(plan: NewIdsPlan) -> None:
    _print_pairs("Certain", plan.pairs)
    _print_pairs("To be decided by you", plan.unclear)
    print_line(f"{counted(len(plan.pairs), 'job')} to get the new id, {len(plan.unclear):,} to be decided by you")
    if plan.unclear:
        print_line(f"Two ids that are the same job: jobsync integrations rename-ids {plan.integration} --pair OLD_ID NEW_ID")


def _print_pairs(title: str, pairs: tuple[NewId, ...]) -> None:
    if not pairs:
        return
    print_line(f"{title}:")
    table = Table("OLD ID", "NEW ID", "NAME", "PLACE", "TARGET JOB", "WHY", widest=48)
    for pair in pairs[:_SHOWN]:
        table.add(pair.old, pair.new, pair.name, pair.place, pair.target_id, pair.why or "the same name and place")
    table.finish()
    if len(pairs) > _SHOWN:
        print_line(f"... and {len(pairs) - _SHOWN:,} more (--json names all)")


def _print_report(report: NewIdsReport) -> None:
    done = print_failed(report)
    print_line(f"{done:,} of {len(report.plan.pairs):,} have the new id")
    command = f"jobsync integrations rename-ids {report.plan.integration}"
    wait = f"jobsync refresh -i {report.plan.integration} --full ends the wait of new jobs, unless others are missing"
    print_line(wait if report.finished else f"Once more, for the rest: {command}")
