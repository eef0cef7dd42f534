"""``news``: what happened since the last visit."""

from __future__ import annotations

from dataclasses import fields

import click

from ..backend.core.clock import now, rfc3339
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
    """Show a day at a glance: what happened since your last visit, why syncs failed, what became eligible, and what waits.

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
        told = {field.name: getattr(greeting, field.name) for field in fields(greeting)}
        print_json({"since": greeting.since, **totals, "in_trouble": greeting.in_trouble, **told})
        return ExitCode.OK
    if greeting.since is None:
        say("No visit has ended yet. Add --since to say from when on.")
    print_text(greeting_text(greeting, names, now(), text_width()))
    if greeting.since is not None:
        since = rfc3339(greeting.since)
        say(f"The jobs: jobsync jobs --filter 'failed>={since}', and so on with tenzo_created, tenzo_updated and eligible")
    return ExitCode.OK
