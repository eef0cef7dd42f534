"""Tests of rules as they are kept: one of a name within an integration, each change in somebody else's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from ...core import clock
from ...core.canonical import canonical, parse_object, storable
from ...core.models import Expectation, JsonValue, RuleTest
from ...database import Database, Db
from .tables import RuleTestRow


class RuleTestStore:
    """The tests of the rules; `put` and `drop` change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, integrations: Collection[str]) -> tuple[RuleTest, ...]:
        """Return the tests by name, those of the integrations and those of none."""
        return await self._database.read(_of, ("", *integrations))


def put(db: Db, tests: Iterable[RuleTest], actor: str, at: datetime) -> None:
    """Keep tests, each in the place of the one of its name."""
    for test in tests:
        integration, name = test.key
        values = {
            "integration": storable(integration),
            "name": storable(name),
            "body": canonical({"job_id": test.job_id, "fields": test.fields, "expect": _written(test.expect)}),
            "actor": storable(actor),
            "at": clock.to_ms(at),
        }
        key = [RuleTestRow.integration, RuleTestRow.name]
        RuleTestRow.insert(values).on_conflict(conflict_target=key, preserve=[RuleTestRow.body, RuleTestRow.actor, RuleTestRow.at]).execute(
            db
        )


def drop(db: Db, tests: Iterable[RuleTest]) -> None:
    """Keep these tests no longer."""
    for test in tests:
        integration, name = test.key
        here = (RuleTestRow.integration == storable(integration)) & (RuleTestRow.name == storable(name))
        RuleTestRow.delete().where(here).execute(db)


def give(db: Db, old: str, new: str) -> None:
    """Give the tests of an integration to its new id."""
    named = {row.name for row in RuleTestRow.select(RuleTestRow.name).where(RuleTestRow.integration == new).execute(db)}
    RuleTestRow.delete().where((RuleTestRow.integration == old) & RuleTestRow.name.in_(named)).execute(db)
    RuleTestRow.update(integration=new).where(RuleTestRow.integration == old).execute(db)


def _of(db: Db, integrations: tuple[str, ...]) -> tuple[RuleTest, ...]:
    query = RuleTestRow.select().where(RuleTestRow.integration.in_(integrations))
    return tuple(_test(row) for row in query.order_by(RuleTestRow.name, RuleTestRow.integration).execute(db))


def _test(row: RuleTestRow) -> RuleTest:
    body = parse_object(str(row.body))
    job_id, fields, expect = body.get("job_id"), body.get("fields"), body.get("expect")
    return RuleTest(
        name=str(row.name),
        integration=str(row.integration) or None,
        job_id=job_id if isinstance(job_id, str) else None,
        fields=fields if isinstance(fields, dict) else {},
        expect=_expectation(expect if isinstance(expect, dict) else {}),
    )


def _written(expect: Expectation) -> dict[str, JsonValue]:
    return {
        "eligible": expect.eligible,
        "rules": None if expect.rules is None else list(expect.rules),
        "templates": None if expect.templates is None else list(expect.templates),
        "folder": expect.folder,
    }


def _expectation(found: dict[str, JsonValue]) -> Expectation:
    eligible, folder = found.get("eligible"), found.get("folder")
    return Expectation(
        eligible=eligible if isinstance(eligible, bool) else None,
        rules=_names(found.get("rules")),
        templates=_names(found.get("templates")),
        folder=folder if isinstance(folder, str) else None,
    )


def _names(value: JsonValue) -> tuple[str, ...] | None:
    return tuple(str(each) for each in value) if isinstance(value, list) else None
