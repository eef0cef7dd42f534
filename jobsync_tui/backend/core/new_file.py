"""A new file that is whole or is not there: made beside its place, and never in the place of anything."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .ids import new_id

_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a file system without hard links says."""


@contextmanager
def whole_file(destination: Path) -> Iterator[Path]:
    """Yield an empty file, mode 0600, to be written; it becomes ``destination`` when the block ends well, and is removed otherwise.

    Raises:
        FileExistsError: There is something of that name.
        OSError: The file cannot be made, or not be given its name.
    """
    whole = destination.with_name(f".jobsync-{new_id()}")
    os.close(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    try:
        yield whole
        _put_in_place(whole, destination)
    finally:
        with suppress(FileNotFoundError):
            whole.unlink()


def _put_in_place(whole: Path, destination: Path) -> None:
    try:
        os.link(whole, destination)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(destination):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(destination)) from error
        whole.rename(destination)
