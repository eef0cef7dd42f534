from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import StalePlan, StorageError, UsageError
from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, Condition, JsonValue, Leaf, Not, Op, Rule, RuleSet
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.storage.jobs.tables import MemoryRow
from jobsync_tui.backend.storage.rules import rule_json
from jobsync_tui.backend.storage.rules.rules import RuleStore
from tests.support.stores import Cache

pytestmark = pytest.mark.usefixtures("on_each_database")

TEXTS = st.text(alphabet=st.characters(), max_size=8)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1000, 1000), TEXTS), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
LEAVES = st.builds(Leaf, TEXTS, st.sampled_from(Op), VALUES, st.booleans())
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
ACTIONS = st.builds(Action, st.sampled_from(ActionKind), VALUES, st.one_of(st.none(), TEXTS))
RULES = st.builds(
    Rule,
    TEXTS,
    TEXTS,
    st.one_of(st.none(), CONDITIONS),
    st.lists(ACTIONS, max_size=3).map(tuple),
    st.booleans(),
    st.integers(-5, 500),
    st.booleans(),
)


@given(st.lists(RULES, max_size=3).map(tuple))
def test_rules_come_back_as_they_were(rules: tuple[Rule, ...]) -> None:
    text = rule_json.dump(rules)
    assert rule_json.load(text) == rules
    assert text.isascii()


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '[{"id": 1}]', "nonsense", '[{"id":"a","name":"b","when":{"field":"x","op":"wat"},"actions":[]}]']
)
def test_what_is_no_rules_is_refused(text: str) -> None:
    with pytest.raises(StorageError):
        rule_json.load(text)


async def test_every_revision_is_kept(cache: Cache) -> None:
    rules = RuleStore(cache.database)
    assert await rules.current() == RuleSet(0)
    late, early = Rule("b", "Late", priority=20), Rule("a", "Early", priority=10)
    assert await rules.save([late, early], actor="alice", what="import", expected_revision=0) == RuleSet(1, (early, late))
    await rules.save([late], actor="bob", what="delete a", expected_revision=1)
    assert await rules.current() == RuleSet(2, (late,))
    assert await rules.at(1) == RuleSet(1, (early, late))
    assert [(each.revision, each.actor, each.what) for each in await rules.history()] == [(2, "bob", "delete a"), (1, "alice", "import")]
    with pytest.raises(UsageError):
        await rules.at(3)


async def test_a_change_made_from_an_older_revision_is_refused(cache: Cache) -> None:
    rules = RuleStore(cache.database)
    await rules.save([], actor="alice", what="x", expected_revision=0)
    with pytest.raises(StalePlan):
        await rules.save([], actor="bob", what="y", expected_revision=0)
    assert (await rules.current()).revision == 1


async def test_a_change_and_its_record_happen_together_or_not_at_all(cache: Cache) -> None:
    rules = RuleStore(cache.database)

    def record(db: Db) -> None:
        MemoryRow.insert(actor="alice", name="record", value="kept").execute(db)

    def refuse(db: Db) -> None:
        record(db)
        raise StorageError("no room for the record")

    with pytest.raises(StorageError):
        await rules.save([], actor="alice", what="x", expected_revision=0, also=refuse)
    assert ((await rules.current()).revision, await cache.integrations.recall("alice", "record")) == (0, None)
    await rules.save([], actor="alice", what="x", expected_revision=0, also=record)
    assert ((await rules.current()).revision, await cache.integrations.recall("alice", "record")) == (1, "kept")


async def test_values_are_remembered_for_each_actor(cache: Cache) -> None:
    await cache.integrations.remember("alice", "filter", "nurse")
    await cache.integrations.remember("alice", "filter", "driver")
    await cache.integrations.remember("bob", "filter", "x")
    assert await cache.integrations.recall("alice", "filter") == "driver"
    assert await cache.integrations.recall("alice", "sort") is None
