"""Where files are, and making them for their owner only, whatever the umask.

Directories follow the XDG base directories. Nothing is created by asking where it would be.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import ConfigError, UsageError
from ..core.named_files import from_root
from ..core.text import clean

APPLICATION = "jobsync"
CONFIG_VARIABLE = "JOBSYNC_CONFIG"

_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Places:
    """Where this process keeps things. An account without a home directory is refused when something in it is asked for, not before.

    Attributes:
        named: The configuration file that a command line or a caller names.
    """

    named: Path | None

    @property
    def config(self) -> Path:
        """The configuration file, as `config_path` finds it.

        Raises:
            JobsyncError: As there.
        """
        return config_path(self.named)

    @property
    def data(self) -> Path:
        """The folder of the database.

        Raises:
            ConfigError: The account has none.
        """
        import platformdirs

        return _of_account("database", platformdirs.user_data_path, "XDG_DATA_HOME")

    @property
    def state(self) -> Path:
        """The folder of the log, and of what screens remember.

        Raises:
            ConfigError: The account has none.
        """
        import platformdirs

        return _of_account("log", platformdirs.user_state_path, "XDG_STATE_HOME")

    @property
    def log(self) -> Path:
        """The log file.

        Raises:
            ConfigError: The account has no folder for it.
        """
        return self.state / "jobsync.log"

    def database(self, url: str) -> Path | None:
        """Return the database file that a storage URL names, None for a database on a server.

        ``sqlite`` is a file in the data directory; ``sqlite:///var/lib/jobsync.db`` names one, always by its absolute path.

        Raises:
            ConfigError: The URL is of no kind that is known.
        """
        if url == "sqlite":
            return self.data / "jobsync.db"
        if url.startswith("sqlite:///"):
            return Path("/" + url.removeprefix("sqlite:///").lstrip("/"))
        if url.startswith(("postgresql://", "postgres://")):
            return None
        raise ConfigError("storage.url must be sqlite, sqlite:///PATH or postgresql://USER@HOST/NAME")

    def database_url(self, url: str) -> str:
        """Return the whole URL of the database that a storage URL names."""
        path = self.database(url)
        return url if path is None else f"sqlite:///{path}"

    def local_target(self, url: str) -> Path | None:
        """Return the file of the local target's own store, beside the database; None where it lives in a database on a server."""
        database = self.database(url)
        return None if database is None else database.parent / "target.db"

    def local_target_url(self, url: str) -> str:
        """Return the URL of the local target's store: a file of its own, or tables of its own in the same database on a server."""
        path = self.local_target(url)
        return url if path is None else f"sqlite:///{path}"


def places(config: Path | None = None) -> Places:
    """Return where things are; the configuration by ``config``, else by ``JOBSYNC_CONFIG``, else in the user's configuration directory."""
    return Places(config)


def config_path(option: Path | None = None) -> Path:
    """Return the absolute path of the configuration file; it need not exist.

    Raises:
        UsageError: It is named from a folder that is not there.
        ConfigError: It is not named, and the account has no folder for it.
    """
    if option is None:
        named = os.environ.get(CONFIG_VARIABLE)
        if named:
            option = Path(named)
    if option is None:
        import platformdirs

        return _of_account("configuration", platformdirs.user_config_path, "XDG_CONFIG_HOME") / "config.toml"
    return from_root(option)


def _of_account(what: str, folder_of: Callable[[str], Path], variable: str) -> Path:
    # Releases of platformdirs differ in what they make of a home directory that is not named from the root.
    from_the_root = os.environ.get(variable, "").startswith("/") or os.environ.get("HOME", "/").startswith("/")
    try:
        folder = folder_of(APPLICATION) if from_the_root else Path()
    except RuntimeError:
        folder = Path()
    if not folder.is_absolute():
        given = os.environ.get("HOME")
        why = "" if given is None else f" (HOME is {clean(given)!r})"
        raise ConfigError(
            f"There is no place for the {what}: the account {os.getuid()} has no home directory{why}",
            remedy=f"Set HOME, or {variable}, to a folder of the account, named from /",
        )
    return folder


def ensure_directory(path: Path) -> Path:
    """Make ``path`` with mode 0700, and its missing parents; one that exists is left as it is.

    Raises:
        UsageError: It cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(mode=_PRIVATE_DIRECTORY, exist_ok=True)
            folder.chmod(_PRIVATE_DIRECTORY)
    except OSError as error:
        raise UsageError(
            f"The directory {path} cannot be made: {error.strerror}",
            remedy="Have it made for this account, or name others by XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME",
        ) from error
    if not path.is_dir():
        raise UsageError(f"{path} is not a directory")
    return path


def open_private(path: Path, flags: int) -> int:
    """Open ``path`` with ``flags``; where that creates the file, its mode is 0600 whatever the umask. Fits `open`'s ``opener``."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, _PRIVATE_FILE)
    status = os.fstat(descriptor)
    if status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) != _PRIVATE_FILE:
        os.fchmod(descriptor, _PRIVATE_FILE)
    return descriptor


def read_regular(path: Path, limit: int) -> tuple[bytes, os.stat_result]:
    """Return at most ``limit`` bytes of a file, and the status of the very file that was read; a pipe is never waited for.

    Raises:
        OSError: It cannot be read.
        IsADirectoryError: It is a directory, or anything else that is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "not a regular file", str(path))
        chunks = []
        while limit > 0 and (chunk := os.read(descriptor, limit)):
            chunks.append(chunk)
            limit -= len(chunk)
        return b"".join(chunks), status
    finally:
        os.close(descriptor)
