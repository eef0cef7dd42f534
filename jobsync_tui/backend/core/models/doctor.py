"""What an examination of the installation found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DoctorStatus(StrEnum):
    """How a thing stands: ``warn`` works and should not stay so, ``fail`` keeps something from working or lets somebody in."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """What one check found.

    Attributes:
        check: The subject: config, admins, permissions, database, credentials, target, clock, integrations, automatic, links, environment,
            terminal or versions.
        status: How it stands.
        message: What was seen, in one sentence.
        remedy: What to do about it, None where nothing needs to be done.
        integration: The integration that it is about, if it is about one.
    """

    check: str
    status: DoctorStatus
    message: str
    remedy: str | None = None
    integration: str | None = None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything that was found, in the order of the checks; ``ok`` says that nothing failed."""

    ok: bool
    findings: tuple[DoctorFinding, ...]

    @classmethod
    def of(cls, findings: list[DoctorFinding]) -> DoctorReport:
        """Return the report of ``findings``."""
        return cls(all(each.status is not DoctorStatus.FAIL for each in findings), tuple(findings))
