"""``check``: whether jobs are eligible, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..backend.core.errors import ExitCode, JobsyncError
from ..backend.core.models import Eligibility, JobKey, RuleSet
from ..documents.subject import PAST, read_subject
from .completing import FILE_NAME
from .exit_codes import worst
from .options import ID, integrations_option, json_option
from .output import print_json, print_line, say
from .plans import print_explanation
from .session import named_jobs, open_backend, read_rules, runs

if TYPE_CHECKING:
    from ..backend.services.backend import Backend


@click.command()
@integrations_option
@click.argument("job_ids", nargs=-1, required=True, type=ID, metavar="JOB_ID...")
@click.option("--live", is_flag=True, help="Read the jobs from the ATS now instead of from the cache.")
@click.option("--rules", "rules_file", type=FILE_NAME, metavar="FILE", help="Evaluate the rules in FILE instead of those in force.")
@json_option
@runs
async def check(*, integrations: tuple[str, ...], job_ids: tuple[str, ...], live: bool, rules_file: str | None, as_json: bool) -> int:
    """Say whether jobs are eligible, and why or why not."""
    async with open_backend() as backend:
        rules = None if rules_file is None else await _rules_of(backend, rules_file)
        jobs = await named_jobs(backend, integrations, job_ids)
        if len(job_ids) == 1:
            found = await backend.eligibility.check(*jobs[0], live=live, rules=rules)
            if as_json:
                print_json(found)
            else:
                if rules is None:
                    rules = await backend.rules.current()
                if rules.revision != found.ruleset_revision:
                    rules = await backend.rules.at(found.ruleset_revision)
                subject = await read_subject(backend, found.integration, found.job.id, rules=rules, past=PAST)
                print_explanation(found, subject)
            return ExitCode.OK if found.eligible else ExitCode.NOT_ELIGIBLE
        return await _check_several(backend, jobs, live=live, rules=rules, as_json=as_json)


async def _check_several(backend: Backend, jobs: Sequence[JobKey], *, live: bool, rules: RuleSet | None, as_json: bool) -> ExitCode:
    """Check one job after the other; one that cannot be read is named and does not stop the others."""
    results: list[object] = []
    codes: list[ExitCode] = []
    counts = {"eligible": 0, "not_eligible": 0}
    for integration, job_id in jobs:
        try:
            found = await backend.eligibility.check(integration, job_id, live=live, rules=rules)
        except JobsyncError as error:
            if error.exit_code in {ExitCode.DENIED, ExitCode.USAGE}:
                raise
            results.append({"integration": integration, "job": {"id": job_id}, "error": error.failure()})
            codes.append(error.exit_code)
            counts["failed"] = counts.get("failed", 0) + 1
            if not as_json:
                say(f"{job_id}: {error.message}")
            continue
        results.append(found)
        codes.append(ExitCode.OK if found.eligible else ExitCode.NOT_ELIGIBLE)
        counts["eligible" if found.eligible else "not_eligible"] += 1
        if not as_json:
            print_line(_line(found))
    if as_json:
        print_json({"results": results, "summary": counts})
    else:
        print_line(", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items()))
    return worst(codes)


def _line(found: Eligibility) -> str:
    why = ", ".join(rule.name for rule in found.matched_rules) if found.eligible else found.message
    return f"{found.job.id}: {'ELIGIBLE' if found.eligible else 'NOT ELIGIBLE'}  {found.job.name or '(no name)'}  {why}"


async def _rules_of(backend: Backend, source: str) -> RuleSet:
    """Return the rules of a file, at the revision of those they stand in for."""
    rules = await backend.rules.parse(read_rules(source, backend.actor), source)
    ordered = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)))
    return RuleSet((await backend.rules.current()).revision, ordered)
