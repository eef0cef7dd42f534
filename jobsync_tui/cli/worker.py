"""``worker``: one of several processes that share the automatic sync."""

from __future__ import annotations

from datetime import timedelta

import click

from ..backend.core.durations import format_duration
from ..backend.core.errors import ConfigError, ExitCode
from ..backend.core.models import AutomaticRun
from .automatic import Diary, parse_every
from .interruption import Interruption
from .options import json_option
from .output import say
from .session import no_integration, open_backend, runs


@click.command()
@click.option("--every", "every_text", metavar="5m", help="Time between two runs, instead of the configuration's sync.every.")
@click.option("--concurrency", type=click.IntRange(1, 50), default=4, show_default=True, metavar="N", help="Integrations at the same time.")
@json_option
def worker(*, every_text: str | None, concurrency: int, as_json: bool) -> int:
    """Run the automatic sync as one of several workers that share a PostgreSQL database.

    They may run on any number of hosts.
    """
    return _work(None if every_text is None else parse_every(every_text), concurrency, as_json=as_json)


@runs
async def _work(every: timedelta | None, concurrency: int, *, as_json: bool) -> int:
    interruption, diary = Interruption(), Diary(as_json=as_json)

    def ended(run: AutomaticRun) -> None:
        # Every worker looks at every slot; that another one was faster is no news.
        if run.error is None or run.error.code != "slot_taken":
            diary.write([run])

    async with open_backend() as backend, interruption:
        # Who may not run one is told so, before anything about packages and the storage.
        await backend.automatic.due(every)
        if not backend.settings.integrations:
            raise no_integration(backend.settings)
        try:
            from ..backend.workers.worker import Worker
        except ImportError:
            raise ConfigError("Workers that run the automatic sync need more packages", remedy="Install jobsync-tui[team]") from None
        found = Worker(backend, interruption.event, ended, every=every, concurrency=concurrency)
        interval = format_duration(every or backend.settings.sync.every)
        say(f"A worker of the automatic sync, every {interval}; Ctrl+C ends it after the current job")
        await found.serve()
    return ExitCode.OK
