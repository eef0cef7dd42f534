"""``rules impact``: what a file of rules would do to the cached jobs, as counts, as lists, or for one job exactly."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import ImpactJob, ImpactList, RuleImpact, Scope
from ..backend.core.text import counted
from ..backend.services.backend import Backend
from ..documents.document import as_text
from ..documents.impact import concerned_words, job_document
from .completing import FILE_NAME
from .options import ID, integration_option, json_option
from .output import print_json, print_line, print_text, text_width
from .progress import ProgressLine, progress_line
from .rule_impact import print_impact
from .session import evaluate_first, named_jobs, open_backend, read_rules, runs
from .tables import Table


@click.command("impact")
@click.argument("file", type=FILE_NAME, metavar="FILE")
@click.option(
    "--list", "which", type=click.Choice([each.value for each in ImpactList]), help="Print the jobs of this list. With --json, one a line."
)
@click.option("--field", metavar="FIELD", help="With --list: only jobs that would have FIELD differently, such as folder.")
@click.option("--filter", "filter_text", default="", metavar="Q", help="With --list: only jobs that match.")
@click.option("--job", "job_id", type=ID, metavar="ID", help="Print what would change for this job.")
@integration_option
@json_option
@runs
async def foresee(
    *, file: str, which: str | None, field: str | None, filter_text: str, job_id: str | None, integration: str | None, as_json: bool
) -> int:
    """Show what importing FILE would do to the cached jobs, without importing it. - is standard input."""
    if which is not None and job_id is not None:
        raise UsageError("--list and --job exclude each other")
    if which is None and (field or filter_text):
        raise UsageError("--field and --filter narrow a list", remedy="Name the list, such as --list reconfigured")
    async with open_backend() as backend:
        await backend.rules.current()
        if integration is not None:
            await backend.integrations.get(integration)
            if which is None and job_id is None:
                raise UsageError("-i narrows a list, or says whose job is meant", remedy="The counts are of each integration without it")
        with progress_line() as line:
            text = read_rules(file, backend.actor)
            if which is None and job_id is None:
                return await _report(backend, text, file, line, as_json=as_json)
            found = await backend.impacts.assess(
                await backend.rules.to_come(text, file), lambda at: line.show(f"{at.done:,} of {counted(at.total, 'job')}")
            )
            if which is not None and filter_text:
                await evaluate_first(backend, filter_text, Scope.of(*filter(None, [integration])))
        if which is not None:
            return await _list(
                backend, found, ImpactList(which), field=field, filter_text=filter_text, integration=integration, as_json=as_json
            )
        (meant,) = await named_jobs(backend, [] if integration is None else [integration], [job_id or ""])
        return await _one(backend, found, *meant, as_json=as_json)


async def _report(backend: Backend, text: str, file: str, line: ProgressLine, *, as_json: bool) -> int:
    found = await backend.rules.impact(text, file, lambda at: line.show(f"{at.done:,} of {counted(at.total, 'job')}"))
    line.clear()
    if as_json:
        print_json(found)
    else:
        print_impact(found)
    return ExitCode.OK


async def _one(backend: Backend, found: RuleImpact, integration: str, job_id: str, *, as_json: bool) -> int:
    sample = await backend.impacts.job(integration, job_id, found)
    if as_json:
        print_json(sample)
    else:
        print_line(f"{sample.integration}:{sample.id} {sample.name or '-'}")
        print_text(as_text(job_document(sample, text_width())))
    return ExitCode.OK


async def _list(
    backend: Backend, found: RuleImpact, which: ImpactList, *, field: str | None, filter_text: str, integration: str | None, as_json: bool
) -> int:
    table = Table("ATS JOB", "NAME", "PLACE", "SYNC", "WOULD BE")
    async for each in backend.impacts.stream(found, which, field=field, filter_text=filter_text):
        if integration not in {None, each.job.integration}:
            continue
        if as_json:
            print_json(_document(each))
        else:
            job = each.job
            table.add(f"{job.integration}:{job.id}", job.name, job.place, job.sync_status, concerned_words(each))
    if not as_json:
        table.finish()
    return ExitCode.OK


def _document(each: ImpactJob) -> object:
    job = each.job
    return {
        "integration": job.integration,
        "id": job.id,
        "name": job.name,
        "place": job.place,
        "status": job.status,
        "sync_status": job.sync_status,
        "last_synced": job.last_synced,
        "group": each.kind.group,
        "in_target": each.kind.in_target,
        "fields": each.kind.fields,
    }
