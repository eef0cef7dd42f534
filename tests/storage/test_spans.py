"""Spans of slots that were run: none is forgotten or invented, however they came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.storage.automatic.schedule import MOST, Spans

EVERY = 10
NEAR = 50
SLOTS = st.lists(st.integers(0, 60).map(lambda number: number * EVERY), unique=True)


def spans_of(slots: list[int], *, near: int = NEAR) -> Spans:
    spans = Spans()
    for slot in slots:
        if spans.end_at(slot) is None:
            spans = spans.adding(slot, every=EVERY, near=near)
    return spans


@given(SLOTS)
def test_every_slot_is_found_and_without_tolerance_no_other(slots: list[int]) -> None:
    spans = Spans.load(spans_of(slots, near=EVERY).dump())
    assert {slot for slot in range(0, 700, EVERY) if spans.end_at(slot) is not None} == set(slots)
    assert all(before[1] + EVERY < after[0] for before, after in zip(spans.each, spans.each[1:], strict=False))


@given(SLOTS)
def test_a_short_gap_is_passed_over_with_the_slot_behind_it(slots: list[int]) -> None:
    spans = spans_of(slots)
    assert all(spans.end_at(slot) is not None for slot in slots)
    for slot in range(0, 700, EVERY):
        assert spans.end_at(slot) is None or any(slot <= each <= slot + NEAR for each in slots)


@given(SLOTS, st.integers(0, 700))
def test_before_and_until_cut_at_a_moment(slots: list[int], moment: int) -> None:
    spans = spans_of(slots, near=EVERY)
    ends = {slot for slot in slots if slot + EVERY not in slots}
    assert spans.before(moment) == max((end for end in ends if end < moment), default=None)
    assert spans.until(moment).before(10_000) == max([min(last, moment) for first, last in spans.each if first <= moment], default=None)


def test_they_stay_few_and_those_near_the_present_stay() -> None:
    spans = spans_of([number * 1_000 for number in range(MOST)])
    assert len(spans.each) == MOST
    spans = spans.adding(0 - 1_000, every=EVERY, near=NEAR)
    assert (len(spans.each), spans.each[0], spans.each[-1]) == (MOST, (-1_000, -1_000), (198_000, 198_000))
