"""``rules coverage``: how far the rules reach."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode
from ..backend.core.models import Coverage, CoverageShare, NearCoverage
from ..backend.core.text import counted
from .options import integration_option, json_option
from .output import print_json, print_line
from .progress import progress_line
from .session import open_backend, runs
from .tables import Table


@click.command()
@integration_option
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, metavar="N", help="What came of it on the last N days.")
@click.option("--near", is_flag=True, help="Also which conditions alone keep jobs from a rule; evaluates every job.")
@json_option
@runs
async def coverage(*, integration: str | None, days: int, near: bool, as_json: bool) -> int:
    """Show which jobs are eligible and why the others are not, by rule, department and place, and what came of it."""
    async with open_backend() as backend:
        with progress_line() as line:
            await backend.eligibility.evaluate_all(
                integration, lambda done, total: line.show(f"judged {done:,} of {counted(total, 'job')}")
            )
            found = await backend.coverage.overview(integration, days=days)
            close = None
            if near:
                close = await backend.coverage.near(
                    integration, lambda done: line.show(f"looked at {done:,} of {counted(found.jobs, 'job')}")
                )
        part = (await backend.rules.authority()).part
    if as_json:
        print_json({"coverage": found, "near": close, "among": part})
        return ExitCode.OK
    _print_coverage(found, "" if integration is not None or part is None else "your ")
    if close is not None:
        _print_near(close)
    return ExitCode.OK


def _print_coverage(found: Coverage, whose: str) -> None:
    print_line(
        f"{whose}{counted(found.jobs, 'job')}: {found.eligible:,} eligible, {found.waiting:,} of them never synced; "
        f"{found.ineligible:,} not eligible"
    )
    for reason, jobs in sorted(found.by_reason.items(), key=lambda item: -item[1]):
        print_line(f"    {jobs:,} {reason.replace('_', ' ')}")
    print_line()
    rules = Table("RULE", "JOBS", "ALONE")
    for rule in found.by_rule:
        rules.add(rule.name, f"{rule.jobs:,}", f"{rule.alone:,}")
    rules.finish()
    for heading, shares in (("DEPARTMENT", found.by_department), ("PLACE", found.by_place)):
        _print_shares(heading, shares)
    print_line()
    outcomes = list(dict.fromkeys(outcome for day in found.days for outcome in day.outcomes))
    days = Table("DAY", *(outcome.upper() for outcome in outcomes))
    for day in found.days:
        days.add(day.day.isoformat(), *(day.outcomes.get(outcome, 0) for outcome in outcomes))
    days.finish()


def _print_shares(heading: str, shares: tuple[CoverageShare, ...]) -> None:
    print_line()
    table = Table(heading, "ELIGIBLE", "NOT")
    for share in shares:
        table.add(share.value, f"{share.eligible:,}", f"{share.ineligible:,}")
    table.finish()


def _print_near(near: NearCoverage) -> None:
    print_line()
    print_line(f"{counted(near.jobs, 'job is', 'jobs are')} one condition away from a rule")
    table = Table("JOBS", "RULE", "IF ONLY", "SUCH AS")
    for each in near.conditions:
        table.add(f"{each.jobs:,}", each.rule_name, each.would_match_if, ", ".join(":".join(job) for job in each.examples[:2]))
    table.finish()
