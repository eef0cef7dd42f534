"""Texts as they really come: places, entities, names that say that there is none."""

from __future__ import annotations

import pytest

from jobsync_tui.backend.ats.rows import tidy
from jobsync_tui.backend.ats.values import distinct, place, plain
from jobsync_tui.backend.core.models import Job


@pytest.mark.parametrize("text", ["N/A", " n/a ", "-", "None", "TBD", "\u2014", ""])
def test_a_place_that_is_none(text: str) -> None:
    assert place(text) is None
    found = place(None, text, None, "Germany")
    assert found is not None
    assert (found.text, found.city) == ("Germany", None)


@pytest.mark.parametrize("text", ["2 Locations", "12 locations", "3 Standorte", "2 other locations"])
def test_a_number_of_places_is_no_city(text: str) -> None:
    found = place(text)
    assert found is not None
    assert (found.text, found.city) == (text, None)


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("Berlin; Munich", ["Berlin", "Munich"]),
        ("Berlin, Germany | Munich, Germany", ["Berlin", "Munich"]),
        ("Berlin / Munich", ["Berlin", "Munich"]),
        ("Berlin or Munich", ["Berlin", "Munich"]),
        ("Berlin\nMunich\n", ["Berlin", "Munich"]),
        ("Frankfurt/Main", ["Frankfurt/Main"]),
        ("Portland, OR", ["Portland"]),
        ("Port of Spain, Trinidad and Tobago", ["Port of Spain"]),
    ],
)
def test_places_in_one_text(text: str, cities: list[str]) -> None:
    assert [each.city for each in distinct([place(text)])] == cities


def test_a_place_in_parts_is_one_whatever_stands_in_its_text() -> None:
    assert len(distinct([place("Berlin; Munich", "Berlin", None, "Germany")])) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("R&amp;D", "R&D"), ("A &#38; B", "A & B"), ("Caf&eacute;", "Caf\u00e9"), ("AT&Tcopy", "AT&Tcopy"), ("R&D", "R&D"), (None, None)],
)
def test_entities(text: str | None, expected: str | None) -> None:
    assert plain(text) == expected


def test_short_texts_of_a_job_have_no_entities_and_its_description_keeps_them() -> None:
    job = tidy(Job(integration="acme", id="1", name="R&amp;D", department="R&amp;D", description="<p>R&amp;D</p>"))
    assert (job.name, job.department, job.description) == ("R&D", "R&D", "<p>R&amp;D</p>")
