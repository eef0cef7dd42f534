"""No core dumps: the memory of a process that has read a secret is not written anywhere, whatever ends it."""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Have this process leave no core dump from now on.

    The limit alone does not stop dumps that the kernel hands to a program, so that on Linux the kernel is told that the memory is
    nobody's to read; a debugger of the same account is kept out by that too.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
