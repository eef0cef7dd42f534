"""The application in a process of its own, on the backend of the tests: what the tests through a pseudo-terminal start."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import sys
import termios
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from jobsync_tui.app.start import forget_textual_variables, with_signals
from jobsync_tui.backend.core.models import JobKey
from tests.support import samples
from tests.support.fake_backend import FakeBackend

if TYPE_CHECKING:
    from jobsync_tui.app.application import JobsyncApp
    from jobsync_tui.backend.services.backend import Backend

HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;aGFja2Vk\x07clip",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\dcs",
    "\x9b2J\x9d52;c;eA==\x9cc1",
    "\x1b]0;title\x07 [@click=app.quit]x[/] [bold",
    "\u202egnp.exe \u2066x",
    "nul\x00 \x08\x7f bell\x07",
)


async def run(kind: str) -> int:
    """Run the application.

    ``syncing`` starts a sync that ends after a stop was asked for, ``stuck`` one that never does; ``nurses`` has jobs that
    can be synced;
    ``broken`` and ``syncing-broken`` come to a fault where keys are read, at the key ``!``. With ``resized-again`` a terminal that
    becomes 100 columns wide is 80 wide again before that was told.
    """
    from jobsync_tui.app.application import JobsyncApp
    from jobsync_tui.session.memory import Memory

    names = HOSTILE if kind != "nurses" else tuple(f"ICU Nurse {number}" for number in range(8))
    jobs = [
        samples.cached(f"{n}", name, client=name, department=name, updated_at=samples.NOW - timedelta(hours=n))
        for n, name in enumerate(names)
    ]
    backend = FakeBackend(jobs)
    app = JobsyncApp(cast("Backend", backend), memory=Memory(Path(os.environ["MEMORY"])) if "MEMORY" in os.environ else None)
    with_signals(app, asyncio.get_running_loop())
    shutdown: list[asyncio.Task[None]] = []
    if kind in {"syncing", "stuck", "syncing-broken"}:
        backend.syncs.limiter.clear()
        shutdown.append(asyncio.create_task(_sync(app, backend, ends=kind != "stuck")))
    if kind.endswith("broken"):
        _break_the_keyboard()
    if kind == "resized-again":
        _resize_again()
    result = await app.run_async()
    words = f"synced {backend.syncs.synced}"
    if len(sys.argv) > 2:
        # A terminal that is gone or frozen takes nothing.
        await asyncio.to_thread(Path(sys.argv[2]).write_text, words)
    else:
        print(words)  # noqa: T201 - read by the test
    return result if result is not None else app.return_code or 0


def _break_the_keyboard() -> None:
    from jobsync_tui.terminal.keyboard import Keyboard
    from jobsync_tui.terminal.tokens import Token

    feed = Keyboard.feed

    def fed(self: Keyboard, data: bytes, now: float) -> list[Token]:
        if b"!" in data:
            raise ZeroDivisionError("a secret")
        return feed(self, data, now)

    Keyboard.feed = fed  # type: ignore[method-assign]  # in a process of its own


def _resize_again() -> None:
    from jobsync_tui.terminal.driver import TerminalDriver

    read = TerminalDriver._get_terminal_size

    def read_in_between(self: TerminalDriver) -> tuple[int, int]:
        size = read(self)
        if size[0] == 100:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        return size

    TerminalDriver._get_terminal_size = read_in_between  # type: ignore[method-assign]  # in a process of its own


async def _sync(app: JobsyncApp, backend: FakeBackend, *, ends: bool) -> None:
    from jobsync_tui.screens.base import JobsyncScreen

    while not isinstance(app.screen_stack[-1] if app.is_running else None, JobsyncScreen):  # noqa: ASYNC110 - no event tells a first screen
        await asyncio.sleep(0.02)
    run = app.runs.sync(JobKey.of("bullhorn", "0"), expected=None, title="the job in flight")
    await run.cancel.wait()
    if ends:
        await asyncio.sleep(0.3)
        backend.syncs.limiter.set()


if __name__ == "__main__":
    forget_textual_variables()
    sys.exit(asyncio.run(run(sys.argv[1])))
