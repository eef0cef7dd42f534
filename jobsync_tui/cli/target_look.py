"""What ``jobsync test`` says of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backend.core.errors import ExitCode, JobsyncError
from .output import print_line, say

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

REMEDY = "docs/target-api.yaml says what a sync relies on: show it to whoever runs the target"


class TargetLook:
    """Looks whether the target answers as a sync relies on, and says so beside what else was tried."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def look(self, document: dict[str, object], *, as_json: bool) -> ExitCode:
        """Look, add what was seen to ``document``, print it where that is not asked for, and return the exit code."""
        try:
            report = await self._backend.health.test_target()
        except JobsyncError as error:
            document["target"] = {"ok": False, "detail": None, "missing": [], "weak": [], "error": error.failure()}
            if not as_json:
                say(f"target: {error.message}")
                if error.remedy:
                    say(f"    {error.remedy}")
            return error.exit_code
        document["target"] = {
            "ok": report.ok,
            "detail": report.detail,
            "missing": report.missing,
            "weak": report.weak,
            "error": None,
        }
        if not as_json:
            print_line(f"target: {'ok' if report.ok else 'NOT to be trusted with jobs'}, {report.detail}")
            for each in (*report.missing, *report.weak):
                say(f"    {each}")
            if report.missing:
                say(f"    {REMEDY}")
        return ExitCode.OK if report.ok else ExitCode.REMOTE
