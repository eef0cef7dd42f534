"""Tables of the cache and of the rules. Times are milliseconds since 1970-01-01 UTC; 0 stands for no time.

A job is spread over several tables, so that what a listing touches or a search scans stays narrow at a million jobs: ``jobs`` lists,
filters and sorts; ``payloads`` holds the whole job; ``job_details`` what is rarely filtered by; ``sightings`` when it was last seen.
All share the job's key, which carries the integration's number in its upper bits: the jobs of an integration are one range of keys.
"""

from __future__ import annotations

import peewee

KEY_SHIFT = 40
"""Bits of a key below the integration's number: a trillion jobs an integration."""


class IntegrationRow(peewee.Model):
    """An integration that was ever used, and the state of its cache.

    ``full_at`` is when everything was listed last, ``complete_at`` when that was whole. ``waits`` says why new jobs wait for a person.
    ``provider``, ``address``: where it reads from (`origins`); ``apart`` is a person's word that it is none that was there before under
    another id.
    """

    number = peewee.IntegerField(primary_key=True)
    id = peewee.TextField(unique=True)
    state = peewee.TextField(default="never")
    last_refresh = peewee.BigIntegerField(default=0)
    last_error = peewee.TextField(null=True)
    watermark = peewee.TextField(null=True)
    jobs = peewee.IntegerField(default=0)
    last_number = peewee.BigIntegerField(default=0)
    left_out = peewee.TextField(null=True)
    full_at = peewee.BigIntegerField(default=0, constraints=[peewee.SQL("DEFAULT 0")])
    complete_at = peewee.BigIntegerField(default=0, constraints=[peewee.SQL("DEFAULT 0")])
    waits = peewee.TextField(null=True)
    provider = peewee.TextField(constraints=[peewee.SQL("DEFAULT ''")], default="")
    address = peewee.TextField(constraints=[peewee.SQL("DEFAULT ''")], default="")
    apart = peewee.BooleanField(constraints=[peewee.SQL("DEFAULT FALSE")], default=False)

    class Meta:  # noqa: D106
        table_name = "integrations"


class JobRecord(peewee.Model):
    """What lists, filters and sorts need. The ``_key`` columns are folded."""

    key = peewee.BigIntegerField(primary_key=True)
    source = peewee.IntegerField()
    id = peewee.TextField()
    name = peewee.TextField(null=True)
    status = peewee.TextField()
    place = peewee.TextField(null=True)
    more_places = peewee.IntegerField()
    client = peewee.TextField(null=True)
    department = peewee.TextField(null=True)
    sync_status = peewee.TextField()
    gone = peewee.BooleanField()
    last_synced = peewee.BigIntegerField()
    updated_at = peewee.BigIntegerField()
    created_at = peewee.BigIntegerField()
    name_key = peewee.TextField()
    place_key = peewee.TextField()
    client_key = peewee.TextField()
    department_key = peewee.TextField()
    search = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "jobs"
        indexes = ((("source", "id"), True),)


class PayloadRow(peewee.Model):
    """The whole job as JSON."""

    key = peewee.BigIntegerField(primary_key=True)
    body = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "payloads"


class DetailRow(peewee.Model):
    """Folded text of fields that filters may name and lists do not show.

    ``parts`` is what stands inside other fields, such as ``custom.shift``, each on a line of its own (`search.field_lines.parts_of`).
    """

    key = peewee.BigIntegerField(primary_key=True)
    places = peewee.TextField()
    owner = peewee.TextField()
    requisition_id = peewee.TextField()
    employment_type = peewee.TextField()
    tags = peewee.TextField()
    ats_status = peewee.TextField()
    remote = peewee.TextField()
    parts = peewee.TextField()
    visibility = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "job_details"


class SightingRow(peewee.Model):
    """When an answer of the ATS last held the job, the last listing that did, and the digest of what that said.

    ``own_id`` is the id that a service in front of the ATS gives the job itself, where a listing said so (`same_jobs`).
    """

    key = peewee.BigIntegerField(primary_key=True)
    listing = peewee.BigIntegerField()
    at = peewee.BigIntegerField()
    digest = peewee.BlobField()
    own_id = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "sightings"


class MarkRow(peewee.Model):
    """What the sync left: the mark itself, and digests of the job's fields as they were synced."""

    key = peewee.BigIntegerField(primary_key=True)
    status = peewee.TextField()
    last_synced = peewee.BigIntegerField()
    target_id = peewee.TextField(null=True)
    written = peewee.TextField()
    source = peewee.TextField()
    kept = peewee.TextField(default="{}")

    class Meta:  # noqa: D106
        table_name = "sync_marks"


class EvaluationVersionRow(peewee.Model):
    """An evaluation of the cache: by which rules and which policy, and until when its answers hold (0: until one of the two changes).

    ``standing`` says that the rules ask for a job's standing towards the target, so that a sync may change an answer.
    """

    number = peewee.IntegerField(primary_key=True)
    revision = peewee.IntegerField()
    policy = peewee.TextField()
    standing = peewee.BooleanField()
    until = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "evaluation_versions"


class DistinctOutcomeRow(peewee.Model):
    """One of the ways in which an evaluation version evaluated jobs; its number carries the evaluation version's in the upper bits.

    ``names`` holds the folded ids and names of the rules that apply, each on a line of its own, ``rules`` their ids as JSON, and
    ``configuration`` a digest of what they leave on the job.
    """

    number = peewee.BigIntegerField(primary_key=True)
    evaluation_version = peewee.IntegerField(index=True)
    eligible = peewee.BooleanField()
    reason = peewee.TextField(null=True)
    configuration = peewee.TextField()
    rules = peewee.TextField()
    names = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "distinct_outcomes"


class CachedOutcomeRow(peewee.Model):
    """How a job was evaluated. Without a row, or with a distinct outcome of no evaluation version, it was not evaluated yet.

    ``changed`` is the version of the cache with which the job last changed since it came in. A distinct outcome of 0 or below stands where
    the job, or its standing, changed since it was evaluated.
    """

    key = peewee.BigIntegerField(primary_key=True)
    changed = peewee.BigIntegerField()
    outcome = peewee.BigIntegerField(index=True)

    class Meta:  # noqa: D106
        table_name = "cached_outcomes"


class LetterRow(peewee.Model):
    """How many jobs of an integration hold a character in their search text."""

    source = peewee.IntegerField()
    letter = peewee.TextField()
    jobs = peewee.IntegerField()

    class Meta:  # noqa: D106
        table_name = "letters"
        primary_key = peewee.CompositeKey("source", "letter")


class ListingRow(peewee.Model):
    """A listing of an integration, under way or cut short; one for each integration at most, which makes it the lease as well.

    ``first_number`` is the last number that a job of the integration had when it began, ``tally`` what its pages came to (`tally.Tally`).
    """

    id = peewee.BigIntegerField(primary_key=True)
    source = peewee.IntegerField(unique=True)
    full = peewee.BooleanField()
    started_at = peewee.BigIntegerField()
    watermark = peewee.TextField(null=True)
    cursor = peewee.TextField(null=True)
    seen = peewee.IntegerField(default=0)
    holder = peewee.TextField(null=True)
    process = peewee.TextField()
    heartbeat = peewee.BigIntegerField(default=0)
    first_number = peewee.BigIntegerField(default=0, constraints=[peewee.SQL("DEFAULT 0")])
    tally = peewee.TextField(default="{}", constraints=[peewee.SQL("DEFAULT '{}'")])

    class Meta:  # noqa: D106
        table_name = "listings"


class SetAsideRow(peewee.Model):
    """A row of a listing that could not be read, until its job can be; ``rows`` of them where they have no id."""

    source = peewee.IntegerField()
    id = peewee.TextField()
    name = peewee.TextField(null=True)
    reason = peewee.TextField()
    listing = peewee.BigIntegerField()
    rows = peewee.IntegerField()

    class Meta:  # noqa: D106
        table_name = "set_aside"
        primary_key = peewee.CompositeKey("source", "id")


class CounterRow(peewee.Model):
    """Numbers that only grow: ``jobs`` with every change of a job, ``listings`` with every listing, ``evaluation_versions`` likewise."""

    name = peewee.TextField(primary_key=True)
    value = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "counters"


class RevisionRow(peewee.Model):
    """One revision of the rule set, whole."""

    revision = peewee.IntegerField(primary_key=True)
    at = peewee.BigIntegerField()
    actor = peewee.TextField()
    what = peewee.TextField()
    rules = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "rule_revisions"


class MemoryRow(peewee.Model):
    """What the program remembers for an actor from one start to the next."""

    actor = peewee.TextField()
    name = peewee.TextField()
    value = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "memory"
        primary_key = peewee.CompositeKey("actor", "name")


CACHE_TABLES: tuple[type[peewee.Model], ...] = (
    IntegrationRow,
    JobRecord,
    PayloadRow,
    DetailRow,
    SightingRow,
    MarkRow,
    EvaluationVersionRow,
    DistinctOutcomeRow,
    CachedOutcomeRow,
    LetterRow,
    ListingRow,
    SetAsideRow,
    CounterRow,
    RevisionRow,
    MemoryRow,
)
