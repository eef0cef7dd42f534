"""Wild jobs and rules: small vocabularies, so that conditions meet values, and everything awkward among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from jobsync_tui.backend.models import (
    Action,
    ActionKind,
    AllOf,
    AnyOf,
    CachedJob,
    Condition,
    EvaluationPolicy,
    Job,
    JobStatus,
    JsonValue,
    Leaf,
    Location,
    Not,
    Op,
    Rule,
    RuleSet,
    SettingValue,
    SyncStatus,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

WORDS = [
    "Berlin",
    "berlin",
    "BERLIN ",
    "K\u00f6ln",
    "Ko\u0308ln",
    "Koln",
    "Stra\u00dfe",
    "STRASSE",
    "\uff22erlin",
    "NO",
    "5",
    "05",
    "true",
    "open",
    "closed",
    "\x00",
]
DATES = ["2026-11-23", "2026-11-23T12:00:00Z", "2026-11-22T23:30:00-05:00", "2026-01-31", "1999-02-30"]
NUMBERS: list[int | float] = [0, 1, 5, 5.0, -3, 1e30]
BLANKS: list[JsonValue] = [None, "", "  ", [], {}, [None, ""]]

T = TypeVar("T")

words = st.sampled_from(WORDS)
scalars: st.SearchStrategy[JsonValue] = st.one_of(words, st.sampled_from(DATES), st.sampled_from(NUMBERS), st.booleans())
customs: st.SearchStrategy[JsonValue] = st.one_of(
    scalars, st.sampled_from(BLANKS), st.lists(scalars, max_size=3), st.just({"deep": 1}), st.just(float("nan"))
)
moments = st.sampled_from(
    [NOW, NOW - timedelta(days=1), NOW - timedelta(days=5, seconds=1), NOW + timedelta(days=2), datetime(2026, 1, 31, tzinfo=UTC)]
)


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), strategy)


texts = maybe(st.one_of(words, st.sampled_from(["", " "])))
places = st.builds(Location, texts, texts, texts, texts)
fields = st.fixed_dictionaries(
    {
        "integration": st.just("acme"),
        "id": st.sampled_from(["1", "007"]),
        "name": texts,
        "status": st.sampled_from(JobStatus),
        "location": maybe(places),
        "locations": st.lists(places, max_size=3).map(tuple),
        "department": texts,
        "remote": maybe(st.booleans()),
        "tags": st.lists(words, max_size=3).map(tuple),
        "custom": st.dictionaries(st.sampled_from(["a", "b"]), customs),
        "created_at": maybe(moments),
    }
)
cached = st.fixed_dictionaries({"sync_status": st.sampled_from(SyncStatus), "last_synced": maybe(moments), "target_id": texts})
jobs: st.SearchStrategy[Job] = st.one_of(
    fields.map(lambda values: Job(**values)),
    st.tuples(fields, cached).map(lambda both: CachedJob(**both[0], **both[1])),
)

NAMES = [
    *("id", "name", "status", "department", "remote", "tags", "custom.a", "custom.b", "created_at", "sync_status", "last_synced"),
    *("location", "location.city", "locations", "locations.city", "locations.country"),
]
names = st.sampled_from(NAMES)
bounds: st.SearchStrategy[JsonValue] = st.one_of(st.sampled_from(DATES[:4]), st.sampled_from(NUMBERS))
choices: st.SearchStrategy[list[JsonValue]] = st.lists(st.one_of(scalars, st.just("unknown")), min_size=1, max_size=4)


def _between(ends: list[int | float] | list[str]) -> list[JsonValue]:
    return [*sorted(ends)]


def _leaf(op: Op) -> st.SearchStrategy[Leaf]:
    value: st.SearchStrategy[JsonValue]
    if op in {Op.IS_SET, Op.IS_EMPTY}:
        value = st.none()
    elif op in {Op.EQUALS, Op.NOT_EQUALS}:
        value = st.one_of(scalars, st.just("unknown"))
    elif op in {Op.IN, Op.NOT_IN}:
        value = choices.map(lambda items: items)
    elif op is Op.MATCHES:
        value = st.sampled_from(["^b", "l.n$", "stra", "[0-9]", "K\u00f6"])
    elif op in {Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH}:
        value = st.sampled_from(["b", "LIN", "ss", "\u00f6", " ", "5", "\x00", "o", "lin"])
    elif op is Op.BETWEEN:
        value = st.one_of(
            st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2).map(_between),
            st.lists(st.sampled_from(["2026-01-31", "2026-11-23", "2026-11-24"]), min_size=2, max_size=2).map(_between),
        )
    elif op in {Op.BEFORE, Op.AFTER}:
        value = st.sampled_from(DATES[:4])
    elif op in {Op.WITHIN_DAYS, Op.OLDER_THAN_DAYS}:
        value = st.sampled_from([0, 1, 2, 5, 0.5])
    else:
        value = bounds
    return st.builds(Leaf, names, st.just(op), value, st.booleans())


leaves = st.sampled_from(Op).flatmap(_leaf)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda nodes: AllOf(tuple(nodes))),
        st.lists(inner, min_size=1, max_size=3).map(lambda nodes: AnyOf(tuple(nodes))),
        inner.map(Not),
    ),
    max_leaves=5,
)

named = st.sampled_from(["A", "B", "Screen one"])
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(
        Action,
        st.sampled_from(
            [
                ActionKind.JOB_TEMPLATE,
                ActionKind.GENERATION_TEMPLATE,
                ActionKind.GENERATION_TEMPLATE,
                ActionKind.FOLDER,
                ActionKind.FOLLOW_UP_USER,
                ActionKind.INTERVIEW_INSTRUCTIONS,
            ]
        ),
        named,
    ),
    st.builds(Action, st.just(ActionKind.SETTING), st.one_of(named, st.booleans(), st.just(3)), st.sampled_from(["voice", "language"])),
    st.just(Action(ActionKind.EXCLUDE, value=True)),
)


@st.composite
def rule_sets(draw: st.DrawFn, least: int = 0, most: int = 5) -> RuleSet:
    count = draw(st.integers(least, most))
    rules = [
        Rule(
            id=f"r{index}",
            name=draw(st.sampled_from(["Alpha", "beta", "Gamma"])),
            when=draw(maybe(conditions)),
            actions=tuple(draw(st.lists(actions, max_size=3))),
            active=draw(st.sampled_from([True, True, True, False])),
            priority=draw(st.sampled_from([1, 100])),
            fallback=draw(st.sampled_from([False, False, True])),
        )
        for index in range(count)
    ]
    return RuleSet(draw(st.integers(1, 3)), tuple(rules))


settings = st.lists(
    st.builds(SettingValue, st.sampled_from(["voice", "language", "stars"]), named), max_size=2, unique_by=lambda item: item.name
)
policies = st.builds(
    EvaluationPolicy,
    required_fields=st.sampled_from([("name",), (), ("department", "location.city"), ("status", "custom.a")]),
    required_settings=settings.map(tuple),
    default_settings=settings.map(tuple),
    default_generation_template=maybe(st.just("Default screen")),
)
