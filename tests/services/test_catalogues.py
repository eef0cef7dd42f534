from __future__ import annotations

from pathlib import Path

import pytest

from jobsync_tui.backend.assessment import catalogue
from jobsync_tui.backend.core.models import Action, ActionKind, FieldEntry, FieldKind, JsonValue, Location, Op, Rule, SettingChoice
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.target.local_seed import Seed
from tests.services.workshop import local_target, workshop
from tests.support.databases import url_at
from tests.support.stores import Cache, job

pytestmark = pytest.mark.usefixtures("on_each_database")

NEVER_THERE = {"client", "owner", "sync_status_of_nobody"}


async def entries(tmp_path: Path, customs: list[dict[str, JsonValue]], *places: Location) -> dict[str, FieldEntry]:
    database = await Database.open(url_at(tmp_path / "jobsync.db"), SCHEMA)
    jobs = [job(number, custom=custom, locations=places, remote=True) for number, custom in enumerate(customs)]
    await Cache(database).fill(jobs)
    found = await catalogue.field_catalogue(ColumnStore(database), ["acme"], batch=2)
    await database.close()
    assert (found.looked_at, found.jobs) == (len(customs), len(customs))
    return {entry.name: entry for entry in found.fields}


async def test_fields_are_those_that_jobs_have_with_their_commonest_values(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        found = {entry.name: entry for entry in (await backend.catalogues.fields()).fields}
    assert not NEVER_THERE & found.keys()
    department = found["department"]
    assert {value.value: value.jobs for value in department.values} == {"Care": 6, "Data": 6}
    assert (department.jobs, dict(department.by_integration), department.distinct) == (12, {"file": 12}, 2)
    assert department.ops[0] is Op.EQUALS
    assert found["location.city"].values[0].jobs == 4
    assert "closed" in found["status"].choices
    assert found["integration"].choices == ("file",)
    assert (found["id"].jobs, found["id"].values) == (12, ())


async def test_custom_fields_are_of_the_kind_that_their_values_spell(tmp_path: Path) -> None:
    customs: list[dict[str, JsonValue]] = [
        {"openings": "3", "starts": "2026-02-01", "urgent": True, "odd": 1, "skills": ["night", "icu"], "deep": {"er": {"still": "x"}}},
        {"openings": "4", "starts": "2026-03-01T10:00:00Z", "urgent": False, "odd": "one", "skills": ["icu"], "empty": "  "},
        {"openings": "4", "deep": {}},
    ]
    found = await entries(tmp_path, customs, Location(city="Oslo"), Location(city="Bergen"))
    kinds = {name: entry.kind for name, entry in found.items() if name.startswith("custom.")}
    assert kinds == {
        "custom.openings": FieldKind.NUMBER,
        "custom.starts": FieldKind.DATE,
        "custom.urgent": FieldKind.TRUTH,
        "custom.odd": FieldKind.MIXED,
        "custom.skills": FieldKind.TEXT,
        "custom.deep.er.still": FieldKind.TEXT,
    }
    assert [(value.value, value.jobs) for value in found["custom.openings"].values] == [("4", 2), ("3", 1)]
    assert [(value.value, value.jobs) for value in found["custom.skills"].values] == [("icu", 2), ("night", 1)]
    assert found["custom.skills"].many
    assert {value.value for value in found["locations.city"].values} == {"Oslo", "Bergen"}
    assert [value.value for value in found["remote"].values] == [True]
    assert Op.WITHIN_DAYS in found["custom.starts"].ops


async def test_more_values_than_are_counted_are_said_to_be_more(tmp_path: Path) -> None:
    customs: list[dict[str, JsonValue]] = [{"code": f"c{number}"} for number in range(catalogue.MOST_VALUES + 5)]
    found = await entries(tmp_path, customs)
    assert found["custom.code"].distinct is None
    assert len(found["custom.code"].values) == catalogue.SHOWN_VALUES


async def test_the_targets_names_come_with_the_settings_that_it_or_the_rules_know(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        empty = await backend.catalogues.target()
        assert (empty.templates, empty.folders, empty.users, empty.settings) == (None, None, None, ())
        rule = Rule("a", "A", None, (Action(ActionKind.SETTING, value=True, name="voice"), Action(ActionKind.SETTING, "x", "language")))
        await backend.rules.save([rule], expected_revision=0, what="begin", typed=12)
        target = local_target(tmp_path)
        await target.seed(
            Seed(templates={"b": "script", "A": "ai"}, folders=("North",), settings={"language": ("Multilingual", "Norwegian")})
        )
        await target.close()
        found = await backend.catalogues.target()
    assert (found.templates, found.folders, found.users) == (("A", "b"), ("North",), None)
    assert found.settings == (SettingChoice("language", ("Multilingual", "Norwegian")), SettingChoice("voice", (True,)))
