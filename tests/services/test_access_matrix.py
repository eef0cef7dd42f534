"""What every public method of every service answers to whom, with arguments that it could work with.

The methods are found in the code. One with a parameter that is not in `VALUES`, or that any admin may call and that is not in `ROWS`, fails
its test: whoever adds a method says here for whom it is.
"""

from __future__ import annotations

import asyncio
import inspect
import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import AccessDenied, JobsyncError, NotPermitted, UsageError
from jobsync_tui.backend.core.models import (
    EVERY,
    Action,
    ActionKind,
    AnswerKind,
    AuditEntry,
    Expectation,
    ImpactList,
    JobKey,
    Link,
    ListView,
    NewIdsPlan,
    Rule,
    RuleTest,
    Scope,
    Sort,
    TimerRun,
)
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.services.base import ACCESS
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.storage.jobs.statements import first, run
from tests.services.test_access import services

DAY = 86_400_000
OWN, OTHER = "her-clinic", "mill-works"
CONFIG = f"""
[storage]
url = "sqlite:///{{folder}}/jobsync.db"

[[integrations]]
id = "{OWN}"
provider = "file"
path = "own.csv"

[[integrations]]
id = "{OTHER}"
provider = "file"
path = "other.csv"

[[admins]]
user = "alice"
integrations = ["{OWN}"]

[[admins]]
user = "carol"
integrations = ["{OTHER}"]

[[admins]]
user = "bob"
integrations = ["*"]
"""
EVERYTHING = Rule("every", "Everything", None, (Action(ActionKind.FOLDER, "Inbox"),))
FURTHER = Rule("further", "Further", None, (Action(ActionKind.FOLDER, "Attic"),))
FURTHER_TEXT = "rules: [ { id: further, name: Further, actions: [ { folder: Attic } ] } ]"
EVERYWHERE = RuleTest(name="everywhere", expect=Expectation(eligible=True), fields={"name": "Anything"})
SHADOW = "shade"
VIEW = "list"
NAMES = {OWN: "Midwife", OTHER: "Welder"}


class Row(Enum):
    """For whom a method is that names no integration first."""

    EVERY_ADMIN = auto()
    """Each admin gets an answer about what is theirs; an integration among the arguments is looked at as everywhere."""
    ALL = auto()
    """It concerns every integration, and is for those who may use all."""
    RULES = auto()
    """It changes rules, here some that reach everything, and is for those who may use every integration."""
    THINGS = auto()
    """It takes an id of something, here of the other's integration, which is answered like an unknown one."""


ROWS = {
    Row.EVERY_ADMIN: """
        alerts.standing
        activity.count activity.failed activity.page activity.position
        automatic.status catalogues.fields catalogues.target coverage.near coverage.overview drafts.drop drafts.get drafts.list drafts.put
        eligibility.evaluate_all eligibility.evaluate_for eligibility.evaluated greeting.news greeting.seen health.last_recorded
        health.leftovers
        health.shared_links health.test_target health.unfinished_renames impacts.assess impacts.page impacts.stream integrations.ids
        integrations.list jobs.version records.audit records.leases records.verify rules.at rules.authority rules.counts
        rules.current rules.describe rules.difference rules.dump rules.export rules.history rules.impact rules.parse rules.refusal
        rules.lint rules.lint_of rules.to_come
        rule_tests.list rule_tests.run shadows.get shadows.jobs shadows.list shadows.look shadows.looks shadows.to_come
        jobs.check_filter syncs.decline syncs.recover syncs.retry_candidates views.delete views.get views.list views.rename
        views.save writing.matching writing.new_id
    """,
    Row.ALL: """
        automatic.due automatic.work_on_batches automatic.pause automatic.resume automatic.run automatic.run_slot automatic.serve
        automatic.spread automatic.test_messages integrations.columns maintenance.backup maintenance.move_storage maintenance.prune
        maintenance.rename maintenance.rename_plan maintenance.separate
    """,
    Row.RULES: """
        rule_tests.drop rule_tests.keep
        rules.delete rules.import_text rules.restore rules.save rules.set_active shadows.add shadows.drop shadows.promote
    """,
    Row.THINGS: "activity.count_writes activity.failed_of activity.writes records.break_lease records.wire syncs.undo syncs.undo_plan",
}
ROW_OF = {method: row for row, methods in ROWS.items() for method in methods.split()}


@dataclass(frozen=True)
class Things:
    """Ids of what is in the company's database, all of it of the other's integration."""

    folder: Path
    operation: str
    lease: str
    run: int


@dataclass(frozen=True)
class Asking:
    """What the value of a parameter can be made from."""

    backend: Backend
    things: Things
    method: str


def stopped(_: Asking) -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def impact(asking: Asking) -> object:
    """Return what the actor sees of a change; a stranger sees none."""
    try:
        return await asking.backend.impacts.assess([FURTHER])
    except AccessDenied:
        return None


VALUES: dict[str, Callable[[Asking], Any]] = {
    "accept": lambda _: False,
    "active": lambda _: False,
    "after": lambda _: 2,
    "base_revision": lambda _: 1,
    "before": lambda _: 1,
    "columns": lambda _: ["name", "custom.shift"],
    "every": lambda _: timedelta(hours=1),
    "everything": lambda _: True,
    "expected_revision": lambda _: 2,
    "file": lambda it: it.things.folder / "copy.db",
    "filter_text": lambda _: "",
    "found": impact,
    "ids": lambda _: ["every"],
    "integration": lambda _: OWN,
    "job": lambda _: JobKey(OWN, "1"),
    "jobs": lambda _: JobKey.of(OWN, "1"),
    "scope": lambda _: EVERY,
    "job_id": lambda _: "1",
    "job_ids": lambda _: ["1"],
    "code": lambda _: "unreachable",
    "kind": lambda _: AnswerKind.MUTED,
    "keep": lambda _: timedelta(days=400),
    "key": lambda _: "further",
    "lease_id": lambda it: it.things.lease,
    "limit": lambda _: 10,
    "line": lambda _: AuditEntry(seq=1, at=datetime(2026, 1, 1, tzinfo=UTC), actor="bob", action="sync"),
    "links": lambda _: [Link(OWN, "1", "Midwife 1", "no-such-job", "None", 1.0, "named")],
    "name": lambda it: "new" if it.method == "shadows.add" else SHADOW,
    "new": lambda _: "new-id",
    "new_name": lambda _: "another",
    "offset": lambda _: 0,
    "old": lambda _: "old-id",
    "on_runs": lambda _: lambda _runs: None,
    "operation_id": lambda it: it.things.operation,
    "plan": lambda _: NewIdsPlan(OWN, (), ()),
    "plans": lambda _: [],
    "reference": lambda it: it.things.operation,
    "revision": lambda _: 1,
    "rule": lambda _: EVERYTHING,
    "rules": lambda _: [FURTHER],
    "run": lambda it: it.things.run,
    "sort": lambda _: Sort(),
    "source": lambda _: "a file",
    "stop": stopped,
    "target_id": lambda _: "no-such-job",
    "target_ids": lambda _: ["no-such-job"],
    "tests": lambda _: [EVERYWHERE],
    "names": lambda _: [EVERYWHERE.name],
    "text": lambda _: FURTHER_TEXT,
    "url": lambda _: "postgresql://127.0.0.1:1/none",
    "view": lambda _: ListView(name=VIEW),
    "view_name": lambda _: VIEW,
    "what": lambda _: "a change",
    "which": lambda _: ImpactList.UNCHANGED,
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Things:
    """Return the files of a company in which everything has been used: each test works on a copy."""
    return asyncio.run(_made(tmp_path_factory.mktemp("company")))


async def _made(folder: Path) -> Things:
    configure(folder)
    for file, integration in (("own.csv", OWN), ("other.csv", OTHER)):
        (folder / file).write_text(f"id,name\n1,{NAMES[integration]} 1\n2,{NAMES[integration]} 2\n")
    async with opened(folder, "bob") as backend:
        for integration in NAMES:
            await backend.integrations.refresh(integration)
        await backend.rules.save([EVERYTHING], expected_revision=0, what="begin")
        await backend.rules.save([EVERYTHING, Rule("spare", "Spare", None, ())], expected_revision=1, what="another")
        await backend.shadows.add(SHADOW, [FURTHER])
        await backend.rule_tests.keep([EVERYWHERE])
        await backend.eligibility.evaluate_all()
        result = await backend.syncs.sync(OTHER, "1")
        assert result.operation_id
        await backend.automatic.run(OTHER)
        (made,) = (await backend.activity.page("is:run", 0, 1)).lines
        assert isinstance(made, TimerRun)
        await backend.views.save(ListView(name="everything", filter=f"integration:{OWN},{OTHER}"), shared=True)
        await backend.views.save(ListView(name=VIEW))
        stores = backend._parts.stores
        lease = await stores.ledger.leases.acquire(OTHER, "2", "bob")
        # On a slow machine the tests take longer than a lease lasts.
        await stores.database.write(run, "UPDATE leases SET expires_ms = expires_ms + ?, expires_uptime = expires_uptime + ?", DAY, DAY)
    for user, integration in (("alice", OWN), ("carol", OTHER)):
        async with opened(folder, user) as backend:
            await backend.views.save(ListView(name=VIEW, filter=NAMES[integration]))
            await backend.views.save(ListView(name=NAMES[integration], integrations=(integration,)), shared=True)
    return Things(folder, result.operation_id, lease.id, made.number)


def configure(folder: Path) -> None:
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)


def opened(folder: Path, user: str) -> AbstractAsyncContextManager[Backend]:
    return Backend.open(load_settings(folder / "jobsync.toml"), Actor(user))


def every_method() -> dict[str, Callable[..., Any]]:
    """Return every public method of every service, by the service's name at the facade and its own."""
    facade = Backend(SimpleNamespace(admission=SimpleNamespace(actor=None, settings=None, has_everything=lambda: True), stores=None))  # type: ignore[arg-type]
    names = {id(getattr(facade, name)): name for name in vars(Backend) if not name.startswith("_")}
    return {
        f"{names[id(service)]}.{name}": member
        for service in services(facade)
        for name, member in inspect.getmembers(type(service), inspect.isfunction)
        if not name.startswith("_")
    }


METHODS = every_method()
OF_ONE: dict[str, Callable[[str], Any]] = {"integration": str, "scope": Scope.of, "jobs": lambda each: JobKey.of(each, "1")}
"""What a method of each further kind of admission takes first, made from an integration."""


def test_every_method_has_a_row_and_every_row_a_method() -> None:
    assert {name for name, member in METHODS.items() if getattr(member, ACCESS) == "admins"} == set(ROW_OF)
    assert {getattr(member, ACCESS) for member in METHODS.values()} == {"admins", *OF_ONE}, "another kind needs its column here"


@dataclass
class Called:
    """What came of a call: an answer or an error, and the rows that the record shows as refused because of it."""

    answer: object
    error: JobsyncError | None
    refused: int

    @property
    def denied(self) -> bool:
        """Whether it was for others, and the record says so."""
        return isinstance(self.error, AccessDenied) and self.refused == 1


async def called(things: Things, backend: Backend, method: str, integration: str | None = None) -> Called:
    """Call a method of somebody's backend, and look at the record."""
    arguments = await _arguments(things, backend, method, integration)
    refusals = await refused(backend)
    answer, error = await _answer(backend, method, arguments)
    return Called(answer, error, await refused(backend) - refusals)


async def _arguments(things: Things, backend: Backend, method: str, integration: str | None = None) -> dict[str, Any]:
    """Return a value for each parameter that a method demands, and for an integration if one is named."""
    arguments = {}
    for parameter in list(inspect.signature(inspect.unwrap(METHODS[method])).parameters.values())[1:]:
        if parameter.name in OF_ONE and integration is not None:
            arguments[parameter.name] = OF_ONE[parameter.name](integration)
        elif parameter.default is parameter.empty:
            made = VALUES[parameter.name](Asking(backend, things, method))
            arguments[parameter.name] = await made if inspect.isawaitable(made) else made
    return arguments


async def _answer(backend: Backend, called: str, arguments: dict[str, Any]) -> tuple[object, JobsyncError | None]:
    service, name = called.split(".")
    method = getattr(getattr(backend, service), name)
    kind = getattr(method, ACCESS)
    first = [arguments.pop(kind)] if kind in OF_ONE else []
    try:
        found = method(*first, **arguments)
        if hasattr(found, "__aiter__"):
            return [item async for item in found], None
        return await found, None
    except JobsyncError as error:
        return None, error


async def refused(backend: Backend) -> int:
    """Return how many attempts of somebody's the record shows as refused."""
    statement = "SELECT count(*) FROM audit WHERE actor = ? AND outcome = 'refused'"
    found = await backend._parts.stores.database.read(first, statement, backend.actor.user)
    assert found is not None
    return int(found[0])


@pytest.fixture
def things(company: Things, tmp_path: Path) -> Things:
    shutil.copytree(company.folder, tmp_path, dirs_exist_ok=True)
    configure(tmp_path)
    return Things(tmp_path, company.operation, company.lease, company.run)


async def test_a_stranger_gets_nothing(things: Things) -> None:
    async with opened(things.folder, "mallory") as backend:
        for method in METHODS:
            stranger = await called(things, backend, method)
            assert stranger.denied, method
            assert not isinstance(stranger.error, NotPermitted), (method, "refused as no admin at all")


async def test_one_who_may_use_a_part_gets_nothing_that_concerns_everything(things: Things) -> None:
    async with opened(things.folder, "alice") as backend:
        for method in (method for method, row in ROW_OF.items() if row in {Row.ALL, Row.RULES}):
            theirs = await called(things, backend, method)
            assert theirs.denied, method
            assert isinstance(theirs.error, NotPermitted), method


@pytest.mark.parametrize("method", METHODS)
async def test_who_gets_what(things: Things, method: str) -> None:
    row = ROW_OF.get(method)
    if row is Row.THINGS:
        await a_thing_of_the_others(things, method)
    elif row not in {Row.ALL, Row.RULES}:
        await each_on_their_own(things, method)
    async with opened(things.folder, "bob") as bob:
        _, error = await _answer(bob, method, await _arguments(things, bob, method))
    assert not isinstance(error, AccessDenied), error


async def each_on_their_own(things: Things, method: str) -> None:
    for user, own, other in (("alice", OWN, OTHER), ("carol", OTHER, OWN)):
        async with opened(things.folder, user) as backend:
            await on_their_own(things, backend, method, own, other)


async def on_their_own(things: Things, backend: Backend, method: str, own: str, other: str) -> None:
    theirs = await called(things, backend, method, own)
    assert not isinstance(theirs.error, AccessDenied), theirs.error
    assert theirs.refused == 0
    told = f"{theirs.answer!r} {theirs.error}"
    assert other not in told
    assert NAMES[other] not in told
    if getattr(METHODS[method], ACCESS) == "scope":
        whole = await called(things, backend, method)
        assert other not in f"{whole.answer!r} {whole.error}"
        assert NAMES[other] not in f"{whole.answer!r} {whole.error}"
    if not any(name in OF_ONE for name in inspect.signature(inspect.unwrap(METHODS[method])).parameters):
        return
    foreign, unknown = await called(things, backend, method, other), await called(things, backend, method, "nobodys")
    assert isinstance(foreign.error, UsageError)
    assert foreign.error.message.replace(other, "") == unknown.error.message.replace("nobodys", "")  # type: ignore[union-attr]
    assert foreign.refused == 1


async def a_thing_of_the_others(things: Things, method: str) -> None:
    async with opened(things.folder, "alice") as alice:
        foreign = await called(things, alice, method)
        unknown = await called(Things(things.folder, "no-such-thing", "no-such-thing", 0), alice, method)
    assert foreign.error is not None
    assert unknown.error is not None
    told = foreign.error.message.replace(things.operation, "").replace(things.lease, "").replace(f"run {things.run}", "run ")
    assert told == unknown.error.message.replace("no-such-thing", "").replace("run 0", "run ")
    assert (foreign.refused, unknown.refused) == (1, 0)


async def test_a_refusal_is_recorded_as_of_what_was_asked_for(tmp_path: Path) -> None:
    await _made(tmp_path)
    async with opened(tmp_path, "alice") as backend:
        asked = {
            "eligibility.evaluate_all": backend.eligibility.evaluate_all(OTHER),
            "eligibility.evaluate_for": backend.eligibility.evaluate_for("eligible", OTHER),
            "eligibility.evaluated": backend.eligibility.evaluated(OTHER),
            "coverage.overview": backend.coverage.overview(OTHER),
            "coverage.near": backend.coverage.near(OTHER),
            "sync.retry_candidates": backend.syncs.retry_candidates(OTHER),
            "record.audit": backend.records.audit(integration=OTHER),
        }
        for asking in asked.values():
            with pytest.raises(UsageError):
                await asking
    async with opened(tmp_path, "bob") as backend:
        rows = await backend.records.audit(limit=len(asked))
    assert [row.action for row in reversed(rows)] == list(asked)
