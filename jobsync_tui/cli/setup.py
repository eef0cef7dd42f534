"""``paths`` and ``completion``: what is needed before there is a configuration."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode, JobsyncError
from ..backend.settings.paths import places
from .options import invocation, json_option
from .output import print_json, print_line, say
from .session import refuse_strangers

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@json_option
def paths(*, as_json: bool) -> int:
    """Show where the configuration, the database and the log are."""
    found = places(invocation().config)
    config = found.config
    url = "sqlite"
    target = None
    try:
        from ..backend.settings.loader import load_settings
        from ..backend.settings.schema import TargetKind

        settings = load_settings(config)
    except JobsyncError as error:
        say(f"{error.message}; the places below are those without it")
    else:
        url = settings.storage.url
        target = settings.target.base_url if settings.target.kind is TargetKind.TENZO else None
    document = {
        "config": str(config),
        "database": str(found.database(url) or url),
        "target": target or str(found.local_target(url) or url),
        "log": str(found.log),
        "data": str(found.data),
        "state": str(found.state),
    }
    if as_json:
        print_json(document)
    else:
        for name, place in document.items():
            print_line(f"{name:<9} {place}")
    return ExitCode.OK


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> int:
    """Print the completion script for a shell.

    To be read by it: eval "$(jobsync completion bash)", zsh alike; for fish, jobsync completion fish | source.
    """
    from .shells import script

    refuse_strangers()
    click.echo(script(shell, ctx.find_root().command))
    return ExitCode.OK
