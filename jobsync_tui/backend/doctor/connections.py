"""Credentials: that they can be had, and, unless nobody may be asked, that one cheap call with them is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from ..core.errors import JobsyncError
from ..core.models import DoctorFinding
from ..services.backend import Backend
from ..settings.schema import IntegrationSettings, Settings, TargetKind
from ..settings.secrets import resolve
from .findings import fail, ok, warn

CHECK = "credentials"
TARGET = "target"
TELL = "docs/target-api.yaml says what a sync relies on: show it to whoever runs the target"
DEADLINE = 10.0
"""Seconds in which a call must be answered: a doctor that hangs is no help."""


def secrets(settings: Settings, visible: frozenset[str]) -> list[DoctorFinding]:
    """Read every secret of the integrations in ``visible``, of target and record; one that cannot be had fails, with its place."""
    findings = [finding for each in settings.integrations if each.id in visible for finding in _secrets_of(each, settings)]
    for check, name, reference in ((TARGET, "target.api_key", settings.target.api_key), ("audit", "audit.key", settings.audit.key)):
        if reference is None:
            continue
        try:
            resolve(reference, settings.path.parent)
        except JobsyncError as error:
            findings.append(fail(check, f"{name}: {error.message}", error.remedy))
        else:
            findings.append(ok(check, "The target's key is there" if check == TARGET else "The key of the record is there"))
    return findings


def _secrets_of(integration: IntegrationSettings, settings: Settings) -> list[DoctorFinding]:
    findings = []
    for name, reference in integration.credentials.items():
        try:
            resolve(reference, settings.path.parent)
        except JobsyncError as error:
            findings.append(fail(CHECK, f"{integration.id}, {name}: {error.message}", error.remedy, integration=integration.id))
    return findings or [ok(CHECK, f"{integration.id}: every credential is there", integration=integration.id)]


async def calls(backend: Backend, visible: frozenset[str]) -> list[DoctorFinding]:
    """Make one cheap call to each ATS of the integrations in ``visible`` and to the target, all at once."""
    asked = [_call(CHECK, each.id, _tested(backend, each.id)) for each in backend.settings.integrations if each.id in visible]
    looked = await _target(backend) if backend.settings.target.kind is TargetKind.TENZO else []
    return [*await asyncio.gather(*asked), *looked]


async def _target(backend: Backend) -> list[DoctorFinding]:
    """Look at the target, and say what it lacks, a finding each."""
    try:
        report = await asyncio.wait_for(backend.health.test_target(), DEADLINE)
    except TimeoutError:
        return [fail(TARGET, f"The target did not answer within {DEADLINE:g} s", "Try again; jobsync test has more patience")]
    except JobsyncError as error:
        return [fail(TARGET, f"The target: {error.message}", error.remedy)]
    answered = ok(TARGET, f"The target answers: {report.detail}")
    return [answered, *(fail(TARGET, each, TELL) for each in report.missing), *(warn(TARGET, each, TELL) for each in report.weak)]


async def _tested(backend: Backend, integration: str) -> str:
    return (await backend.integrations.test(integration)).detail


async def _call(check: str, integration: str | None, call: Awaitable[str]) -> DoctorFinding:
    name = integration or "The target"
    try:
        answer = await asyncio.wait_for(call, DEADLINE)
    except TimeoutError:
        return fail(
            check, f"{name} did not answer within {DEADLINE:g} s", "Try again; jobsync test has more patience", integration=integration
        )
    except JobsyncError as error:
        return fail(check, f"{name}: {error.message}", error.remedy, integration=integration)
    return ok(check, f"{name} answers: {answer}", integration=integration)
