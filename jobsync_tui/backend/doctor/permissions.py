"""Who else can read or write what is ours, or put something in its place: files want mode 0600, directories 0700."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from ..core.models import DoctorFinding
from ..core.ownership import weakness
from ..database.sqlite import BESIDE
from ..settings.paths import Places
from ..settings.schema import Settings
from .findings import fail, ok, warn

CHECK = "permissions"
_OTHERS_ANY = stat.S_IRWXG | stat.S_IRWXO


def permissions(found: Places, settings: Settings | None) -> list[DoctorFinding]:
    """Look at every file and directory of ours that is there. What others can write fails, what they can only read is warned about."""
    # A folder on the way to several of them is named once.
    trouble = list(dict.fromkeys(finding for path in _ours(found, settings) for finding in _look(path)))
    return trouble or [ok(CHECK, "Configuration, database and log are open to their owner only")]


def _ours(found: Places, settings: Settings | None) -> Iterator[Path]:
    yield found.config
    files = [*_logs(found)]
    directories = {found.config.parent, found.state}
    if settings is not None:
        database = found.database(settings.storage.url)
        for store in (database, found.local_target(settings.storage.url)):
            if store is not None:
                directories.add(store.parent)
                files += _databases(store)
    for path in (*sorted(directories), *files):
        if path.exists():
            yield path


def _logs(found: Places) -> list[Path]:
    return sorted(path for path in found.state.glob("*") if path.is_file()) if found.state.is_dir() else []


def _databases(path: Path) -> list[Path]:
    """Return a database, its companions, and the copies that were made of it before migrations."""
    return [path, *(path.with_name(path.name + ending) for ending in BESIDE), *sorted(path.parent.glob(f"{path.name}.schema-*"))]


def _look(path: Path) -> Iterator[DoctorFinding]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        yield fail(CHECK, f"{path} cannot be looked at: {error.strerror}", "Let this account reach it")
        return
    mode = stat.S_IMODE(status.st_mode)
    is_directory = stat.S_ISDIR(status.st_mode)
    wanted = "700" if is_directory else "600"
    weak = weakness(path)
    if weak is not None:
        yield fail(CHECK, f"{weak.path} {weak.words}", weak.remedy)
    elif mode & _OTHERS_ANY:
        yield warn(CHECK, f"{path} can be read by others (mode {mode:04o})", f"chmod {wanted} {shlex.quote(str(path))}")
