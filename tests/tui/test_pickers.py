"""Every picker goes one way: typing narrows, enter takes what is highlighted, and a key that is shown takes the text itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from jobsync_tui.backend.core.models import (
    FieldCatalogue,
    FieldEntry,
    FieldKind,
    FieldValue,
    JsonValue,
    Leaf,
    Op,
    SortField,
    TargetCatalogue,
)
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.menu import Entry, MenuScreen
from jobsync_tui.screens.prompt import Offer, PromptScreen, Question, Remark
from jobsync_tui.screens.rules.rule_questions import RuleQuestions
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running, screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import Stage, staged
from tests.tui.test_jobs_screen import some_jobs

CITIES = (Offer("Amberg", "9 jobs"), Offer("Berlin", "6 jobs"), Offer("Bern", "2 jobs"))


@asynccontextmanager
async def asked(question: Question) -> AsyncIterator[tuple[Stage, Pilot[int], list[str | None]]]:
    """Show a prompt; the list gets its answer."""
    async with staged(Script()) as (app, pilot):
        answers: list[str | None] = []
        app.push_screen(PromptScreen(question), answers.append)
        await until(pilot, lambda: isinstance(app.screen, PromptScreen) and question.title in screen_text(app))
        yield app, pilot, answers


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), "Amberg"),
        (("b", "e", "r", "enter"), "Berlin"),
        (("b", "e", "r", "down", "enter"), "Bern"),
        (("b", "e", "r", "ctrl+t"), "ber"),
        (("b", "e", "r", "up", "enter"), "ber"),
        (("b", "e", "r", "n", "enter"), "Bern"),
        (("x", "y", "enter"), "xy"),
        (("down", "enter"), "Berlin"),
        (("b", "e", "r", "tab", "enter"), "Berlin"),
    ],
)
async def test_enter_takes_what_is_highlighted_and_a_key_the_text(keys: tuple[str, ...], answer: str) -> None:
    async with asked(Question(title="Which city?", offers=CITIES)) as (_, pilot, answers):
        await pilot.press(*keys)
        await until(pilot, lambda: answers == [answer])


async def test_the_keys_stand_on_the_screen() -> None:
    async with asked(Question(title="Which city?", offers=CITIES)) as (app, pilot, _):
        await pilot.press("b", "e", "r")
        await until(pilot, lambda: "enter takes Berlin   ctrl+t takes 'ber' as typed" in screen_text(app))
        await pilot.press("z")
        await until(pilot, lambda: "enter takes the text" in screen_text(app))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), "Bonn, "),
        (("b", "e", "r", "enter"), "Bonn, Berlin"),
        (("b", "e", "r", "ctrl+t"), "Bonn, ber"),
        (("b", "e", "r", "tab", "enter"), "Bonn, Berlin, "),
    ],
)
async def test_a_list_goes_the_same_way_an_item_at_a_time(keys: tuple[str, ...], answer: str) -> None:
    async with asked(Question(title="Which cities?", value="Bonn", offers=CITIES, many=True)) as (_, pilot, answers):
        await pilot.press(*keys)
        await until(pilot, lambda: answers == [answer])


async def test_what_stands_in_the_field_stays_until_something_is_typed() -> None:
    async with asked(Question(title="Which city?", value="Bonn", offers=CITIES)) as (_, pilot, answers):
        await pilot.press("enter")
        await until(pilot, lambda: answers == ["Bonn"])


@pytest.mark.parametrize(("op", "typed", "value"), [(Op.EQUALS, "ber", "Berlin"), (Op.IN, "ber", ["Berlin"]), (Op.CONTAINS, "ber", "ber")])
async def test_the_value_of_a_condition(op: Op, typed: str, value: JsonValue) -> None:
    entry = FieldEntry(
        name="location.city",
        kind=FieldKind.TEXT,
        many=False,
        ops=tuple(Op),
        jobs=6,
        by_integration={"file": 6},
        values=(FieldValue("Berlin", 6),),
        distinct=1,
    )

    async def fine(_: object) -> Remark:
        return Remark()

    async with staged(Script()) as (app, pilot):
        questions = RuleQuestions(app, FieldCatalogue((entry,), 6, 6), TargetCatalogue(None, None, None, ()), fine)
        answers: list[Leaf | None] = []

        async def ask() -> None:
            answers.append(await questions.value(Leaf("location.city", op)))

        app.run_worker(ask())
        await until(pilot, lambda: isinstance(app.screen, PromptScreen) and "location.city" in screen_text(app))
        await pilot.press(*typed, "enter")
        await until(pilot, lambda: answers == [Leaf("location.city", op, value)])


async def test_the_sort_dialog_narrows_while_typing() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("O")
        await until(pilot, lambda: isinstance(app.screen, MenuScreen) and "Client" in screen_text(app))
        await pilot.press("d", "e", "p")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert isinstance(app.screen, JobsScreen)
        assert app.screen.view.sort.field is SortField.DEPARTMENT


async def test_a_long_name_in_a_menu_goes_on_below_and_leaves_the_hints_their_room() -> None:
    entries = [
        Entry("all", "Activate or deactivate all that are shown", "Show what switching every rule that is shown would do, and ask.", "A"),
        Entry("mouse", "Mouse on or off", "Let the terminal use the mouse, to select text, or use it here again."),
    ]
    async with staged(Script()) as (app, pilot):
        app.push_screen(MenuScreen("Commands", entries))
        await until(pilot, lambda: "Mouse on or off" in screen_text(app))
        assert [row[4:75].strip("│ ") for row in screen_text(app).splitlines() if "│" in row] == [
            "Commands",
            "> Activate or deactivate  A  Show what switching every rule that is",
            "all that are shown         shown would do, and ask.",
            "Mouse on or off            Let the terminal use the mouse, to",
            "select text, or use it here again.",
        ]
