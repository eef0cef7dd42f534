"""Files and folders as another account of the machine would have them, for tests of who could replace what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

STRANGER = 4242
"""An account that is neither root nor the one that runs the tests."""


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a file or folder belong to another account than this process's, as far as jobsync can see: root gives it, others go."""
    if os.geteuid() == 0:
        os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
