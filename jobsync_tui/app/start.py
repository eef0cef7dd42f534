"""Starting the terminal application: the process around it, its signals and its end."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from ..backend.core.errors import ExitCode, JobsyncError
from ..commands.own_keys import OwnKeys

if TYPE_CHECKING:
    from ..backend.access.access import Actor
    from ..backend.services.backend import Backend
    from ..backend.settings.schema import Settings
    from ..terminal.idle_timeout import IdleTimeout
    from .application import JobsyncApp


HAND_OVER = 0.0005
"""Seconds after which a thread that stores or evaluates jobs hands the interpreter to the one that answers keys. Python's own 5 ms would be
added to each of the steps that a key takes: while 50,000 jobs are refreshed a key takes half as long so, and the refresh no longer."""


class Sandbox(Protocol):
    """What the demo's sandbox gives: its own way to open a backend, and what to try, in one line."""

    TRY: ClassVar[str]

    def open(self) -> AbstractAsyncContextManager[Backend]:
        """Open a backend on it."""

    def alive(self, backend: Backend) -> AbstractAsyncContextManager[None]:
        """Let things happen in it as long as the block runs."""


def run_app(settings: Settings, actor: Actor, *, sandbox: Sandbox | None = None, memory: Path | None = None) -> int:
    """Run the terminal application until the person leaves it, and return the process's exit code.

    Args:
        settings: The configuration.
        actor: The person it is run for.
        sandbox: Given for the demo.
        memory: The file in which the last integration, filters and sorts are remembered; None keeps them in the process.

    Raises:
        ConfigError: Keys of one's own are unknown, or in each other's way.
    """
    keys = OwnKeys(settings.keys)
    forget_textual_variables()
    sys.setswitchinterval(HAND_OVER)
    return asyncio.run(_run(settings, actor, sandbox, memory, keys))


def forget_textual_variables() -> None:
    """Take ``TEXTUAL_*`` out of the environment: one imports a class by its name, others write files. To be called before Textual loads.

    An empty ``NO_COLOR`` goes too: it says nothing, and Textual takes it for a wish.
    """
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]


async def _run(settings: Settings, actor: Actor, sandbox: Sandbox | None, memory: Path | None, keys: OwnKeys) -> int:
    from ..backend.services.backend import Backend
    from ..session.memory import Memory
    from .application import JobsyncApp

    opened = Backend.open(settings, actor) if sandbox is None else sandbox.open()
    async with opened as backend, sandbox.alive(backend) if sandbox is not None else nullcontext():
        app = JobsyncApp(
            backend,
            memory=Memory(memory),
            confined=actor.is_spoken_for,
            idle=_idle_timeout(settings, actor),
            theme=settings.terminal.theme,
            keys=keys,
            is_sandbox=sandbox is not None,
            tip=None if sandbox is None else sandbox.TRY,
        )
        with_signals(app, asyncio.get_running_loop())
        result = await app.run_async(mouse=settings.terminal.mouse)
        with suppress(JobsyncError):  # access may have been withdrawn, which is recorded; the visit is over all the same
            await backend.greeting.seen()
    return result if result is not None else app.return_code or int(ExitCode.OK)


def _idle_timeout(settings: Settings, actor: Actor) -> IdleTimeout | None:
    """Return the watch over an idle session: as configured; where nothing is, only for one that is run for somebody else."""
    from ..backend.access.confinement import IDLE_LIMIT
    from ..terminal.idle_timeout import IdleTimeout

    limit = settings.session.idle or (IDLE_LIMIT if actor.is_spoken_for else None)
    return None if limit is None else IdleTimeout(limit)


def with_signals(app: JobsyncApp, loop: asyncio.AbstractEventLoop) -> None:
    """Have a hang-up or a termination end ``app`` in order; a second one ends the process at once."""
    from ..terminal.shutdown import Shutdown

    Shutdown(app, loop).watch()
