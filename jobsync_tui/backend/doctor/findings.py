"""How a check says what it found."""

from __future__ import annotations

from ..core.models import DoctorFinding, DoctorStatus


def ok(check: str, message: str, *, integration: str | None = None) -> DoctorFinding:
    """Return a finding that needs nothing."""
    return DoctorFinding(check, DoctorStatus.OK, message, None, integration)


def warn(check: str, message: str, remedy: str, *, integration: str | None = None) -> DoctorFinding:
    """Return a finding that should not stay so."""
    return DoctorFinding(check, DoctorStatus.WARN, message, remedy, integration)


def fail(check: str, message: str, remedy: str | None, *, integration: str | None = None) -> DoctorFinding:
    """Return a finding that keeps something from working, or lets somebody in."""
    return DoctorFinding(check, DoctorStatus.FAIL, message, remedy, integration)
