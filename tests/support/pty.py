"""A program in a pseudo-terminal: what it writes, byte by byte, and keys for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

import pyte

PATIENCE = 60.0
"""Seconds until a test gives up waiting: long, since it costs only a test that fails, and machines that run several at once are slow.
What has to be over sooner is measured by the test that promises it."""


class Terminal:
    """The terminal's end of a running program. ``output`` is everything it wrote; ``draws`` off saves the time to put it on a screen."""

    def __init__(self, pid: int, descriptor: int, size: tuple[int, int]) -> None:
        self.pid = pid
        self.output = b""
        self._descriptor = descriptor
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.status: int | None = None
        self.draws = True

    @property
    def text(self) -> str:
        """Return what a person would see."""
        screen = self._screen
        # Not its `display`, which stumbles over a cell that only holds the end of a wide character.
        return "\n".join("".join(screen.buffer[y][x].data for x in range(screen.columns)).rstrip() for y in range(screen.lines))

    def resize(self, columns: int, lines: int) -> None:
        """Become another size, as a window does."""
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen.resize(lines, columns)

    def send(self, keys: str) -> None:
        """Type ``keys``."""
        self.send_bytes(keys.encode())

    def send_bytes(self, data: bytes) -> None:
        """Send what a terminal sends."""
        os.write(self._descriptor, data)

    @property
    def descriptor(self) -> int:
        """This end, by which the terminal's settings are read."""
        return self._descriptor

    def scribble(self, text: str) -> None:
        """Write on the screen as another program does, or the system."""
        self._stream.feed(text.encode())

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Read until ``text`` is on the screen.

        Raises:
            AssertionError: It does not come; shows the screen.
        """
        end = time.monotonic() + seconds
        while text not in self.text:
            if time.monotonic() > end or not self._read(end - time.monotonic()):
                raise AssertionError(f"{text!r} is not on the screen:\n{self.text}\n{self.output[-500:]!r}")

    def read_now(self, quiet: float = 0.0) -> None:
        """Take what the program has written, until it has written nothing for ``quiet`` seconds. Nobody reading would hold it up."""
        while select.select([self._descriptor], [], [], quiet)[0] and self._read(0):
            pass

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Read until the program has ended, and return its exit code."""
        end = time.monotonic() + seconds
        while self._read(max(0.0, end - time.monotonic())):
            if time.monotonic() > end:
                raise AssertionError(f"It does not end:\n{self.text}")
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def hang_up(self) -> None:
        """Take the terminal away, as a client that dies does."""
        os.close(self._descriptor)
        self._descriptor = -1

    def wait_for_death(self, seconds: float = PATIENCE) -> int:
        """Wait, without reading anything, until the program has ended, and return its exit code."""
        end = time.monotonic() + seconds
        while (found := os.waitpid(self.pid, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < end, "It does not end"
            time.sleep(0.02)
        self.status = os.waitstatus_to_exitcode(found[1])
        return self.status

    def close(self) -> None:
        """Release this end."""
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return seconds > 0
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:
            return False
        self.output += data
        if self.draws:
            self._stream.feed(data)
        return bool(data)


@contextmanager
def in_terminal(
    command: Sequence[str],
    *,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
    main: Callable[[], None] | None = None,
) -> Iterator[Terminal]:
    """Run ``command`` in a pseudo-terminal of ``size`` columns and lines; it is killed at the end of the block if it still runs.

    With ``main``, the function that the command comes to, that is run in a copy of this process, which saves the second that an
    interpreter takes to begin and to import. Only what happens at the very end of an interpreter is not seen then.
    """
    pid, descriptor = pty.fork()
    if pid == 0:
        words = [each.encode("utf-8", "surrogatepass") for each in command]
        environment = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        if main is not None:
            _run_copied(main, words, environment)
        os.execvpe(words[0], words, environment)  # noqa: S606
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    terminal = Terminal(pid, descriptor, size)
    try:
        yield terminal
    finally:
        if terminal.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        terminal.close()


def _run_copied(main: Callable[[], None], words: Sequence[bytes], environment: Mapping[str, str]) -> NoReturn:
    """Run ``main`` in this process, a copy of another, as if it had begun with it, and end the process."""
    code = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [os.fsdecode(each) for each in words]
        # The ones that there are belong to whoever runs the tests. These are as an interpreter makes them in a terminal.
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - it is told, as an interpreter tells it
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
