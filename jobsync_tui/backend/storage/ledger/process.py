"""Who a process is, so that another one can tell whether it still runs."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...core.canonical import canonical, parse


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process on a host.

    Attributes:
        host: The host's name.
        boot: Changes with every start of the host; empty where the system does not say.
        space: The process id namespace, which tells containers on one host apart; empty where there is none.
        pid: The process id.
        started: When the process started, in the kernel's own count, which tells a reused id apart; empty where unknown.
    """

    host: str
    boot: str
    space: str
    pid: int
    started: str

    @classmethod
    def own(cls) -> ProcessIdentity:
        """Return the identity of the process that asks."""
        pid = os.getpid()
        return cls(platform.node(), _boot(), _space(), pid, _started(pid) or "")

    @classmethod
    def load(cls, text: str) -> ProcessIdentity:
        """Return the identity that `dump` wrote."""
        match parse(text):
            case [str(host), str(boot), str(space), int(pid), str(started)]:
                return cls(host, boot, space, pid, started)
            case _:
                return cls("", "", "", 0, "")

    def dump(self) -> str:
        """Return the identity as text for the database."""
        return canonical([self.host, self.boot, self.space, self.pid, self.started])

    def same_boot(self, other: ProcessIdentity) -> bool:
        """Return whether both run on one host since one start of it, so that their uptimes can be compared."""
        return self.host == other.host and self.boot == other.boot

    def known_dead(self, observer: ProcessIdentity) -> bool:
        """Return whether ``observer`` can be sure that this process has ended; False on another host, where it cannot know."""
        if self.host != observer.host:
            return False
        if self.boot != observer.boot:
            return bool(self.boot and observer.boot)
        if self.space != observer.space:
            return False
        return not _runs(self.pid, self.started)


def _runs(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it runs, under another account
    now = _started(pid)
    return now is None or not started or now == started


def _started(pid: int) -> str | None:
    """Return field 22 of ``/proc/PID/stat``, counted behind the command's closing parenthesis; None where there is no such file."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return "ended"
    return fields[19]


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


@cache
def _space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
