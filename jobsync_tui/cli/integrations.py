"""``integrations``, ``test`` and ``refresh``: the connections to the ATSs and their caches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import msgspec

from ..backend.core.errors import ExitCode, JobsyncError
from ..backend.core.models import ConnectionReport, Failure, IntegrationSummary, RefreshMode, RefreshReport
from ..backend.core.text import counted
from .exit_codes import worst
from .options import integration_option, json_option
from .output import print_json, print_line, say, when
from .progress import progress_line
from .rename import rename, separate
from .rename_ids import rename_ids
from .session import chosen_or_all, open_backend, runs
from .tables import Table
from .target_look import TargetLook

T = TypeVar("T")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def integrations(ctx: click.Context, *, as_json: bool) -> int:
    """List the integrations with their jobs, last refresh and errors."""
    return _list(as_json=as_json) if ctx.invoked_subcommand is None else ExitCode.OK


integrations.add_command(rename)
integrations.add_command(separate)
integrations.add_command(rename_ids)


@runs
async def _list(*, as_json: bool) -> int:
    async with open_backend() as backend:
        found = await backend.integrations.list()
        path = backend.settings.path
    if as_json:
        print_json({"integrations": found})
        return ExitCode.OK
    if not found:
        say(f"There is no integration yet in {path}: jobsync init --add adds one")
        return ExitCode.OK
    table = Table("ID", "NAME", "ATS", "JOBS", "LAST REFRESH", "LAST COMPLETE", "STATE", "LAST ERROR")
    for each in found:
        state = f"{each.state}, read only" if each.read_only else each.state
        state = f"{state}, held" if each.held is not None else state
        trouble = "; ".join(filter(None, (each.last_error, each.set_aside))) or None
        table.add(each.id, each.name, each.ats, f"{each.jobs:,}", when(each.last_refresh), when(each.last_complete), state, trouble)
    table.finish()
    for each in found:
        for left_out in each.left_out:
            say(f"{each.id}: {left_out.words}")
    for held in [each.held for each in found if each.held is not None]:
        say(f"{held.message}. {held.remedy}")
    return ExitCode.OK


@click.command()
@integration_option
@json_option
@runs
async def test(*, integration: str | None, as_json: bool) -> int:
    """Try the credentials of integrations with one cheap call each.

    It also says what the first page of jobs has, and looks whether the target answers as a sync relies on. Nothing is written. With -i ID
    that integration alone is tried.
    """
    async with open_backend() as backend:
        target = TargetLook(backend) if integration is None else None
        return await _for_each(
            await chosen_or_all(backend, integration),
            lambda each: backend.integrations.test(each.id, reading=True),
            _print_test,
            as_json=as_json,
            also=target,
        )


@click.command()
@integration_option
@click.option("--full", is_flag=True, help="Read every job, even if the ATS can list only what changed.")
@click.option("--accept-gone", is_flag=True, help="Read every job, and accept that more than 20 % of the known jobs are gone.")
@json_option
@runs
async def refresh(*, integration: str | None, full: bool, accept_gone: bool, as_json: bool) -> int:
    """Read the jobs from the ATSs again."""
    async with open_backend() as backend:
        with progress_line() as line:

            async def bring_up_to_date(each: IntegrationSummary) -> RefreshReport:
                try:
                    return await backend.integrations.refresh(each.id, full=full, accept_gone=accept_gone, on_progress=line.refresh)
                finally:
                    line.clear()

            chosen = await chosen_or_all(backend, integration)
            return await _for_each(chosen, bring_up_to_date, _print_report, lambda report: report.trouble, as_json=as_json)


async def _for_each(
    summaries: tuple[IntegrationSummary, ...],
    action: Callable[[IntegrationSummary], Awaitable[T]],
    show: Callable[[T], None],
    trouble: Callable[[T], Failure | None] = lambda _: None,
    *,
    as_json: bool,
    also: TargetLook | None = None,
) -> ExitCode:
    """Do ``action`` for one integration after the other; one that fails is named and does not stop the others.

    ``trouble`` says what of what was done is no success.
    """
    results: list[dict[str, object]] = []
    codes: list[ExitCode] = []
    for each in summaries:
        try:
            done = await action(each)
        except JobsyncError as error:
            if len(summaries) == 1 and also is None:
                raise
            results.append({"integration": each.id, "error": error.failure()})
            codes.append(error.exit_code)
            if not as_json:
                say(f"{each.id}: {error.message}")
                if error.remedy:
                    say(f"    {error.remedy}")
        else:
            failure = trouble(done)
            results.append({**msgspec.to_builtins(done), "error": failure})
            codes.append(ExitCode.OK if failure is None else ExitCode.REMOTE)
            if not as_json:
                show(done)
    document: dict[str, object] = results[0] if len(summaries) == 1 else {"results": results}
    if also is not None:
        codes.append(await also.look(document, as_json=as_json))
    if as_json:
        print_json(document)
    return worst(codes)


def _print_test(report: ConnectionReport) -> None:
    print_line(f"{report.integration}: ok, {report.detail} ({report.seconds:.1f} s)")
    if report.read is not None:
        print_line(f"    {report.read.words}")
    _say_notes(report)
    _say_failure(report.ids)


def _say_notes(report: ConnectionReport | RefreshReport) -> None:
    for note in report.notes:
        say(f"    {note}")
    for left_out in report.left_out:
        say(f"    {left_out.words}")


def _say_failure(failure: Failure | None) -> None:
    if failure is not None:
        say(f"    {failure.message}")
        if failure.remedy:
            say(f"        {failure.remedy}")


def _print_report(report: RefreshReport) -> None:
    resumed = ", resumed" if report.resumed else ""
    seen = "no changes" if report.mode is RefreshMode.INCREMENTAL and not report.seen else f"{counted(report.seen, 'job')} seen"
    print_line(
        f"{report.integration}: {seen} ({report.mode}{resumed}), {report.added:,} new, "
        f"{report.changed:,} changed, {report.gone:,} gone, {report.returned:,} back ({report.seconds:.1f} s)"
    )
    _say_notes(report)
    for row in report.rejected:
        which = ", ".join(filter(None, (row.name, row.id)))
        say(f"    set aside: {row.reason}" + (f" ({which})" if which else ""))
    said = [report.trouble, report.set_aside, report.waits, report.unknown_statuses]
    for failure in {each.code: each for each in reversed(said) if each is not None}.values():
        _say_failure(failure)
    _say_failure(report.ids)
