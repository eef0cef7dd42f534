"""The command hook: a program of the configuration's choice, given a digest as JSON on its standard input.

No shell is involved and no word of a digest becomes an argument. The program starts in ``/`` with an environment that holds nothing of
ours, in a process group of its own, which is killed whole when its time is up.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..http import encode_json
from .base import NotDelivered
from .digest import Digest, safe

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/"}
MOST_OUTPUT = 2000
"""Bytes of its complaints that are read."""


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
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                limit=MOST_OUTPUT,
            )
        except OSError as error:
            raise self._failure(f"cannot be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(self._seconds):
                complaints = await _talk(process, encode_json(digest.document()) + b"\n")
                code = await process.wait()
        except TimeoutError:
            raise self._failure(f"took longer than {self._seconds:g} s and was ended") from None
        finally:
            # What it started goes with it, whether it ended by itself or not.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if code != 0:
            said = f": {safe(complaints)}" if complaints else ""
            raise self._failure(f"ended with {code}{said}")

    def _check(self) -> None:
        """Refuse a program that another account could put its own in the place of."""
        try:
            status = Path(self._command[0]).stat()
        except OSError as error:
            raise self._failure(f"cannot be started: {error.strerror}") from error
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_uid not in {0, os.geteuid()}:
            raise self._failure("must be a file of root's or of this account's own that others cannot write")

    def _failure(self, words: str) -> NotDelivered:
        return NotDelivered(f"The command {self._command[0]} {words}", remedy="Look at notify.command in the configuration.")


async def _talk(process: asyncio.subprocess.Process, document: bytes) -> str:
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
