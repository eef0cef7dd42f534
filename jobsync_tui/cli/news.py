"""``news``: what happened since the last visit."""

from __future__ import annotations

import click

from ..backend.core.clock import now
from ..backend.core.errors import ExitCode
from ..documents.greeting import greeting_text
from .options import json_option
from .output import print_json, print_text, say, text_width
from .records import parse_since
from .session import open_backend, runs

_KINDS = ("created", "updated", "failed", "newly_eligible")


@click.command()
@click.option("--since", metavar="AGE", help="Since 7d, 12h, ... ago or a date such as 2026-01-31, instead of the end of your last visit.")
@click.option("--seen", is_flag=True, help="Mark as read: next time, only what happened after now is shown.")
@json_option
@runs
async def news(*, since: str | None, seen: bool, as_json: bool) -> int:
    """Show what happened since your last visit, and which integrations keep failing.

    A visit ends when the application is left.
    """
    start = None if since is None else parse_since(since, now())
    async with open_backend() as backend:
        greeting = await backend.greeting.news(start)
        names = {each.id: each.name for each in await backend.integrations.list()}
        if seen:
            await backend.greeting.seen()
    if as_json:
        totals = {kind: greeting.total(kind) for kind in _KINDS}
        print_json({"since": greeting.since, **totals, "in_trouble": greeting.in_trouble, "integrations": greeting.integrations})
        return ExitCode.OK
    if greeting.since is None:
        say("No visit has ended yet. Add --since to say from when on.")
    print_text(greeting_text(greeting, names, now(), text_width()))
    return ExitCode.OK
