"""Tables of what people do with rules beside having them in force: drafts, shadows and tests.

Times are milliseconds since 1970-01-01 UTC; 0 stands for no time. Rules and counts are canonical JSON.
"""

from __future__ import annotations

import peewee

from ...database import Db, Dialect, create_tables


class DraftRow(peewee.Model):
    """What an editor had when it was last left; one for each actor and thing edited."""

    actor = peewee.TextField()
    key = peewee.TextField()
    text = peewee.TextField()
    base_revision = peewee.IntegerField()
    at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "rule_drafts"
        primary_key = peewee.CompositeKey("actor", "key")


class ShadowRow(peewee.Model):
    """A draft that is evaluated beside the rules in force."""

    name = peewee.TextField(primary_key=True)
    rules = peewee.TextField()
    base_revision = peewee.IntegerField()
    actor = peewee.TextField()
    at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "rule_shadows"


class ShadowLookRow(peewee.Model):
    """What a shadow would have done at one moment, over the jobs of one integration (`IntegrationRow.number`).

    ``state`` stands for everything that the answer rests on.
    """

    number = peewee.BigIntegerField(primary_key=True)
    shadow = peewee.TextField()
    source = peewee.IntegerField()
    at = peewee.BigIntegerField()
    cause = peewee.TextField()
    revision = peewee.IntegerField()
    state = peewee.TextField()
    counts = peewee.TextField()
    came = peewee.IntegerField()
    went = peewee.IntegerField()

    class Meta:  # noqa: D106
        table_name = "shadow_looks"
        indexes = ((("shadow", "source", "number"), False),)


class ShadowJobRow(peewee.Model):
    """A job that a shadow concerns, in the way ``kind``, since one look and until another, by their numbers (0: still)."""

    shadow = peewee.TextField()
    key = peewee.BigIntegerField()
    since = peewee.BigIntegerField()
    until = peewee.BigIntegerField()
    kind = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "shadow_jobs"
        primary_key = peewee.CompositeKey("shadow", "key", "since")


class RuleTestRow(peewee.Model):
    """What the rules are to say of a job: a cached one, or one that is written out; ``integration`` is empty where it names none."""

    integration = peewee.TextField()
    name = peewee.TextField()
    body = peewee.TextField()
    actor = peewee.TextField()
    at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "rule_tests"
        primary_key = peewee.CompositeKey("integration", "name")


def create_rule_tests(db: Db, _: Dialect) -> None:
    """Make the table of tests, in a new database or in an older one."""
    create_tables(db, (RuleTestRow,))


def create_rule_tables(db: Db, _: Dialect) -> None:
    """Make the tables, in a new database or in an older one."""
    create_tables(db, (DraftRow, ShadowRow, ShadowLookRow, ShadowJobRow))
