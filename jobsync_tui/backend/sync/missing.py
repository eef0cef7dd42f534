"""Jobs that a list lacked and that are kept, as a trouble: nobody watches an automatic run, and a kept cache looks like a good one."""

from __future__ import annotations

from ..models import JOBS_MISSING, Failure, RefreshMode, RefreshReport
from ..text import counted


def missing(report: RefreshReport) -> Failure | None:
    """Return why what a list lacked is kept as it was; None where nothing was, and for a list of changes, which does not tell."""
    if report.mode is not RefreshMode.FULL:
        return None
    if report.withheld:
        of = counted(report.known, "job was missing from the list and is kept", "jobs were missing from the list and are kept")
        return Failure(
            JOBS_MISSING,
            f"{report.withheld:,} of {of}",
            f"Look in the ATS whether they are gone; jobsync refresh -i {report.integration} --accept-gone lets it mark them.",
        )
    if not report.complete:
        return Failure(
            JOBS_MISSING,
            "The list was not whole (a row without an id, or fewer jobs than it announced), so jobs missing from it are kept",
            f"jobsync refresh -i {report.integration} --full names the rows that are set aside.",
        )
    return None


def is_whole(report: RefreshReport) -> bool:
    """Return whether everything was listed, and every job that the list lacked was marked."""
    return report.mode is RefreshMode.FULL and missing(report) is None
