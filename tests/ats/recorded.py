"""Responses recorded elsewhere, found by an environment variable: they are not part of the project, and tests skip without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def recorded(name: str) -> bytes:
    """Return a recorded response, or skip the test where there is none."""
    folder = os.environ.get("JOBSYNC_RECORDED")
    if not folder:
        pytest.skip("JOBSYNC_RECORDED is not set")
    path = Path(folder) / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the recorded responses")
    return path.read_bytes()
