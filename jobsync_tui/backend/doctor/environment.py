"""The machine around the program: versions, the clock, environment variables that reach into it, and the terminal."""

from __future__ import annotations

import locale
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version

from ..core.errors import RuleError
from ..core.models import DoctorFinding
from ..core.terminals import unknown_kind
from ..core.text import clean
from ..core.version import version_words
from ..rules.patterns import require_re2
from .findings import fail, ok, warn

SMALLEST = (80, 24)
"""Columns and lines for which the screens are laid out."""

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No copy of this program is older, so a clock that says so is wrong."""

TOLERANCE = timedelta(minutes=2)
"""How far another process of ours may have been ahead without anybody noticing."""

_REACHING_IN = ("TEXTUAL", "PYTHON", "LD_")
_HARMLESS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUTF8"}


def versions() -> list[DoctorFinding]:
    """Say what runs here, and whether Textual is the one version on which the last line of defence was tried."""
    findings = [
        *_patterns(),
        ok("versions", f"jobsync {version_words()}, Python {platform.python_version()} on {platform.system()} {platform.release()}"),
    ]
    pinned = _pinned("textual")
    try:
        found = version("textual")
    except PackageNotFoundError:
        return [*findings, fail("versions", "Textual is not installed: the terminal application cannot start", "Install jobsync again")]
    if pinned is not None and found != pinned:
        message = f"Textual is {found}; the filter that keeps foreign controls off the terminal was tried with {pinned}"
        return [*findings, fail("versions", message, f"pip install textual=={pinned}")]
    return [*findings, ok("versions", f"Textual {found}")]


def _patterns() -> list[DoctorFinding]:
    """Say where the library is missing without which no rule with a pattern works: installed by hand, or where it has no wheel."""
    try:
        require_re2()
    except RuleError as error:
        return [fail("versions", error.message, error.remedy)]
    return []


def _pinned(package: str) -> str | None:
    try:
        wanted = requires("jobsync-tui") or []
    except PackageNotFoundError:
        return None
    return next((each.partition("==")[2] for each in wanted if each.startswith(f"{package}==")), None)


def clock(now: datetime, last_recorded: datetime | None) -> list[DoctorFinding]:
    """Compare the clock with what must be in its past: this program's making, and the newest row of the audit record."""
    remedy = "Set the clock, and let it be kept by the system (timedatectl set-ntp true)"
    if now < EARLIEST:
        return [fail("clock", f"The clock says {now:%Y-%m-%d}, before this program was made", remedy)]
    if last_recorded is not None and last_recorded > now + TOLERANCE:
        behind = last_recorded - now
        return [fail("clock", f"The clock is {_words(behind)} behind the newest row of the audit record", remedy)]
    return [ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC, not before anything that is recorded")]


def _words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


def variables(environment: Mapping[str, str]) -> list[DoctorFinding]:
    """Name variables by which whoever set them reaches into the program."""
    found = sorted(name for name in environment if name.startswith(_REACHING_IN) and name not in _HARMLESS)
    if not found:
        return [ok("environment", "No variable reaches into the program")]
    names = clean(", ".join(found[:5]), limit=200)
    remedy = "Unset them; behind SSH, accept none of them from a client (AcceptEnv in sshd_config)"
    return [warn("environment", f"Set in the environment, and able to load code or write files: {names}", remedy)]


def terminal(environment: Mapping[str, str]) -> list[DoctorFinding]:
    """Say what the terminal can do, as far as it tells; off a terminal there is nothing to say."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return [ok("terminal", "Not run on a terminal; the commands need none")]
    return [_kind(environment), _size(), _encoding(), *_colours(environment), _clipboard(environment)]


def _kind(environment: Mapping[str, str]) -> DoctorFinding:
    trouble = unknown_kind(environment)
    if trouble is not None:
        return warn("terminal", trouble.words, trouble.remedy)
    return ok("terminal", f"TERM is {clean(environment['TERM'], limit=64)}")


def _size() -> DoctorFinding:
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return warn("terminal", "The terminal does not say how large it is", "stty cols 80 rows 24")
    wide, high = SMALLEST
    if columns < wide or lines < high:
        return warn(
            "terminal", f"The terminal is {columns}x{lines}; the screens are made for {wide}x{high} and more", "Make the window larger"
        )
    return ok("terminal", f"{columns} columns, {lines} lines")


def _encoding() -> DoctorFinding:
    encoding = locale.getencoding()
    if encoding.lower().replace("-", "") != "utf8":
        return warn("terminal", f"The locale's encoding is {encoding}: names beyond ASCII are shown as question marks", "Set LANG=C.UTF-8")
    return ok("terminal", "The locale is UTF-8")


def _colours(environment: Mapping[str, str]) -> list[DoctorFinding]:
    if environment.get("NO_COLOR"):
        return [ok("terminal", "NO_COLOR is set: everything is said in words")]
    many = environment.get("COLORTERM") in {"truecolor", "24bit"}
    depth = "16 million" if many else "256" if "256color" in environment.get("TERM", "") else "16"
    return [ok("terminal", f"{depth} colours")]


def _clipboard(environment: Mapping[str, str]) -> DoctorFinding:
    if "TMUX" in environment:
        remedy = "tmux set -s set-clipboard on, and set -sg escape-time 10 for a quick Esc"
        return warn("terminal", "In tmux, which passes the clipboard on (OSC 52) and Esc at once only if it is told to", remedy)
    return ok("terminal", "Copies are sent by OSC 52; whether the terminal takes them it does not say")
