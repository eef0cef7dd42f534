"""Comparing a job in the ATS and in the target, field by field, also where nothing is to be synced. Reads both sides, writes neither."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.errors import JobNotFound, JobsyncError, RemoteError
from ..core.models import (
    ActionKind,
    CachedJob,
    ComparedField,
    Comparison,
    Effect,
    Eligibility,
    Failure,
    FieldOwner,
    FieldStanding,
    JsonValue,
    Source,
    SyncState,
)
from ..storage.ledger.journal import Operation
from .dependencies import SyncDependencies, external_id
from .fields import desired_fields, ordered, source_fields
from .plan import TargetSide
from .planner import Planner, several
from .single_read import FreshJob
from .target_lookup import read_target
from .undo import DONE

_BY_KIND = {
    "template_type": (ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE),
    "templates": (ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE),
    "folder": (ActionKind.FOLDER,),
    "follow_up_user": (ActionKind.FOLLOW_UP_USER,),
    "interview_instructions": (ActionKind.INTERVIEW_INSTRUCTIONS,),
}
_NO_RULE = {"default setting": FieldOwner.DEFAULT, "required setting": FieldOwner.REQUIRED}


async def compare(parts: SyncDependencies, integration: str, job_id: str) -> Comparison:
    """Return the job on both sides as they are now.

    Where the ATS cannot be asked, or has no such job any more, the cache stands for it; where the target cannot, its side is empty.

    Raises:
        JobNotFound: Neither the ATS nor the cache has the job.
    """
    planner = Planner(parts)
    failures: list[Failure] = []
    reading, source = await _read(planner, parts, integration, job_id, failures)
    eligibility = planner.evaluate(reading, await parts.rules(), source)
    mark = await parts.jobs.sync_state(integration, job_id) or SyncState()
    side = await _target(parts, integration, job_id, mark, failures)
    past = await parts.ledger.journal.of_job(integration, job_id)
    return Comparison(
        job=reading.job,
        eligible=eligibility.eligible,
        message=eligibility.message,
        live=source is Source.LIVE,
        read_at=reading.read_at,
        target_id=None if side is None or side.job is None else side.job.id,
        target_url=None if side is None or side.job is None else side.job.url,
        fields=() if side is None else _fields(reading.job, eligibility, side, past),
        failures=tuple(failures),
    )


async def _read(
    planner: Planner, parts: SyncDependencies, integration: str, job_id: str, failures: list[Failure]
) -> tuple[FreshJob, Source]:
    try:
        return await planner.fetch(integration, job_id), Source.LIVE
    except (JobNotFound, RemoteError) as error:
        cached = await parts.jobs.get(integration, job_id)
        if cached is None:
            raise
        failures.append(error.failure())
        return FreshJob(cached, cached.cached_at or parts.now()), Source.CACHE


async def _target(parts: SyncDependencies, integration: str, job_id: str, mark: SyncState, failures: list[Failure]) -> TargetSide | None:
    """Return the target's side; None where it cannot be read, or where it cannot be said which job is meant."""
    try:
        found, gone = await read_target(parts.target, external_id(integration, job_id), mark)
    except JobsyncError as error:
        failures.append(error.failure())
        return None
    if len(found) > 1:
        failures.append(several(found))
        return None
    if gone is not None:
        failures.append(Failure("remote_gone", f"The job {gone} that this was synced to is gone from Tenzo"))
    return TargetSide(found[0] if found else None, mark, gone, parts.now())


def _fields(job: CachedJob, eligibility: Eligibility, side: TargetSide, past: tuple[Operation, ...]) -> tuple[ComparedField, ...]:
    desired = desired_fields(job, eligibility)
    found = side.compared(desired)
    changed = {each.field: each for each in found.changes}
    kept = {each.field for each in found.kept}
    own = source_fields(job)
    compared = []
    for name in ordered({**desired, **side.current}):
        rules, owner = _owner(name, eligibility, own)
        standing = FieldStanding.SAME
        if name in changed:
            standing = _standing(name, desired, side, overwrites=changed[name].overwrites)
        elif name in kept:
            standing = FieldStanding.KEPT
        elif name not in desired:
            standing, owner, rules = FieldStanding.THEIRS, FieldOwner.PERSON, ()
        wrote = _last_write(name, side, past)
        compared.append(
            ComparedField(
                field=name,
                wanted=desired.get(name),
                present=side.current.get(name),
                owner=owner,
                rules=rules,
                standing=standing,
                written_at=None if wrote is None else wrote.settled_at or wrote.created_at,
                written_by=None if wrote is None else wrote.actor,
            )
        )
    return tuple(compared)


def _standing(name: str, desired: Mapping[str, JsonValue], side: TargetSide, *, overwrites: bool) -> FieldStanding:
    if name not in desired:
        return FieldStanding.CLEARED
    if overwrites:
        return FieldStanding.EDITED
    return FieldStanding.MOVED if name in side.written else FieldStanding.NEW


def _owner(name: str, eligibility: Eligibility, own: Mapping[str, JsonValue]) -> tuple[tuple[str, ...], FieldOwner]:
    """Return the rules that decide a field, and who does."""
    kinds = _BY_KIND.get(name, ())
    setting = name.removeprefix("settings.") if name.startswith("settings.") else None
    names = [
        each.rule
        for each in eligibility.actions
        if each.effect is Effect.APPLIED and (each.kind in kinds or (each.kind is ActionKind.SETTING and each.name == setting))
    ]
    if names:
        by_nobody = [_NO_RULE[each] for each in names if each in _NO_RULE]
        return tuple(dict.fromkeys(each for each in names if each not in _NO_RULE)), by_nobody[0] if by_nobody else FieldOwner.RULE
    return (), FieldOwner.ATS if name in own else FieldOwner.RULE


def _last_write(name: str, side: TargetSide, past: tuple[Operation, ...]) -> Operation | None:
    """Return the last operation of ours that wrote a field of this job of the target."""
    here = None if side.job is None else side.job.id
    return next((each for each in past if name in each.after and each.state in DONE and each.target_id == here), None)
