"""The pictures in the documents show the application as it is today: they are made again, and their words compared."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.support.pictures import FOLDER, PICTURES, take, words_of

DOCUMENTS = [FOLDER.parents[1] / "README.md", *sorted(FOLDER.parent.glob("*.md"))]


@pytest.mark.slow(20)
def test_the_pictures_are_of_todays_program() -> None:
    kept = {each.name: words_of(FOLDER.joinpath(f"{each.name}.svg").read_text(encoding="utf-8")) for each in PICTURES}
    assert all(kept.values())
    taken = asyncio.run(take(kept))
    for name, svg in taken.items():
        assert words_of(svg) == kept[name], f"{name}.svg shows what was: make pictures takes it anew"


def test_every_picture_is_shown_somewhere_and_every_one_that_is_shown_is_there() -> None:
    shown = {name for each in DOCUMENTS for name in re.findall(r"pictures/([\w-]+)\.svg", each.read_text(encoding="utf-8"))}
    assert shown == {each.name for each in PICTURES} == {each.stem for each in FOLDER.iterdir()}


def test_words_are_told_from_what_changes_by_itself() -> None:
    lines = '<text y="2" x="1">Synced 14:05, 3 jobs of tz_01abc</text><text y="1" x="1">now&#160;the Job</text>'
    assert words_of(lines) == ["the", "Job", "Synced", "jobs"]
