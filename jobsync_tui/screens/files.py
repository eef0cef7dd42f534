"""Names of files that are typed: what a new one may be called."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from ..backend.core.errors import UsageError
from ..backend.core.named_files import from_root
from ..backend.core.text import clean
from .prompt import Remark


def file_of(typed: str) -> Path:
    """Return the whole name of a file as it was typed; ``~`` is the home directory.

    Raises:
        UsageError: It is named from a directory that is not there.
    """
    return from_root(Path(typed.strip()))


async def new_file(typed: str) -> Remark:
    """Find what keeps a new file from having that name."""
    return await asyncio.to_thread(_finding, typed)


def _finding(typed: str) -> Remark:
    if not typed.strip():
        return Remark("type the name of a file, or esc", wrong=True)
    try:
        file = file_of(typed)
        if os.path.lexists(file):
            return Remark("there is something of that name already; nothing is overwritten", wrong=True)
        if not file.parent.is_dir():
            return Remark(f"there is no folder {clean(str(file.parent))}", wrong=True)
    except UsageError:
        return Remark("the directory to look in is not there: name the file from /", wrong=True)
    except (OSError, ValueError):
        return Remark("no file can have this name", wrong=True)
    return Remark("a new file that only you can read")
