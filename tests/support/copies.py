"""Processes under test that begin as copies of an interpreter that has imported the program already.

An interpreter that begins and imports takes most of a second of a processor, and hundreds of tests start one. `Program` is a
`subprocess.Popen` whose process is copied from one that waits beside the tests, with everything imported: a process of its own, with
its own memory, signals, streams, environment and end, a child of the test's process like any other, in some hundredths of a second. What
an interpreter reads while it begins (``PYTHON...``, the locale) is not to be had by copying; where that is not as it is for the tests,
and for any other program, the command is started as it is written.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import inspect
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import types
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, AnyStr

ROOT = Path(__file__).parents[2]

_BEFOREHAND = (
    "tests.support.fake_backend",
    "tests.support.samples",
    "tests.support.skewed",
    "tests.support.sync_bench",
    "tests.support.tenzo_server",
)
"""What processes of the tests import besides the program."""

_ANY_PATH = "PYTHONPATH"
"""Is the one variable of an interpreter that may differ: a copy has the sources' folder in its path."""

_PR_SET_CHILD_SUBREAPER = 36
_LONGEST = 1 << 20


@dataclass(frozen=True)
class _Order:
    """What a copy is to be. No file may grow beyond ``most_bytes``; with ``terminal`` its standard input is the terminal that it has."""

    command: list[str]
    cwd: str
    env: Mapping[str, str]
    session: bool
    terminal: bool
    most_bytes: int | None


class Program(subprocess.Popen[AnyStr]):
    """A Python program (``python -m module ...`` or ``python -c code ...``) in a process that is copied where that can be.

    With ``terminal``, its standard input becomes the terminal that it has; no file that it writes may grow beyond ``most_bytes``.
    """

    def __init__(self, command: Sequence[str | bytes], *, terminal: bool = False, most_bytes: int | None = None, **options: Any) -> None:
        self._terminal, self._most_bytes = terminal, most_bytes
        options.setdefault("start_new_session", terminal)
        if not sys.platform.startswith("linux"):
            options["preexec_fn"] = partial(_bound, terminal=terminal, most_bytes=most_bytes)
        super().__init__(command, **options)

    def _execute_child(self, *given: Any) -> None:
        """Have the process made by the one that waits, instead of by this one."""
        if not sys.platform.startswith("linux"):
            super()._execute_child(*given)  # type: ignore[misc]
            return
        asked = inspect.signature(super()._execute_child).bind(*given).arguments  # type: ignore[misc]
        ends = [asked[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        env = os.environ if asked["env"] is None else asked["env"]
        order = _Order(
            [os.fsdecode(each) for each in asked["args"]],
            os.fspath(asked["cwd"] or Path.cwd()),
            dict(env),
            asked["start_new_session"],
            self._terminal,
            self._most_bytes,
        )
        self.pid = _ready().copy(order, [own if end == -1 else end for own, end in enumerate(ends)])
        self._child_created = True
        self._close_pipe_fds(*(asked[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")))  # type: ignore[attr-defined]


class _Ready:
    """The interpreter that waits, seen from the tests."""

    def __init__(self) -> None:
        # What has lost its parent, as a copy has at once, becomes a child of this process.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LONGEST)
        self._one = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.copies", str(theirs.fileno())],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        atexit.register(self.close)

    def copy(self, order: _Order, streams: Sequence[int]) -> int:
        """Make a copy with those standard streams, and return its process's id."""
        with self._one:
            socket.send_fds(self._ours, [json.dumps(asdict(order)).encode()], streams)
            return int(self._ours.recv(32))

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._process.wait()


@cache
def _ready() -> _Ready:
    return _Ready()


def _bound(*, terminal: bool, most_bytes: int | None) -> None:
    """Give this process its terminal and its limit."""
    if terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def _wait_for_order(channel: socket.socket) -> _Order | None:
    """Make copies until nobody asks any more; returns what to be in each copy, and None at the end."""
    while True:
        asked, streams, _, _ = socket.recv_fds(channel, _LONGEST, 3)
        if not asked:
            return None
        read, write = os.pipe()
        between = os.fork()
        if between == 0:
            copy = os.fork()
            if copy == 0:
                order = _Order(**json.loads(asked))
                for each in (channel.detach(), read, write):
                    os.close(each)
                _settle(order, streams)
                return order
            os.write(write, str(copy).encode())
            os._exit(0)
        os.waitpid(between, 0)  # from here on the copy is the tests' child
        channel.send(os.read(read, 32))
        for each in (read, write, *streams):
            os.close(each)


def _settle(order: _Order, streams: Sequence[int]) -> None:
    """Have this process be as one that was started by that order."""
    before = dict(os.environ)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if order.session:
        os.setsid()
    for number, each in enumerate(streams):
        os.dup2(each, number)
    os.closerange(3, max(*streams, 3) + 1)
    _bound(terminal=order.terminal, most_bytes=order.most_bytes)
    os.chdir(order.cwd)
    if order.command[0] != sys.executable or _beginning(before) != _beginning(order.env):
        os.execvpe(order.command[0], order.command, order.env)  # noqa: S606
    os.environ.clear()
    os.environ.update(order.env)
    time.tzset()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, _stream(number, getattr(sys, name)))
        setattr(sys, f"__{name}__", getattr(sys, name))


def _beginning(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that an interpreter reads while it begins."""
    return {name: value for name, value in env.items() if name.startswith(("PYTHON", "LC_", "LANG")) and name != _ANY_PATH}


def _stream(number: int, like: Any) -> Any:
    """Return a standard stream as an interpreter makes it."""
    mode, lines = ("r", -1) if number == 0 else ("w", 1 if number == 2 or os.isatty(number) else -1)
    return open(number, mode, buffering=lines, encoding=like.encoding, errors=like.errors, closefd=False)


def _import_everything() -> None:
    program = import_module("jobsync_tui")
    modules = [each.name for each in pkgutil.walk_packages(program.__path__, "jobsync_tui.")]
    for name in [*(name for name in modules if not name.endswith("__main__")), *_BEFOREHAND]:
        import_module(name)
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()


def _run(command: Sequence[str]) -> None:
    """Do what an interpreter does with its arguments."""
    given = list(command[1:])
    while given[0] == "-W":
        sys.warnoptions.append(given[1])
        warnings.simplefilter(given[1])  # type: ignore[arg-type]
        given = given[2:]
    kind, what, *arguments = given
    if kind == "-m":
        sys.path[0], sys.argv = str(Path.cwd()), [what, *arguments]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.path[0], sys.argv = "", ["-c", *arguments]
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(sys.modules["__main__"]))  # noqa: S102 - a test's own


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_everything()
    _ORDER = _wait_for_order(socket.socket(fileno=int(sys.argv[1])))
    if _ORDER is not None:
        _run(_ORDER.command)
