"""What an embedded target can be filled with: names, users, and jobs with candidates and interviews in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core import clock
from ..core.canonical import canonical, storable
from ..core.ids import new_id
from ..core.models import JsonValue
from ..database import Db
from .local_store import change, insert
from .local_tables import CandidateRow, FolderRow, InterviewRow, JobRow, SettingRow, TemplateRow, UserRow

STAGES: tuple[str, ...] = (
    "Outreach",
    "AI Interview Scheduled",
    "Call Completed",
    "Resume Rejected",
    "Not Interested",
    "Max Attempts",
    "Cooling Down",
    "Re-review",
    "Dispositioned",
)
"""The stages of a candidate, by the product's public documents."""


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview that took place."""

    transcript: str
    scores: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate in one of the `STAGES`."""

    name: str
    stage: str
    email: str = ""
    stars: int | None = None
    interviews: tuple[Interview, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedJob:
    """A job that the target has already. ``fields`` are the owned ones; the rest is what people do with a job there."""

    fields: Mapping[str, JsonValue]
    external_id: str | None = None
    candidates: tuple[Candidate, ...] = ()
    notes: str = ""
    shares: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Everything to add. ``templates`` and ``users`` map names to kinds and roles, ``settings`` names to allowed values."""

    templates: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict)
    jobs: tuple[SeedJob, ...] = ()


def sow(db: Db, seed: Seed) -> tuple[str, ...]:
    """Add what ``seed`` holds, names that are there already left as they are; returns the jobs' ids in order."""
    for name, kind in seed.templates.items():
        TemplateRow.insert({"id": f"tpl_{new_id().lower()}", "name": name, "kind": kind}).on_conflict_ignore().execute(db)
    for path in seed.folders:
        FolderRow.insert({"id": f"fld_{new_id().lower()}", "name": path}).on_conflict_ignore().execute(db)
    for name, role in seed.users.items():
        UserRow.insert({"id": f"usr_{new_id().lower()}", "name": name, "role": role}).on_conflict_ignore().execute(db)
    for name, options in seed.settings.items():
        SettingRow.insert({"name": name, "options": canonical(options)}).on_conflict_ignore().execute(db)
    return tuple(_plant(db, job) for job in seed.jobs)


def add_candidate(db: Db, target_id: str, candidate: Candidate) -> str:
    """Add a candidate with interviews to a job; returns the candidate's id."""
    now = clock.to_ms(clock.now())
    candidate_id = f"cnd_{new_id().lower()}"
    row = {"id": candidate_id, "job_id": target_id, "name": storable(candidate.name), "email": storable(candidate.email)}
    CandidateRow.insert(row | {"stage": candidate.stage, "stars": candidate.stars, "updated_ms": now}).execute(db)
    for interview in candidate.interviews:
        values = {
            "id": f"int_{new_id().lower()}",
            "job_id": target_id,
            "candidate_id": candidate_id,
            "transcript": storable(interview.transcript),
            "scores": canonical(interview.scores),
            "ended_ms": now,
        }
        InterviewRow.insert(values).execute(db)
    return candidate_id


def _plant(db: Db, job: SeedJob) -> str:
    target_id = insert(db, job.external_id, job.fields)
    row = JobRow.select().where(JobRow.id == target_id).get(db)
    change(db, row, {"notes": storable(job.notes), "shares": canonical(job.shares), "active": job.active})
    for candidate in job.candidates:
        add_candidate(db, target_id, candidate)
    return target_id
