"""Rules act on every integration: who may use some of them changes only the rules that are held to those, by whatever way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import AccessDenied
from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, Condition, FindingKind, Leaf, Not, Op, Rule, RuleSwitch
from jobsync_tui.backend.rules import dump_rules
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.support.databases import url_at

CONFIG = """
[storage]
url = "{url}"

[[integrations]]
id = "hers"
provider = "file"
path = "hers.csv"

[[integrations]]
id = "hers-too"
provider = "file"
path = "hers.csv"

[[integrations]]
id = "his"
provider = "file"
path = "his.csv"

[[integrations]]
id = "HERS-TOO"
provider = "file"
path = "his.csv"

[[integrations]]
id = "true"
provider = "file"
path = "his.csv"

[[admins]]
user = "alice"
integrations = ["hers", "hers-too", "true"]

[[admins]]
user = "bob"
integrations = ["*"]
"""


def on(value: str | list[str], op: Op = Op.EQUALS, *, case_sensitive: bool = False) -> Leaf:
    return Leaf("integration", op, value, case_sensitive)  # type: ignore[arg-type]


CARE = Leaf("department", Op.EQUALS, "Care")
INBOX = (Action(ActionKind.FOLDER, "Inbox"),)
EVERY = Rule("every", "Everything", None, INBOX)
BOTH = Rule("both", "Both", AllOf((on(["hers", "his"], Op.IN), CARE)), INBOX, priority=20)
HERS = Rule("mine", "Mine", AllOf((on("hers"), CARE)), INBOX, priority=30)
LATER = Rule("later", "Mine too", AllOf((CARE, on(["HERS", "\uff48ers"], Op.IN))), INBOX, active=False, priority=40)
IN_FORCE = (EVERY, BOTH, HERS, LATER)


@asynccontextmanager
async def opened(folder: Path, user: str) -> AsyncIterator[Backend]:
    config = folder / "jobsync.toml"
    if not config.exists():
        config.write_text(CONFIG.format(url=url_at(folder / "jobsync.db")))
        config.chmod(0o600)
        for name in ("hers", "his"):
            (folder / f"{name}.csv").write_text(f"id,name,department\n1,{name} 1,Care\n2,{name} 2,Data\n")
    async with Backend.open(load_settings(config), Actor(user)) as backend:
        yield backend


@asynccontextmanager
async def hers(folder: Path) -> AsyncIterator[Backend]:
    """Open the backend for alice, over rules that bob made."""
    async with opened(folder, "bob") as bob:
        await bob.rules.save(IN_FORCE, expected_revision=0, what="begin")
        await bob.rules.save((*IN_FORCE[:2], replace(HERS, active=False), LATER), expected_revision=1, what="hers off")
        await bob.rules.save(IN_FORCE, expected_revision=2, what="as it was")
    async with opened(folder, "alice") as alice:
        yield alice


async def refused(backend: Backend, change: Awaitable[object]) -> AccessDenied:
    """Return how a change of the rules was refused; nothing changed, and the attempt is in the record."""
    before = await backend.rules.current()
    known = len(await backend.records.audit(actor="alice"))
    with pytest.raises(AccessDenied) as found:
        await change
    assert await backend.rules.current() == before
    newest, *_ = rows = await backend.records.audit(actor="alice")
    assert len(rows) == known + 1
    assert (newest.action, newest.outcome) == ("rules", "refused")
    assert not re.search(r"\bhis\b|HERS", f"{found.value.message} {found.value.remedy}"), "nothing of the other's integrations is told"
    return found.value


def yaml(*rules: Rule) -> str:
    return dump_rules(rules)


def swapped(*rules: Rule) -> tuple[Rule, ...]:
    """Return the rules in force with some in the place of those of their ids."""
    return tuple(({rule.id: rule for rule in IN_FORCE} | {rule.id: rule for rule in rules}).values())


Change = Callable[[Backend], Awaitable[object]]

EVERYBODYS: dict[str, Change] = {
    "a new rule for every job": lambda it: it.rules.import_text(yaml(Rule("new", "New", None, INBOX)), "f"),
    "a new inactive one": lambda it: it.rules.import_text(yaml(Rule("new", "New", CARE, INBOX)), "f", inactive=True),
    "a change of one": lambda it: it.rules.import_text(yaml(replace(EVERY, actions=())), "f"),
    "taking one over for one's own": lambda it: it.rules.import_text(yaml(replace(EVERY, when=HERS.when)), "f"),
    "letting one's own go for all": lambda it: it.rules.import_text(yaml(replace(HERS, when=CARE)), "f"),
    "switching off what the file lacks": lambda it: it.rules.import_text(yaml(HERS), "f", replace_all=True),
    "activating": lambda it: it.rules.set_active(["later", "both"], active=False),
    "activating what is active already": lambda it: it.rules.set_active(["mine", "both"], active=True),
    "deactivating what is not active": lambda it: it.rules.set_active(["later", "every"], active=False),
    "deactivating": lambda it: it.rules.set_active(["every"], active=False),
    "deleting": lambda it: it.rules.delete(["mine", "every"]),
    "saving": lambda it: it.rules.save(swapped(replace(BOTH, name="B")), expected_revision=3, what="x"),
    "another order": lambda it: it.rules.save(swapped(replace(EVERY, priority=90)), expected_revision=3, what="x"),
    "a shadow": lambda it: it.shadows.add("shade", [replace(BOTH, actions=())]),
    "a shadow of one that stays as it is": lambda it: it.shadows.add("shade", [EVERY]),
    "a fallback": lambda it: it.rules.import_text(yaml(Rule("new", "New", None, INBOX, fallback=True)), "f"),
    "an exclusion": lambda it: it.rules.import_text(yaml(Rule("new", "New", CARE, (Action(ActionKind.EXCLUDE, True),))), "f"),
}


@pytest.mark.parametrize("change", EVERYBODYS.values(), ids=EVERYBODYS)
async def test_what_reaches_further_than_the_actor_is_refused_and_recorded(tmp_path: Path, change: Change) -> None:
    async with hers(tmp_path) as backend:
        await refused(backend, change(backend))


NOT_HELD: dict[str, Condition | None] = {
    "nothing": None,
    "another field": CARE,
    "the other's": on("his"),
    "one that is not hers among hers": on(["hers", "his"], Op.IN),
    "one that nobody has yet": on(["hers", "future"], Op.IN),
    "an id whose case tells two apart": on("hers-too"),
    "a pattern": on("^hers$", Op.MATCHES),
    "a beginning": on("hers", Op.STARTS_WITH),
    "a part": on("hers", Op.CONTAINS),
    "not the other's": on("his", Op.NOT_EQUALS),
    "none of the others": on(["his"], Op.NOT_IN),
    "not in a list, under not": Not(on(["his"], Op.NOT_IN)),
    "under not": Not(on("hers")),
    "in any": AnyOf((on("hers"), on("hers"))),
    "in any, below all": AllOf((AnyOf((on("hers"), CARE)),)),
    "below all in all": AllOf((AllOf((on("hers"),)),)),
    "another field of that value": Leaf("custom.integration", Op.EQUALS, "hers"),
    "a truth value that an id spells": Leaf("integration", Op.EQUALS, True),
    "a truth value in the list": Leaf("integration", Op.IN, ["hers", True]),
}


@pytest.mark.parametrize("when", NOT_HELD.values(), ids=NOT_HELD)
async def test_only_a_plain_condition_at_the_top_holds_a_rule(tmp_path: Path, when: Condition | None) -> None:
    whole = AllOf((when, CARE)) if when is not None and not isinstance(when, AllOf) else when
    async with hers(tmp_path) as backend:
        await refused(backend, backend.rules.save((*IN_FORCE, Rule("new", "New", whole, INBOX)), expected_revision=3, what="x"))


HELD: dict[str, Condition] = {
    "equals": AllOf((on("hers"), CARE)),
    "in another case": AllOf((on("Hers"), CARE)),
    "in": AllOf((CARE, on(["hers", "true"], Op.IN))),
    "by itself": on("hers"),
    "with case": AllOf((on("hers-too", case_sensitive=True), CARE)),
    "narrower than another condition": AllOf((on(["hers", "his"], Op.IN), on("hers"))),
}


@pytest.mark.parametrize("when", HELD.values(), ids=HELD)
async def test_ones_own_rules_are_made_changed_switched_and_taken_away(tmp_path: Path, when: Condition) -> None:
    rule = Rule("new", "New", when, INBOX, priority=1)
    async with hers(tmp_path) as backend:
        assert await backend.rules.refusal((*IN_FORCE, rule)) is None
        await backend.rules.import_text(yaml(rule), "f")
        await backend.rules.import_text(yaml(replace(rule, fallback=True, priority=7)), "f")
        assert await backend.rules.set_active(["new", "later"], active=False) == RuleSwitch(6, ("new",)), "what was off is left out"
        assert await backend.rules.set_active(["new"], active=False) == RuleSwitch(6, ()), "and makes no revision"
        await backend.shadows.add("shade", [rule])
        await backend.shadows.promote("shade")
        assert (await backend.rules.current()).rules[0] == rule
        await backend.rules.delete(["new", "mine"])
        assert {each.id for each in (await backend.rules.current()).rules} == {"every", "both", "later"}
        assert (await backend.rules.restore(3)).rules == IN_FORCE[1:2] + IN_FORCE[2:] + IN_FORCE[:1]


async def test_a_revision_is_restored_only_by_whom_all_that_it_changes_belongs_to(tmp_path: Path) -> None:
    async with opened(tmp_path, "bob") as bob:
        await bob.rules.save((EVERY, HERS), expected_revision=0, what="begin")
        await bob.rules.save((replace(EVERY, active=False), HERS), expected_revision=1, what="off")
    async with opened(tmp_path, "alice") as alice:
        found = await refused(alice, alice.rules.restore(1))
        assert "Everything (every)" in found.message
        assert "[hers, hers-too, true]" in (found.remedy or "")


async def test_a_shadow_of_everybodys_rules_is_promoted_and_given_up_by_those_only(tmp_path: Path) -> None:
    async with opened(tmp_path, "bob") as bob:
        await bob.rules.save(IN_FORCE, expected_revision=0, what="begin")
        await bob.shadows.add("changes", [replace(EVERY, actions=())])
        await bob.shadows.add("same", [EVERY])
    async with opened(tmp_path, "alice") as alice:
        for name in ("changes", "same"):
            await refused(alice, alice.shadows.promote(name))
            await refused(alice, alice.shadows.drop(name))
        assert [each.name for each in await alice.shadows.list()] == ["changes", "same"]


async def test_it_is_said_beforehand_what_one_may_change_and_of_how_many_jobs_counts_are(tmp_path: Path) -> None:
    async with hers(tmp_path) as alice:
        await alice.integrations.refresh("hers")
        found = await alice.rules.authority()
        assert (found.everything, found.integrations, found.jobs) == (False, ("hers", "hers-too", "true"), 2)
        assert found.changeable == {"mine", "later"}
        refusal = await alice.rules.refusal(swapped(replace(EVERY, active=False)))
        assert refusal is not None
        assert len([row for row in await alice.records.audit(actor="alice") if row.outcome == "refused"]) == 0, "asking is no attempt"
    async with opened(tmp_path, "bob") as bob:
        await bob.integrations.refresh("his")
        everybody = await bob.rules.authority()
        assert (everybody.everything, everybody.jobs) == (True, 4)
        assert all(everybody.may_change(rule) for rule in (await bob.rules.current()).rules)


async def test_who_may_use_everything_changes_everything_until_that_is_withdrawn(tmp_path: Path) -> None:
    async with opened(tmp_path, "bob") as bob:
        await bob.rules.save(IN_FORCE, expected_revision=0, what="begin")
        config = tmp_path / "jobsync.toml"
        config.write_text(config.read_text().replace('["*"]', '["his"]'))
        with pytest.raises(AccessDenied):
            await bob.rules.set_active(["every"], active=False)


async def test_a_setting_of_one_is_another_than_one_of_true(tmp_path: Path) -> None:
    def setting(value: bool | int) -> Rule:
        return Rule("set", "Set", None, (Action(ActionKind.SETTING, value, "level"),))

    async with opened(tmp_path, "bob") as bob:
        await bob.rules.import_text(yaml(setting(1)), "f")
        report = await bob.rules.import_text(yaml(setting(True)), "f")
        assert (report.updated, report.unchanged) == (("set",), ())
    async with opened(tmp_path, "alice") as alice:
        await refused(alice, alice.rules.save((setting(1),), expected_revision=2, what="x"))


async def test_a_rule_may_mean_an_integration_that_one_may_not_see(tmp_path: Path) -> None:
    typo = Rule("typo", "Typo", on(["hers", "hiss"], Op.IN), INBOX, priority=50)
    async with opened(tmp_path, "bob") as bob:
        await bob.rules.save((BOTH, typo), expected_revision=0, what="begin")
    async with opened(tmp_path, "alice") as alice:
        found = (await alice.rules.lint()).findings
        wrong = [each for each in found if each.kind is FindingKind.IMPOSSIBLE_VALUE]
        assert [(each.rule, each.message) for each in wrong] == [("typo", "integration can never be hiss.")]
        assert not re.search(r"\bhis\b|HERS", wrong[0].remedy), "nothing of the other's integrations is told"
