"""``alerts``: what the automatic sync met, and what is said of it: acknowledged or muted until it changes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

import click

from ..backend.core.errors import ExitCode
from ..backend.core.models import AnswerKind
from ..documents.automatic import answer_words
from .options import ID, json_option, reason_option
from .output import print_json, print_line, say, when
from .session import open_backend, runs

P = ParamSpec("P")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def alerts(ctx: click.Context, *, as_json: bool) -> int:
    """Show what keeps the automatic sync from its work; acknowledge or mute it until it changes."""
    return _list(as_json=as_json) if ctx.invoked_subcommand is None else ExitCode.OK


def _on_one_alert(command: Callable[P, Coroutine[Any, Any, int]]) -> Callable[P, int]:
    """Give a command what names one alert, and the options of what a person does."""
    named = click.argument("code", type=ID, metavar="CODE")(reason_option(json_option(runs(command))))
    return click.argument("integration", type=ID, metavar="INTEGRATION")(named)


@alerts.command()
@_on_one_alert
async def acknowledge(*, integration: str, code: str, as_json: bool) -> int:
    """Say that you know of an alert: it is still shown, but no message repeats it until it changes."""
    return await _answer(integration, code, AnswerKind.ACKNOWLEDGED, as_json=as_json)


@alerts.command()
@_on_one_alert
async def mute(*, integration: str, code: str, as_json: bool) -> int:
    """Have an alert neither greet anybody nor be repeated by a message until it changes."""
    return await _answer(integration, code, AnswerKind.MUTED, as_json=as_json)


@alerts.command()
@_on_one_alert
async def reopen(*, integration: str, code: str, as_json: bool) -> int:
    """Take back that an alert was acknowledged or muted."""
    return await _answer(integration, code, None, as_json=as_json)


async def _answer(integration: str, code: str, kind: AnswerKind | None, *, as_json: bool) -> int:
    async with open_backend() as backend:
        await backend.alerts.answer(integration, code, kind)
    if as_json:
        print_json({"integration": integration, "code": code, "answer": kind})
    else:
        print_line(f"{integration} {code}: {'open again' if kind is None else f'{kind} until it changes'}")
    return ExitCode.OK


@runs
async def _list(*, as_json: bool) -> int:
    async with open_backend() as backend:
        found = await backend.alerts.standing()
    if as_json:
        print_json({"alerts": found})
        return ExitCode.OK
    if not found:
        say("No alert stands")
    for alert in found:
        print_line(f"{alert.integration} {alert.code} since {when(alert.since)}: {alert.message}")
        for told in (alert.remedy, None if alert.answer is None else answer_words(alert.answer)):
            if told:
                print_line(f"    {told}")
    return ExitCode.OK
