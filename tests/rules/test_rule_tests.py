"""Tests of rules as they stand in a file: read, written, refused, and what they ask of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import RuleError
from jobsync_tui.backend.core.models import Expectation, Location, RuleTest
from jobsync_tui.backend.core.text import clean
from jobsync_tui.backend.rules import dump_rules, load_rules_file
from jobsync_tui.backend.rules.fields import field_named
from jobsync_tui.backend.rules.testing import FIELDS, job_of

FILE = """
rules: [ { name: All } ]
tests:
  - job: { name: ICU Nurse, location: "Berlin, Germany", status: open, tags: [night, 007], remote: false,
           created_at: 2026-01-31, custom: { pay: 40 }, custom.req type: Travel }
    expect: { eligible: true, rules: [ All ], template: ICU screen, folder: null }
  - { name: Kept, id: "greenhouse:4011:a", expect: { eligible: false } }
  - { id: "4012", integration: greenhouse, expect: { rules: null } }
"""


def test_a_file_s_tests_are_read() -> None:
    written_out, kept, other = load_rules_file(FILE, "x").tests
    assert (written_out.name, written_out.integration, written_out.job_id) == ("ICU Nurse", None, None)
    assert written_out.expect == Expectation(eligible=True, rules=("All",), templates=("ICU screen",), folder="")
    job = job_of(written_out.fields)
    assert job.location == Location("Berlin, Germany", "Berlin")
    assert job.tags == ("night", "007")
    assert job.custom == {"pay": 40, "req type": "Travel"}
    assert job.created_at is not None
    assert (kept.integration, kept.job_id, kept.name) == ("greenhouse", "4011:a", "Kept")
    assert (other.integration, other.job_id, other.expect.rules) == ("greenhouse", "4012", ())


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{ job: { name: x } }", "line 3: tests[0]: the test does not say what to expect."),
        ("{ expect: { eligible: true } }", "line 3: tests[0]: a test has either a job written out, or the id of a cached one."),
        ("{ id: 4011, expect: { eligible: true } }", "tests[0].id: say which integration the job is from"),
        ("{ job: { nmae: x }, expect: { eligible: true } }", "tests[0].job.nmae: unknown field 'nmae'. Did you mean name?"),
        ("{ job: { sync_status: synced }, expect: { eligible: true } }", "unknown field 'sync_status'"),
        ("{ job: { status: opne }, expect: { eligible: true } }", "tests[0].job.status: status is one of open, closed"),
        ("{ job: { remote: maybe }, expect: { eligible: true } }", "tests[0].job.remote: remote is true or false."),
        ("{ job: { created_at: soon }, expect: { eligible: true } }", "created_at is a date such as 2026-01-31"),
        ("{ job: { tags: x }, expect: { eligible: true } }", "tests[0].job.tags: tags is a list."),
        ("{ job: { location: { town: x } }, expect: { eligible: true } }", "location is a text, or a mapping with text, city"),
        ("{ job: { name: x }, expect: {} }", "tests[0].expect: nothing is expected."),
        ("{ job: { name: x }, expect: { eligible: yes please } }", "tests[0].expect.eligible: eligible is true or false"),
        ("{ job: { integration: a }, integration: b, expect: { eligible: true } }", "the job names another integration."),
        ("{ id: 'a:1', expect: { eligible: true } }\n  - { id: 'a:1', expect: { eligible: true } }", "line 4: tests[1]: there is a test"),
    ],
)
def test_a_test_that_cannot_be_meant_is_refused_with_its_place(test: str, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        load_rules_file(f"rules: []\ntests:\n  - {test}\n", "x")
    assert said in caught.value.message


def test_what_a_job_may_have_is_what_a_rule_may_ask_for() -> None:
    assert all(field_named(name) is not None for name in FIELDS)


NAMES = st.text(st.characters(exclude_categories=["C", "Z", "M"]), min_size=1, max_size=20).filter(lambda text: clean(text) == text)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(min_size=1, max_size=30).filter(str.strip),
    "status": st.sampled_from(["open", "closed", "on_hold"]),
    "remote": st.booleans(),
    "tags": st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=3),
    "location": st.fixed_dictionaries({"city": st.text(st.characters(exclude_categories=["Cs"]), max_size=10)}),
    "custom": st.dictionaries(NAMES, st.none() | st.booleans() | st.integers(-99, 99) | NAMES | st.lists(NAMES, max_size=2), max_size=3),
    "updated_at": st.dates().map(str),
}
EXPECT = st.builds(
    Expectation,
    eligible=st.booleans(),
    rules=st.none() | st.lists(NAMES, max_size=3).map(tuple),
    templates=st.none() | st.lists(NAMES, max_size=3).map(tuple),
    folder=st.none() | st.just("") | NAMES,
)
WRITTEN_OUT = st.builds(RuleTest, name=NAMES, fields=st.fixed_dictionaries({}, optional=VALUES), expect=EXPECT)
CACHED = st.builds(
    lambda name, one, job, expect: RuleTest(name=name, integration=one, job_id=job, expect=expect), NAMES, NAMES, NAMES, EXPECT
)


@given(st.lists(WRITTEN_OUT | CACHED, max_size=4, unique_by=lambda test: test.key))
def test_what_is_written_reads_back_equal(tests: list[RuleTest]) -> None:
    assert list(load_rules_file(dump_rules((), tests), "x").tests) == tests
