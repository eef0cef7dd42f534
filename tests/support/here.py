"""A command in this process, which has all of it imported: for tests that only need what it does, and not a process of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from jobsync_tui.backend.settings.logs import tear_down_logging
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.runner import run


def jobsync_here(*arguments: str, env: Mapping[str, str]) -> str:
    """Run a command line to its good end in the environment ``env``, and return what it printed.

    Raises:
        AssertionError: It ended otherwise; shows what it said.
    """
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as errors:
            code = run(cli, arguments)
    finally:
        tear_down_logging()
        os.environ.clear()
        os.environ.update(before)
    assert code == 0, errors.getvalue() + out.getvalue()
    return out.getvalue()
