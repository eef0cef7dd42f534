"""Files as people name them: from the working directory, a home directory, or the root."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from .errors import UsageError


def from_root(path: Path) -> Path:
    """Return the whole name of a file, with ``~`` for the home directory; links are not followed.

    Raises:
        UsageError: It is named from the working directory, which somebody removed, or from the home directory of nobody.
    """
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise UsageError(f"{path} is looked for in a home directory that is not known", remedy="Name the file from /") from None
    except FileNotFoundError:
        raise UsageError(
            f"{path} is looked for in the working directory, which was removed", remedy="Change into another (cd), or name the file from /"
        ) from None


def working_directory() -> Path:
    """Return the working directory; where that was removed, the home directory, and the root for an account that has none."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        with suppress(RuntimeError):
            return Path.home()
        return Path("/")
