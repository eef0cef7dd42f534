"""A process that acts for somebody else (``--as``): behind an SSH key there is a person whom the account must not trust.

What they send along reaches nothing. The environment is reduced to an allow-list, the process leaves no memory on the disk when it
crashes, and new files are closed to other accounts whatever the umask was. Variables that act while a process is loaded (``LD_*``,
``PYTHON*``) have acted by now: sshd must not accept them, and its default does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from datetime import timedelta

from ..settings.schema import Settings
from ..settings.secrets import SecretKind, SecretRef, forbid_core_dumps
from .ssh_session import AUTHENTICATION, CONNECTION, is_ssh

ALLOWED = frozenset(
    {
        "HOME",
        "USER",
        "LOGNAME",
        "TERM",
        "COLORTERM",
        "NO_COLOR",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMUX",
        CONNECTION,
        "SSH_CLIENT",
        "SSH_TTY",
        AUTHENTICATION,
    }
)
"""Variables that are kept."""

ALLOWED_BEGINNINGS = ("LC_",)
PLACES = frozenset({"JOBSYNC_CONFIG", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
"""Variables that say where files are: kept where the process was started on this machine, never where sshd started it for a client."""

IDLE_LIMIT = timedelta(minutes=30)
"""How long a confined session of the application may stand idle where the configuration does not say."""

_FROM_THE_CLIENT = frozenset({"TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE", "TZ"})
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,@:+/-]{0,63}|")


def forget_places(environment: MutableMapping[str, str] | None = None) -> None:
    """Take the variables out that say where files are, if sshd started this process; before the configuration is looked for."""
    kept = os.environ if environment is None else environment
    if is_ssh(kept):
        for name in PLACES & kept.keys():
            del kept[name]


def confine(settings: Settings) -> None:
    """Confine this process: environment, core dumps and the mode of new files. ``settings`` name the variables that hold secrets."""
    for name in os.environ.keys() - allowed(os.environ, settings).keys():
        del os.environ[name]
    os.umask(0o077)
    forbid_core_dumps()


def allowed(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Return what is kept of ``environment``. A value that a client can choose must be a plain word: no path, no control."""
    names = ALLOWED | _secret_variables(settings)
    if not is_ssh(environment):
        names |= PLACES
    return {name: value for name, value in environment.items() if _is_kept(name, value, names)}


def _is_kept(name: str, value: str, names: frozenset[str]) -> bool:
    if name not in names and not name.startswith(ALLOWED_BEGINNINGS):
        return False
    # A value that begins with a slash or goes up names a file of the client's choice: a time zone, a catalogue of translations.
    if name in _FROM_THE_CLIENT or name.startswith(ALLOWED_BEGINNINGS):
        return _PLAIN.fullmatch(value) is not None and ".." not in value
    return True


def _secret_variables(settings: Settings) -> frozenset[str]:
    """Return the variables in which the configuration keeps secrets."""
    references = [value for each in settings.integrations for value in each.credentials.values()]
    found = [each for each in (*references, settings.target.api_key, *settings.notify.secrets) if isinstance(each, SecretRef)]
    return frozenset(each.name for each in found if each.kind is SecretKind.ENV)
