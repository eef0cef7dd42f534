"""The whole examination, in the order in which one thing rests on another."""

from __future__ import annotations

import asyncio
import os

from ..access.access import AccessPolicy, Actor
from ..core.clock import now, rfc3339
from ..core.errors import ConfigError, JobsyncError
from ..core.models import STOPPED_REMEDY, DoctorFinding, DoctorReport, IntegrationState, IntegrationSummary
from ..core.text import counted
from ..services.backend import Backend
from ..settings.loader import load_settings
from ..settings.paths import Places
from ..settings.schema import Settings
from .admins import admins
from .connections import calls, secrets
from .environment import clock, terminal, variables, versions
from .findings import fail, ok, warn
from .permissions import permissions
from .storage import sqlite, storage


async def examine(found: Places, actor: Actor, *, offline: bool) -> DoctorReport:
    """Look at everything that ``actor`` may see.

    Args:
        found: Where things are.
        actor: For whom; integrations that are not theirs are not looked at.
        offline: Ask nobody: credentials are read and not tried.

    Raises:
        AccessDenied: The configuration is there and does not name the actor.
    """
    settings, findings = _configuration(found, actor)
    findings += permissions(found, settings)
    recorded: list[DoctorFinding] = [*clock(now(), None)]
    if settings is None:
        findings += await asyncio.to_thread(sqlite)
    else:
        findings += admins(settings, actor)
        visible = AccessPolicy(settings).integrations(actor)
        # Before the backend is opened, which would make or mend what is looked at here.
        findings += await asyncio.to_thread(storage, found, settings)
        findings += secrets(settings, visible)
        try:
            async with Backend.open(settings, actor) as backend:
                recorded = clock(now(), await backend.health.last_recorded())
                findings += await _integrations(backend)
                findings += await _automatic(backend)
                if not offline:
                    findings += await calls(backend, visible)
        except JobsyncError as error:
            findings.append(_unopened(error))
    return DoctorReport.of([*findings, *recorded, *variables(os.environ), *terminal(os.environ), *versions()])


def _configuration(found: Places, actor: Actor) -> tuple[Settings | None, list[DoctorFinding]]:
    try:
        settings = load_settings(found.config)
    except ConfigError as error:
        return None, [fail("config", error.message, error.remedy)]
    theirs = len(AccessPolicy(settings).integrations(actor))
    words = f"{found.config}: {counted(theirs, 'integration')}, target {settings.target.kind}"
    if not settings.integrations:
        return settings, [warn("config", words, "Add an [[integrations]] table for each ATS")]
    return settings, [ok("config", words)]


async def _integrations(backend: Backend) -> list[DoctorFinding]:
    """Name what left the configuration and keeps its data, and what the target knows by an old id: external ids there begin with it."""
    remedy = "Put it back, or move its data to another id: jobsync integrations rename OLD NEW"
    findings = [
        warn("integrations", f"{each} is not configured any more and keeps its data", remedy, integration=each)
        for each in await backend.health.leftovers()
    ]
    findings += [
        warn(
            "integrations",
            f"{each.id}: {left_out.words}",
            f"The jobs are kept without these values; have the field mended in {each.ats}, or report it to the vendor"
            if left_out.count
            else f"Let an administrator of {each.ats} give the key that permission; rules go by what is known of it",
            integration=each.id,
        )
        for each in await backend.integrations.list()
        for left_out in each.left_out
    ]
    findings += [
        warn(
            "integrations",
            f"{old} was renamed to {new}, and the target may still know jobs by the old id",
            f"Finish it: jobsync integrations rename {old} {new}",
            integration=new,
        )
        for old, new in await backend.health.unfinished_renames()
    ]
    findings += [
        warn("integrations", each.held.message, each.held.remedy or "", integration=each.id)
        for each in await backend.integrations.list()
        if each.held is not None
    ]
    findings += [
        warn("integrations", f"{each.id}: {trouble.message}", trouble.remedy or "", integration=each.id)
        for each in await backend.integrations.list()
        if (trouble := await backend.integrations.unknown_statuses(each.id)) is not None
    ]
    findings = findings or [ok("integrations", "None has left the configuration with its data behind")]
    findings += [_shared(*each) for each in await backend.health.shared_links()]
    return findings + [finding for each in await backend.integrations.list() for finding in _cache(each)]


async def _automatic(backend: Backend) -> list[DoctorFinding]:
    """Say of which integrations no run comes on schedule any more."""
    status = await backend.automatic.status()
    return [
        warn(
            "automatic",
            f"{each.integration}: no run{'' if each.last_run is None else f' since {rfc3339(each.last_run)}'}; the service seems stopped",
            STOPPED_REMEDY,
            integration=each.integration,
        )
        for each in status.integrations
        if each.stopped
    ]


def _shared(target_id: str, jobs: tuple[str, ...]) -> DoctorFinding:
    return fail(
        "links",
        f"{len(jobs)} ATS jobs are linked to the same job in Tenzo, {target_id}, and none of them is synced: {', '.join(jobs)}",
        "Link each but one to a job of its own: jobsync adopt -i ID --link ATS_ID TARGET_ID",
    )


def _cache(summary: IntegrationSummary) -> list[DoctorFinding]:
    """Say what is wrong with the integration's last listing, and when the last whole one was."""
    whole = "never" if summary.last_complete is None else rfc3339(summary.last_complete)
    since = f"{summary.id}: last complete listing {whole}"
    remedy = f"jobsync refresh -i {summary.id} --full lists everything anew"
    wrong = [summary.last_error] if summary.state in {IntegrationState.INCOMPLETE, IntegrationState.FAILED} and summary.last_error else []
    if summary.set_aside is not None and summary.state is not IntegrationState.FAILED:
        wrong.append(summary.set_aside)
    if not wrong:
        return [ok("integrations", since, integration=summary.id)]
    return [warn("integrations", f"{summary.id}: {each}; last complete listing {whole}", remedy, integration=summary.id) for each in wrong]


def _unopened(error: JobsyncError) -> DoctorFinding:
    return fail("database", f"Nothing could be tried: {error.message}", error.remedy)
