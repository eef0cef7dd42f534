"""``news``: what happened since the last visit."""

from __future__ import annotations

import click

from ..backend.core.clock import now
from ..backend.core.errors import ExitCode
from .options import json_option
from .output import print_json, print_line, say, when
from .records import parse_since
from .session import open_backend, runs
from .tables import Table

_KINDS = ("created", "updated", "failed", "newly_eligible")


@click.command()
@click.option("--since", metavar="AGE", help="Since 7d, 12h, ... ago or a date such as 2026-01-31, instead of the end of your last visit.")
@click.option("--seen", is_flag=True, help="Take it for read: the next time tells what happened from now on.")
@json_option
@runs
async def news(*, since: str | None, seen: bool, as_json: bool) -> int:
    """Say what happened since your last visit, and which integrations are in trouble.

    A visit ends when the application is left.
    """
    start = None if since is None else parse_since(since, now())
    async with open_backend() as backend:
        greeting = await backend.greeting.news(start)
        if seen:
            await backend.greeting.seen()
    if as_json:
        totals = {kind: greeting.total(kind) for kind in _KINDS}
        print_json({"since": greeting.since, **totals, "in_trouble": greeting.in_trouble, "integrations": greeting.integrations})
        return ExitCode.OK
    if greeting.since is None:
        say("No visit has ended yet; --since says from when on")
    else:
        say(f"Since {when(greeting.since)}")
    table = Table("INTEGRATION", "CREATED", "UPDATED", "FAILED", "NEWLY ELIGIBLE")
    for each in greeting.integrations:
        table.add(each.integration, each.created, each.updated, each.failed, each.newly_eligible)
    table.finish()
    for each in greeting.integrations:
        if each.trouble:
            print_line(f"TROUBLE {each.integration}: {each.trouble}")
    return ExitCode.OK
