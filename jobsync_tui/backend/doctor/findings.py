"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a thing stands: ``warn`` works and should not stay so, ``fail`` keeps something from working or lets somebody in."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: The subject: config, admins, permissions, database, credentials, target, clock, integrations, links, environment, terminal
            or versions.
        status: How it stands.
        message: What was seen, in one sentence.
        remedy: What to do about it, None where nothing needs to be done.
        integration: The integration that it is about, if it is about one.
    """

    check: str
    status: Status
    message: str
    remedy: str | None = None
    integration: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, in the order of the checks; ``ok`` says that nothing failed."""

    ok: bool
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: list[Finding]) -> Report:
        """Return the report of ``findings``."""
        return cls(all(each.status is not Status.FAIL for each in findings), tuple(findings))


def ok(check: str, message: str, *, integration: str | None = None) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(check, Status.OK, message, None, integration)


def warn(check: str, message: str, remedy: str, *, integration: str | None = None) -> Finding:
    """Return a finding that should not stay so."""
    return Finding(check, Status.WARN, message, remedy, integration)


def fail(check: str, message: str, remedy: str | None, *, integration: str | None = None) -> Finding:
    """Return a finding that keeps something from working, or lets somebody in."""
    return Finding(check, Status.FAIL, message, remedy, integration)
