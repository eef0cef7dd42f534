"""Tables of the embedded target. What the sync owns stands in columns of its own, and no update names any other.

Owned columns hold canonical JSON, null where the job has no such value. Times are milliseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import peewee

from ..database import Db, Dialect, Schema
from ..database.schema import create_tables


class JobRow(peewee.Model):
    """A job: who it is, what the sync owns, and what only people in the target touch."""

    id = peewee.TextField(primary_key=True)
    version = peewee.BigIntegerField(default=1)
    external_id = peewee.TextField(null=True, index=True)

    name = peewee.TextField(null=True)
    description = peewee.TextField(null=True)
    location = peewee.TextField(null=True)
    department = peewee.TextField(null=True)
    employment_type = peewee.TextField(null=True)
    status = peewee.TextField(null=True)
    url = peewee.TextField(null=True)
    custom = peewee.TextField(null=True)
    template_type = peewee.TextField(null=True)
    templates = peewee.TextField(null=True)
    folder = peewee.TextField(null=True)
    settings = peewee.TextField(null=True)
    follow_up_user = peewee.TextField(null=True)
    interview_instructions = peewee.TextField(null=True)

    active = peewee.BooleanField(default=True)
    notes = peewee.TextField(default="")
    shares = peewee.TextField(default="[]")
    created_ms = peewee.BigIntegerField()
    updated_ms = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "target_jobs"


class KeyRow(peewee.Model):
    """An idempotency key that was used: for which fields, and which job came of it."""

    key = peewee.TextField(primary_key=True)
    payload_hash = peewee.TextField()
    job_id = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "target_keys"


class FolderRow(peewee.Model):
    """A folder by its whole path (``Mercy/ICU``); its shares decide who sees the jobs in it."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField(unique=True)
    shares = peewee.TextField(default="[]")

    class Meta:  # noqa: D106
        table_name = "target_folders"


class TemplateRow(peewee.Model):
    """A template: ``kind`` is ``script`` or ``ai_generation``."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField(unique=True)
    kind = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "target_templates"


class UserRow(peewee.Model):
    """A user, known by mail address."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField(unique=True)
    role = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "target_users"


class SettingRow(peewee.Model):
    """An interview setting and the values it may have; an empty list stands for any."""

    name = peewee.TextField(primary_key=True)
    options = peewee.TextField(default="[]")

    class Meta:  # noqa: D106
        table_name = "target_settings"


class CandidateRow(peewee.Model):
    """A candidate of a job, in a stage."""

    id = peewee.TextField(primary_key=True)
    job_id = peewee.TextField(index=True)
    name = peewee.TextField()
    email = peewee.TextField(default="")
    stage = peewee.TextField()
    stars = peewee.IntegerField(null=True)
    updated_ms = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "target_candidates"


class InterviewRow(peewee.Model):
    """An interview of a candidate: what was said, and how it was scored."""

    id = peewee.TextField(primary_key=True)
    job_id = peewee.TextField(index=True)
    candidate_id = peewee.TextField(index=True)
    transcript = peewee.TextField()
    scores = peewee.TextField(default="{}")
    ended_ms = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "target_interviews"


TARGET_TABLES: tuple[type[peewee.Model], ...] = (
    JobRow,
    KeyRow,
    FolderRow,
    TemplateRow,
    UserRow,
    SettingRow,
    CandidateRow,
    InterviewRow,
)


def _create(db: Db, _: Dialect) -> None:
    create_tables(db, TARGET_TABLES)


TARGET_SCHEMA = Schema("target", 1, _create)
"""The embedded target's own schema, in a file of its own."""
