"""The command hook: a program of the configuration's choice, given a digest as JSON on its standard input.

No shell is involved and no word of a digest becomes an argument. The program starts in ``/`` with an environment that holds nothing of
ours, in a process group of its own, which is killed whole when its time is up or it is not waited for any more.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ...core.ownership import named_files, weakness
from ...http import encode_json
from .base import NotDelivered
from .digest import Digest, safe

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/"}
MOST_OUTPUT = 2000
"""Bytes of its complaints that are read."""
LONGEST_END = 1.0
"""Seconds in which a killed program is gone. asyncio also waits for its pipes, which what left the process group may hold open."""


class CommandHook:
    """Runs a program for each digest.

    Args:
        command: The program by its absolute path, and its arguments.
        seconds: How long it may take.
    """

    name = "command"

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = tuple(command)
        self._seconds = seconds

    async def deliver(self, digest: Digest) -> None:
        """Run the program and wait for it.

        Raises:
            NotDelivered: It could not be started, failed, or took too long.
        """
        self._check()
        try:
            async with _started(self._command) as process, asyncio.timeout(self._seconds):
                complaints = await _talk(process, encode_json(digest.document()) + b"\n")
                code = await process.wait()
        except TimeoutError:
            raise self._failure(f"took longer than {self._seconds:g} s and was ended") from None
        except OSError as error:
            raise self._failure(f"cannot be started: {error.strerror}") from error
        if code != 0:
            said = f": {safe(complaints)}" if complaints else ""
            raise self._failure(f"ended with {code}{said}")

    def _check(self) -> None:
        """Refuse a program that another account could put its own in the place of, itself or what its arguments name."""
        program = Path(self._command[0])
        try:
            is_file = stat.S_ISREG(program.stat().st_mode)
        except OSError as error:
            raise self._failure(f"cannot be started: {error.strerror}") from error
        if not is_file:
            raise self._failure("must be a file")
        for weak in filter(None, map(weakness, named_files(self._command))):
            raise self._failure(f"could be replaced by others: {weak.path} {weak.words}")

    def _failure(self, words: str) -> NotDelivered:
        return NotDelivered(f"The command {self._command[0]} {words}", remedy="Look at notify.command in the configuration.")


@asynccontextmanager
async def _started(command: Sequence[str]) -> AsyncIterator[Process]:
    """Have the program run as long as the block does; what it started goes with it, whether it ended by itself or not."""
    start = asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, cwd="/", env=ENVIRONMENT, start_new_session=True, limit=MOST_OUTPUT
    )
    starting = asyncio.ensure_future(start)
    try:
        # asyncio would kill a program whose start is cancelled, and not what that has started.
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError):
            await _end(await starting)
        raise
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), LONGEST_END)


async def _talk(process: Process, document: bytes) -> str:
    """Hand the document over and return the beginning of what the program complains of; the rest is read and dropped."""
    assert process.stdin is not None, "asked for as a pipe"  # noqa: S101
    assert process.stderr is not None, "asked for as a pipe"  # noqa: S101
    # A program that does not read its input is none of our business.
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(document)
        await process.stdin.drain()
    process.stdin.close()
    kept = b""
    while piece := await process.stderr.read(MOST_OUTPUT):
        kept = (kept + piece)[:MOST_OUTPUT]
    return kept.decode("utf-8", "replace").strip()
