"""Tables of the automatic sync: what it decided for each job, and how the schedule of each integration stands.

Times are milliseconds since 1970-01-01 UTC; 0 stands for no time.
"""

from __future__ import annotations

import peewee

HAS_BECOME_ELIGIBLE = "eligible_at > 0"
"""Which decisions their index by `DecisionRow.eligible_at` holds; said in these words by each query that it is to answer."""


class DecisionRow(peewee.Model):
    """The last decision on a job, kept in place.

    ``changed`` and ``configuration`` are the job's state and what the rules left on it then (`CachedOutcomeRow`, `DistinctOutcomeRow`),
    ``evaluation_version`` the one it was decided under. What failed is tried again at ``retry_at``, after ``tries`` failures in a row.
    ``eligible_at`` is when the job became eligible in the eyes of the automatic sync, 0 while it is not; ``eligible_by`` is the revision of
    the rules then. Where it was the rules that changed, and not the job, ``eligible_from`` is the revision by which it was not eligible
    before, else 0. Both are 0 for jobs that became eligible before that was kept.
    """

    key = peewee.BigIntegerField(primary_key=True)
    at = peewee.BigIntegerField()
    outcome = peewee.TextField()
    reason = peewee.TextField(null=True)
    revision = peewee.IntegerField()
    evaluation_version = peewee.IntegerField()
    changed = peewee.BigIntegerField()
    configuration = peewee.TextField()
    tries = peewee.IntegerField()
    retry_at = peewee.BigIntegerField()
    eligible_at = peewee.BigIntegerField(default=0)
    eligible_from = peewee.IntegerField(default=0)
    eligible_by = peewee.IntegerField(default=0)

    class Meta:  # noqa: D106
        table_name = "automatic_decisions"


class ScheduleRow(peewee.Model):
    """The schedule of one integration. ``tick`` is when the grid's slot began that was claimed last, ``every`` the grid's width.

    ``spans`` are all that were (`Spans`), and ``passed`` the slot that came up again last and was passed over.
    ``last`` is the last run as JSON. ``hold`` says why it waits for a person, ``held_for`` which rules the guard stopped, and
    ``accepted`` which ones a person let pass.
    """

    integration = peewee.TextField(primary_key=True)
    tick = peewee.BigIntegerField(default=0)
    every = peewee.BigIntegerField(default=0)
    started_at = peewee.BigIntegerField(default=0)
    ended_at = peewee.BigIntegerField(default=0)
    last = peewee.TextField(null=True)
    hold = peewee.TextField(null=True)
    held_since = peewee.BigIntegerField(default=0)
    hold_message = peewee.TextField(default="")
    hold_remedy = peewee.TextField(default="")
    held_for = peewee.TextField(null=True)
    accepted = peewee.TextField(null=True)
    spans = peewee.TextField(default="[]")
    passed = peewee.BigIntegerField(default=0)

    class Meta:  # noqa: D106
        table_name = "automatic_schedule"


class TickRow(peewee.Model):
    """A slot that was run: by whom, and what came of it; ``missed`` slots before it were run by nobody.

    ``ended_at`` is 0 while it is under way, and stays so where it was cut off; ``outcome`` is then null.
    """

    integration = peewee.TextField()
    tick = peewee.BigIntegerField()
    missed = peewee.IntegerField()
    by = peewee.TextField()
    started_at = peewee.BigIntegerField()
    ended_at = peewee.BigIntegerField(default=0)
    outcome = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "automatic_ticks"
        primary_key = peewee.CompositeKey("integration", "tick")


class RunRow(peewee.Model):
    """A run over one integration. ``said`` is what it came to, as JSON, and null before its end.

    What it wrote are the rows of the record from behind ``rows_before`` up to ``last_row`` that are of its integration and of the automatic
    sync's; ``last_row`` and ``outcome`` are null while it is under way.
    """

    number = peewee.BigIntegerField(primary_key=True)
    integration = peewee.TextField()
    by = peewee.TextField()
    started_ms = peewee.BigIntegerField()
    ended_ms = peewee.BigIntegerField(default=0)
    outcome = peewee.TextField(null=True)
    rows_before = peewee.BigIntegerField()
    last_row = peewee.BigIntegerField(null=True)
    said = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "automatic_runs"
        indexes = ((("started_ms", "number", "integration", "outcome"), False), (("integration", "outcome"), False))


class BatchRow(peewee.Model):
    """A batch of a run: some jobs of an integration, by their keys as JSON, that one worker does at a time.

    ``work`` is what is done with them, ``evaluation_version`` the one under which the run decided that, ``every`` the time between two
    runs. ``ended_at`` is 0 while there is something left to do, and ``tally`` what came of it so far, as JSON.
    """

    id = peewee.TextField(primary_key=True)
    integration = peewee.TextField(index=True)
    number = peewee.IntegerField()
    work = peewee.TextField()
    evaluation_version = peewee.IntegerField()
    every = peewee.BigIntegerField()
    keys = peewee.TextField()
    ended_at = peewee.BigIntegerField(default=0)
    tally = peewee.TextField(default="{}")

    class Meta:  # noqa: D106
        table_name = "automatic_batches"


class PresenceRow(peewee.Model):
    """A process that works on an integration's batches: when it was last heard of, and until when the ATS asked it to wait."""

    integration = peewee.TextField()
    process = peewee.TextField()
    heard_at = peewee.BigIntegerField()
    held_until = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "automatic_workers"
        primary_key = peewee.CompositeKey("integration", "process")


class PauseRow(peewee.Model):
    """Who paused the automatic sync of everything; at most one row. It counts no more from ``until`` on, where that is not 0."""

    id = peewee.IntegerField(primary_key=True)
    actor = peewee.TextField()
    at = peewee.BigIntegerField()
    until = peewee.BigIntegerField(default=0)
    reason = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "automatic_pause"


class AlertRow(peewee.Model):
    """An alert of an integration, in place: however many runs meet it, it is one row.

    ``event`` numbers the last thing about it that is worth a message (it began, grew, ended, still stands after a day), over all rows.
    """

    integration = peewee.TextField()
    code = peewee.TextField()
    message = peewee.TextField()
    remedy = peewee.TextField(null=True)
    since = peewee.BigIntegerField()
    last = peewee.BigIntegerField()
    runs = peewee.IntegerField()
    jobs = peewee.IntegerField()
    over = peewee.BooleanField()
    event = peewee.BigIntegerField()
    event_at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "automatic_alerts"
        primary_key = peewee.CompositeKey("integration", "code")


class AnswerRow(peewee.Model):
    """What a person said of an alert, by which it is told no more until it is another one: more ``jobs``, or another ``message``."""

    integration = peewee.TextField()
    code = peewee.TextField()
    kind = peewee.TextField()
    actor = peewee.TextField()
    at = peewee.BigIntegerField()
    reason = peewee.TextField(null=True)
    jobs = peewee.IntegerField()
    message = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "automatic_answers"
        primary_key = peewee.CompositeKey("integration", "code")


class ChannelRow(peewee.Model):
    """A way by which alerts are sent out: up to which event it was told, when, and what went wrong since.

    ``daily_at`` is up to when its last daily message told what happened, 0 before the first hour of one.
    """

    name = peewee.TextField(primary_key=True)
    upto = peewee.BigIntegerField(default=0)
    sent_at = peewee.BigIntegerField(default=0)
    error = peewee.TextField(null=True)
    daily_at = peewee.BigIntegerField(default=0)

    class Meta:  # noqa: D106
        table_name = "automatic_channels"


AUTOMATIC_TABLES: tuple[type[peewee.Model], ...] = (
    DecisionRow,
    ScheduleRow,
    PauseRow,
    AlertRow,
    AnswerRow,
    ChannelRow,
    TickRow,
    RunRow,
    BatchRow,
    PresenceRow,
)
TOLD_TABLES: tuple[type[peewee.Model], ...] = (AlertRow, ChannelRow)
"""Those that came with version 3 of the schema."""
BATCH_TABLES: tuple[type[peewee.Model], ...] = (BatchRow, PresenceRow)
"""Those that came with version 7."""
