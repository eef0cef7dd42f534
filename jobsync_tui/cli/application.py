"""``jobsync`` alone: the terminal application."""

from __future__ import annotations

from ..backend.core.errors import UsageError
from ..backend.settings.logs import set_up_logging
from ..backend.settings.paths import places
from .interruption import run_until_signal
from .options import invocation
from .session import configuration, on_terminal, require_access


def start() -> int:
    """Start the terminal application for whoever runs this process, and return its exit code.

    Raises:
        UsageError: Standard input and output are no terminal.
        AccessDenied: The configuration does not name the actor.
    """
    settings, actor = configuration()
    run_until_signal(require_access(settings, actor))
    if not on_terminal():
        raise UsageError("The terminal application needs a terminal", remedy="jobsync --help lists the commands that do not")
    # The log goes to its file only: on standard error it would be written over the screen.
    found = places(invocation().config)
    set_up_logging(found.log)
    from ..app.start import run_app

    # Those who share an account do not share what they looked at.
    own = f"memory-{actor.user}.json" if actor.is_spoken_for else "memory.json"
    return run_app(settings, actor, memory=found.state / own)
