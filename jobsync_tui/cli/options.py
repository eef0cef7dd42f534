"""Options that several commands share. The global ones stand before or after a command's name.

The later one counts, but for who is spoken for: behind an SSH key the first words are the forced command's and the last ones may be a
client's, so ``--as`` says one name, and with it ``-c`` one file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..backend.core.text import typed_id

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "jobsync.invocation"

MOST = 2**63 - 1
"""The largest number that a database keeps, and so the largest that a command takes for one to look for or to count up to."""


@dataclass(slots=True)
class Invocation:
    """What the global options of this call say, and why it is made, where its command takes a reason.

    ``said`` has every value that ``-c`` and ``--as`` were given, by the option's name.
    """

    config: Path | None = None
    as_user: str | None = None
    verbose: bool = False
    reason: str | None = None
    said: dict[str, set[object]] = field(default_factory=lambda: {"config": set(), "as_user": set()})


def invocation(ctx: click.Context | None = None) -> Invocation:
    """Return the global options of the call that is under way."""
    context = ctx or click.get_current_context()
    found = context.meta.setdefault(_KEY, Invocation())
    assert isinstance(found, Invocation)  # noqa: S101 - the key is ours
    return found


def _keep_verbose(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
    if value:
        invocation(ctx).verbose = True


def _keep(ctx: click.Context, param: click.Parameter, values: tuple[Any, ...]) -> None:
    if not values or param.name is None:
        return
    call = invocation(ctx)
    setattr(call, param.name, values[-1])
    call.said[param.name].update(values)
    if call.as_user is None or ctx.resilient_parsing:
        return
    for option, name in (("--as", "as_user"), ("-c", "config")):
        if len(call.said[name]) > 1:
            raise click.UsageError(f"{option} says two things, and with --as it can say one", ctx)


def _show_version(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        from ..backend.core.version import version_words

        click.echo(f"jobsync {version_words()}")
        ctx.exit()


def global_options() -> list[click.Option]:
    """Return new objects of the options that every command takes."""
    return [
        click.Option(
            ["-c", "--config", "config"],
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            multiple=True,
            expose_value=False,
            callback=_keep,
            help="Configuration file, instead of JOBSYNC_CONFIG or the usual place.",
        ),
        click.Option(
            ["--as", "as_user"],
            metavar="USER",
            multiple=True,
            expose_value=False,
            callback=_keep,
            help="Act for USER; only as the owner of the config file.",
        ),
        click.Option(
            ["-v", "--verbose", "verbose"], is_flag=True, expose_value=False, callback=_keep_verbose, help="Show the log on standard error."
        ),
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show the version and exit."
        ),
    ]


def add_global_options(command: click.Command) -> None:
    """Give ``command``, and every command below it, the global options, once."""
    if not any(param.name == "as_user" for param in command.params):
        command.params.extend(global_options())
    if isinstance(command, click.Group):
        for each in command.commands.values():
            add_global_options(each)


class TypedId(click.ParamType[str]):
    """An id, of a job, an integration, an operation or whatever: what nobody sees in a copied text is not part of it."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Return the id that was meant."""
        return typed_id(str(value))


ID = TypedId()


def json_option(function: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(function)


def _keep_reason(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    invocation(ctx).reason = value


def reason_option(function: F) -> F:
    """Add ``--reason`` to a command by which a person acts: what it says is kept with every row that the command adds to the record."""
    help_ = "Why: kept in the record of who did what, and shown with it."
    return click.option("--reason", metavar="TEXT", expose_value=False, callback=_keep_reason, help=help_)(function)


def complete_integration(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the shell the ids of integrations; what that takes is loaded only then."""
    from .completing import integration_ids

    return integration_ids(ctx, param, incomplete)


def integrations_option(function: F) -> F:
    """Add ``-i``, which may be given several times."""
    return click.option(
        "-i",
        "--integration",
        "integrations",
        type=ID,
        multiple=True,
        shell_complete=complete_integration,
        metavar="ID",
        help="The integration, or several of them by saying it again; '*' is all that you can see. May be left out where you can see only"
        " one, or all are meant.",
    )(function)


def integration_option(function: F) -> F:
    """Add ``-i``."""
    return click.option(
        "-i",
        "--integration",
        type=ID,
        shell_complete=complete_integration,
        metavar="ID",
        help="The integration; may be left out where you can see only one, or all are meant.",
    )(function)
