"""The requests and answers of a sync, by keys: from a result and from the history, one after the other, and taken along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.documents.wire import indented
from jobsync_tui.screens import routes
from tests.support import sample_records, samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged
from tests.tui.test_dialog_result import over


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (48, 14)])
async def test_the_one_under_the_cursor_is_shown_in_full(size: tuple[int, int]) -> None:
    script = Script()
    async with staged(script, size) as (app, pilot):
        app.open(routes.Wire("01JDQ7"))
        await shows(app, pilot, "BhRestToken: ***")
        assert "34 ms" in screen_text(app)
        await pilot.press("down")
        await shows(app, pilot, "If-Match")
        await pilot.press("down", "c", "C", "$")
        await until(pilot, lambda: len(app.copied) == 3)
        assert "the connection broke" in app.copied[0]
        assert "\x1b" not in app.copied[1]
        assert "\u202e" not in app.copied[1]
        assert "cut here: the body has 90,000 bytes" in app.copied[1]
        assert app.copied[2] == "jobsync wire 01JDQ7"


async def test_enter_goes_to_what_is_below_and_it_scrolls() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Wire("01JDQ7"))
        await shows(app, pilot, "/entity/JobOrder/884213?fields=id")
        await pilot.press("down")
        await shows(app, pilot, "PATCH https://api.example/v1/jobs/tz_1")
        await pilot.press("enter", "end")
        await shows(app, pilot, "cut here")
        await shows(app, pilot, "enter goes back to the list")
        await pilot.press("enter", "down")
        await shows(app, pilot, "the connection broke")
        assert "goes back to the list" not in screen_text(app)


async def test_a_result_and_an_entry_of_the_history_lead_there() -> None:
    script = Script(past=sample_records.entries())
    async with staged(script) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "2 entries")
        await pilot.press("x")
        await until(pilot, lambda: ("wire", "01JDQ7") in script.asked)
        await pilot.press("escape", "down", "x")
        await until(pilot, lambda: ("wire", "5") in script.asked)


async def test_a_result_without_an_operation_is_found_by_its_row() -> None:
    failed = replace(samples.updated(), operation_id=None)
    script = Script(past=sample_records.entries(), result=failed)
    async with staged(script) as (app, pilot):
        app.open(routes.result(over(failed)))
        await shows(app, pilot, "Sync Result")
        await pilot.press("x")
        await until(pilot, lambda: ("wire", "9") in script.asked)


async def test_why_there_are_none_is_said() -> None:
    none = replace(sample_records.wire(), exchanges=(), note="The requests of syncs are not kept")
    async with staged(Script(wire=none)) as (app, pilot):
        app.open(routes.Wire("01JDQ7"))
        await shows(app, pilot, "The requests of syncs are not kept")
        await pilot.press("c", "down", "enter")
        assert "Requests and answers" in screen_text(app)


@pytest.mark.parametrize(
    "text",
    ['{"a":{"b":[1,true,null,"x,{}:[]"]},"c":{}}', '{"a" : "unfin', "<html>", '{"a": 1, "a": 2.50}', "[", "]", "[]]{"],
)
def test_indenting_changes_nothing_but_blanks(text: str) -> None:
    def bare(of: str) -> str:
        return of.replace("\n", "").replace(" ", "")

    assert bare(indented(text)) == bare(text)


def test_json_is_put_on_lines() -> None:
    assert indented('{"a":[1,"b c"],"d":{}}') == '{\n  "a": [\n    1,\n    "b c"\n  ],\n  "d": {}\n}'
