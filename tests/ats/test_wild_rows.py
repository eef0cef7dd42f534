"""Rows with anything in them: each becomes a job, or is set aside, and nothing else ever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.ats import lever, merge, recruitcrm, recruitee, smartrecruiters, teamtailor, workable
from jobsync_tui.backend.ats.ashby import adapter as ashby
from jobsync_tui.backend.ats.ashby import rows as ashby_rows
from jobsync_tui.backend.ats.bullhorn import adapter as bullhorn
from jobsync_tui.backend.ats.bullhorn import rows as bullhorn_rows
from jobsync_tui.backend.ats.file.columns import FIELDS, Columns
from jobsync_tui.backend.ats.file.dates import Dates
from jobsync_tui.backend.ats.file.record import Notes, Record
from jobsync_tui.backend.ats.file.rows import RowReader
from jobsync_tui.backend.ats.rows import BadRow, Convert, RowShape, convert_one, read_rows
from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.core.models import Job, Location
from jobsync_tui.backend.http import Reply

WORDS = [
    "",
    " ",
    "open",
    "OPEN",
    "Draft",
    "remote",
    "2026-01-31T09:30:00Z",
    "2026-13-45",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31",
    "a,b;c|d",
    "\x00",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
WILD = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "label", "value", "city", "data", "id", "text", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def tame(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of the right type for a field, made from the struct's own description, with wild ones among them."""
    return _of(msgspec.inspect.type_info(kind))


def _of(found: Any) -> st.SearchStrategy[Any]:
    info = msgspec.inspect
    if isinstance(found, info.StructType):
        fields = {each.encode_name: _of(each.type) for each in found.fields}
        return st.fixed_dictionaries({}, optional=fields)
    if isinstance(found, info.UnionType):
        return st.one_of(*[_of(each) for each in found.types])
    if isinstance(found, info.ListType):
        return st.lists(_of(found.item_type), max_size=3)
    if isinstance(found, info.DictType):
        return st.dictionaries(st.sampled_from(["department", "location", "locations", "user", "a"]), _of(found.value_type), max_size=3)
    if isinstance(found, info.StrType):
        return st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
    if isinstance(found, info.NoneType):
        return st.none()
    return WILD


@dataclass(frozen=True)
class Parser:
    """A provider's page: its shape, what makes jobs of its rows, and how rows are wrapped."""

    shape: RowShape[Any, Any]
    convert: Convert[Any]
    wrap: Callable[[list[object]], object]
    id_key: str = "id"


def under(key: str, **more: object) -> Callable[[list[object]], Mapping[str, object]]:
    return lambda rows: {key: rows, **more}


NAMED = {
    ("departments", "1"): teamtailor.About(name="X"),
    ("locations", "1"): teamtailor.About(),
    ("users", "1"): teamtailor.About(name=""),
}
NAMES = ashby_rows.Names({"": Location("Berlin")}, {})
PARSERS = {
    "merge": Parser(merge.SHAPE, partial(merge.to_job, integration="acme"), under("results")),
    "lever": Parser(lever.SHAPE, partial(lever.to_job, integration="acme"), under("data")),
    "ashby": Parser(ashby.SHAPE, partial(ashby_rows.to_job, names=NAMES, integration="acme"), under("results")),
    "bullhorn": Parser(
        bullhorn.SHAPE,
        partial(bullhorn_rows.to_job, labels={"customText1": "A", "customDate1": "B", "customInt3": "C"}, integration="acme"),
        under("data"),
    ),
    "recruitcrm": Parser(
        recruitcrm.SHAPE, partial(recruitcrm.to_job, names=recruitcrm.Names({"1": "Dana"}), integration="acme"), under("data"), "slug"
    ),
    "workable": Parser(workable.SHAPE, partial(workable.to_job, integration="acme"), under("jobs"), "shortcode"),
    "smartrecruiters": Parser(smartrecruiters.SHAPE, partial(smartrecruiters.head, integration="acme"), under("content", totalFound=1)),
    "teamtailor": Parser(teamtailor.SHAPE, partial(teamtailor.to_job, named=NAMED, integration="acme"), under("data")),
    "recruitee": Parser(recruitee.SHAPE, partial(recruitee.to_job, people={"1": "Dana"}, integration="acme"), under("offers")),
}


def wild(kind: Any) -> st.SearchStrategy[dict[str, object]]:
    """Return rows that have the fields of ``kind`` with anything in them."""
    return st.dictionaries(st.sampled_from([each.encode_name for each in msgspec.structs.fields(kind)]), WILD, max_size=6)


TAME = {name: tame(parser.shape.row) for name, parser in PARSERS.items()}
ODD = {name: wild(parser.shape.row) for name, parser in PARSERS.items()}
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(parser: Parser, row: Mapping[str, object]) -> None:
    """Read a page of this row between two good ones, and the row by itself."""
    good = {parser.id_key: "good", "attributes": {}}
    body = msgspec.json.encode(parser.wrap([good, row, {**good, parser.id_key: "better"}]))
    found = read_rows(Reply(200, {}, body, service="X"), parser.shape, parser.convert)
    assert {"good", "better"} <= {job.id for job in found.jobs}
    assert found.count == 3
    for job in found.jobs:
        assert isinstance(job.id, str)
        msgspec.json.encode(job)
        for moment in (job.created_at, job.updated_at):
            assert moment is None or moment.utcoffset() is not None
    for rejected in found.rejected:
        assert rejected.reason


@pytest.mark.parametrize("provider", PARSERS)
@QUICK
@given(data=st.data())
def test_rows_of_the_right_types_become_jobs(provider: str, data: st.DataObject) -> None:
    parser = PARSERS[provider]
    row = data.draw(TAME[provider])
    check(parser, {**row, parser.id_key: "odd", "attributes": row.get("attributes", {})})


@pytest.mark.parametrize("provider", PARSERS)
@QUICK
@given(data=st.data())
def test_rows_of_any_types_are_set_aside_at_most(provider: str, data: st.DataObject) -> None:
    check(PARSERS[provider], data.draw(ODD[provider]))


@pytest.mark.parametrize("provider", PARSERS)
@QUICK
@given(data=st.data())
def test_only_id_and_name_cost_a_job(provider: str, data: st.DataObject) -> None:
    parser = PARSERS[provider]
    row = {name: value for name, value in data.draw(ODD[provider]).items() if name not in parser.shape.vital}
    body = msgspec.json.encode(parser.wrap([{**row, parser.id_key: "odd", "attributes": {}}]))
    assert read_rows(Reply(200, {}, body, service="X"), parser.shape, parser.convert).rejected == ()


@QUICK
@given(row=tame(smartrecruiters.Details))
def test_single_jobs_of_smartrecruiters(row: dict[str, object]) -> None:
    single(smartrecruiters.Details, partial(smartrecruiters.whole, integration="acme"), {**row, "id": "1"})


@QUICK
@given(row=wild(ashby_rows.Posting))
def test_postings_of_ashby(row: dict[str, object]) -> None:
    try:
        posting = Reply(200, {}, msgspec.json.encode(row), service="X").decode(ashby_rows.Posting)
    except UnexpectedAnswer:
        return
    assert ashby_rows.with_posting(Job(integration="acme", id="1"), posting, NAMES).id == "1"


@QUICK
@given(row=st.dictionaries(st.sampled_from([*FIELDS, "Title", "x", "Job ID"]) | st.text(max_size=5), WILD, max_size=8))
def test_rows_of_files(row: dict[str, Any]) -> None:
    with suppress(BadRow):
        job = RowReader(Columns({"owner": "x.name", "custom.deep": "location.city"}), Dates(), Notes(), "acme").job(Record("item 1", row))
        assert job.id
        msgspec.json.encode(job)


def single(shape: type[Any], convert: Convert[Any], row: dict[str, object]) -> None:
    """Read one job; it may be declined as unexpected and nothing else."""
    try:
        found = convert_one(Reply(200, {}, msgspec.json.encode(row), service="X").decode(shape), convert, "X")
    except UnexpectedAnswer:
        return
    assert found is not None
    msgspec.json.encode(found)
