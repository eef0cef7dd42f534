"""Real answers, where the environment says they are; without them the tests that need them are skipped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobsync_tui.backend.http import Reply


def recording(name: str) -> Any:
    """Return a recorded document, such as ``lever/get-posting.json``, in its wrapper of request and response if it has one."""
    folder = os.environ.get("JOBSYNC_RECORDED")
    if not folder:
        pytest.skip("JOBSYNC_RECORDED does not say where the recorded answers are")
    return msgspec.json.decode(Path(folder, name).read_bytes())


def answered(document: object, service: str) -> Reply:
    """Return a document as the reply of a service."""
    return Reply(200, {"content-type": "application/json"}, msgspec.json.encode(document), service=service)
