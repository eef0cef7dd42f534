"""``wire``: the requests and answers of a sync."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode
from .options import ID, json_option
from .output import print_json, print_line
from .session import open_backend, runs


@click.command()
@click.argument("operation_id", type=ID, metavar="OPERATION_ID")
@json_option
@runs
async def wire(*, operation_id: str, as_json: bool) -> int:
    """Show the requests and answers of a sync, with secrets taken out.

    OPERATION_ID is the one that the sync's result and `jobsync audit` name. A sync that wrote nothing has none; it is named by its number
    in `jobsync audit` instead. How long they are kept is configured: wire.keep.
    """
    async with open_backend() as backend:
        found = await backend.records.wire(operation_id)
    if as_json:
        print_json(found)
        return ExitCode.OK
    from ..documents.wire import wire_text

    for row in wire_text(found).splitlines():
        print_line(row)
    return ExitCode.OK
