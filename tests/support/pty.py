"""A program in a pseudo-terminal: what it writes, byte by byte, and keys for it."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyte

from tests.support.copies import Program
from tests.support.patience import PATIENCE


class Terminal:
    """The terminal's end of a running program. ``output`` is everything it wrote; ``draws`` off saves the time to put it on a screen."""

    def __init__(self, program: Program[bytes], descriptor: int, size: tuple[int, int]) -> None:
        self.pid = program.pid
        self._program = program
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
        self.wait_until(lambda: text in self.text, repr(text), seconds)

    def wait_until(self, is_there: Callable[[], bool], what: str = "what is waited for", seconds: float = PATIENCE) -> None:
        """Read until ``is_there`` says that the screen shows ``what``.

        Raises:
            AssertionError: It does not come; shows the screen.
        """
        end = time.monotonic() + seconds
        while not is_there():
            if time.monotonic() > end or not self._read(end - time.monotonic()):
                raise AssertionError(f"{what} is not on the screen:\n{self.text}\n{self.output[-500:]!r}")

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
        self.status = self._program.wait(PATIENCE)
        return self.status

    def hang_up(self) -> None:
        """Take the terminal away, as a client that dies does."""
        os.close(self._descriptor)
        self._descriptor = -1

    def wait_for_death(self, seconds: float = PATIENCE) -> int:
        """Wait, without reading anything, until the program has ended, and return its exit code."""
        self.status = self._program.wait(seconds)
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
) -> Iterator[Terminal]:
    """Run ``command`` in a pseudo-terminal of ``size`` columns and lines; it is killed at the end of the block if it still runs."""
    ours, theirs = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **(env or {})}
    # Half a surrogate pair comes as the bytes that a careless program would send.
    words = [each.encode("utf-8", "surrogatepass") for each in command]
    program: Program[bytes] = Program(words, terminal=True, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    terminal = Terminal(program, ours, size)
    try:
        yield terminal
    finally:
        program.kill()
        program.wait()
        terminal.close()
