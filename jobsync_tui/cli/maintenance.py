"""``backup``, ``prune`` and ``migrate-storage``: copies of the database, old records out of it, and its move to a server."""

from __future__ import annotations

from pathlib import Path

import click

from ..backend.core.durations import parse_duration
from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.named_files import from_root
from ..backend.core.text import counted
from .options import json_option, reason_option
from .output import print_json, print_line
from .progress import progress_line
from .session import open_backend, runs


def _as_named(_ctx: click.Context, _param: click.Parameter, file: Path) -> Path:
    """Return the whole name of a file that is made there: a link in its place is not followed."""
    return from_root(file)


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path), callback=_as_named)
@reason_option
@json_option
@runs
async def backup(*, file: Path, as_json: bool) -> int:
    """Write a consistent copy of the database while it is in use.

    It goes into FILE, and that of the local target beside it; nothing is written over. To go back, put the copies in the places that
    `jobsync paths` names while no jobsync runs.
    """
    async with open_backend() as backend:
        with progress_line() as line:
            report = await backend.maintenance.backup(file, lambda done, total: line.show(f"copied {done:,} of {counted(total, 'page')}"))
    if as_json:
        print_json(report)
    else:
        print_line(f"copied the database into {report.database}")
        if report.target is not None:
            print_line(f"copied the local target into {report.target}")
    return ExitCode.OK


@click.command()
@click.option("--keep", default="365d", show_default=True, metavar="AGE", help="Delete entries that are older than this.")
@reason_option
@json_option
@runs
async def prune(*, keep: str, as_json: bool) -> int:
    """Delete old entries from the record of who did what, and old operations from the journal.

    That is recorded itself, and the record still verifies.
    """
    try:
        age = parse_duration(keep)
    except (ValueError, OverflowError):
        raise UsageError("--keep needs an age such as 365d or 52w") from None
    async with open_backend() as backend:
        removed = await backend.maintenance.prune(age)
    if as_json:
        print_json({"removed": removed.rows, "operations": removed.operations, "requests": removed.requests, "kept": keep})
    else:
        rows = counted(removed.rows, f"row older than {keep} is", f"rows older than {keep} are")
        print_line(f"{rows} out of the record, {counted(removed.operations, 'operation')} out of the journal")
        if removed.requests:
            print_line(f"{counted(removed.requests, 'request')} of syncs {'is' if removed.requests == 1 else 'are'} out of the wire record")
    return ExitCode.OK


@click.command("migrate-storage")
@click.argument("url", metavar="URL")
@reason_option
@json_option
@runs
async def migrate_storage(*, url: str, as_json: bool) -> int:
    """Move everything from the SQLite file to a PostgreSQL database that jobsync has not used yet.

    The local target moves with it, if that is where jobs go. All of it moves or nothing, with the rows counted and the record of who did
    what verified in the new place. No other jobsync may run meanwhile. The file stays where it is and refuses to be used further.
    """
    async with open_backend() as backend:
        report = await backend.maintenance.move_storage(url)
    if as_json:
        print_json(report)
    else:
        print_line(
            f"moved {counted(report.rows, 'row')} of {counted(len(report.tables), 'table')}; "
            f"the record of who did what verifies, {counted(report.verified, 'row')}"
        )
        print_line(f'Now set in the configuration, under [storage]: url = "{url}"')
    return ExitCode.OK
