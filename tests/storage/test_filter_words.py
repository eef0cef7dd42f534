"""Parts of filters that are made from foreign values are read as these values and as nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.filter_words import field_is
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.fold import fold
from jobsync_tui.backend.storage.search.query import FieldHas, TextField


@given(st.lists(st.text(min_size=1, max_size=12).map(lambda text: f"x{text}"), min_size=1, max_size=3))
def test_whatever_the_values_are_one_field_is_asked_for_them(values: list[str]) -> None:
    assert parse_filter(field_is("client", *values)).terms == (
        FieldHas(TextField.CLIENT, tuple(fold(v.replace('"', " ")) for v in values)),
    )


@pytest.mark.parametrize(("value", "text"), [("care-2", "client:care-2"), ("a,b", 'client:"a,b"'), ('9" nail', 'client:"9  nail"')])
def test_quotation_marks_stand_where_they_are_needed(value: str, text: str) -> None:
    assert field_is("client", value) == text
