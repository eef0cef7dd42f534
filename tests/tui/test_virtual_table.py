"""The table over a list of any length: what it shows is the list, whatever is done to it, and it paints no more than what changed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.core.text import clean
from jobsync_tui.widgets.table.columns import Cell, Column, Widths
from jobsync_tui.widgets.table.lines import Bar
from jobsync_tui.widgets.table.messages import HeaderSelected, ReadFailed, RowHighlighted, RowSelected
from jobsync_tui.widgets.table.rows import RowBuffer
from jobsync_tui.widgets.table.virtual_table import FRAME, VirtualTable
from tests.support.pilot import screen_text, until

HEIGHT = 12
PAGE = HEIGHT - FRAME


@dataclass
class Numbers:
    """A list of numbers as text, which can be held back, fail, or shrink."""

    total: int
    limiter: asyncio.Event
    reads: list[tuple[int, int]]
    error: StorageError | None = None

    @classmethod
    def up_to(cls, total: int) -> Numbers:
        source = cls(total, asyncio.Event(), [])
        source.limiter.set()
        return source

    async def window(self, offset: int, limit: int) -> Sequence[str]:
        self.reads.append((offset, limit))
        await self.limiter.wait()
        if self.error is not None:
            raise self.error
        return [str(n) for n in range(offset, min(offset + limit, self.total))]


COLUMNS: tuple[Column[str], ...] = (
    Column("number", "Number", 9, Cell, right=True),
    Column("name", "Name", 10, lambda row: Cell(f"item {row}"), flex=True),
    Column("wide", "Wide", 9, lambda row: Cell("w"), leaves=1),
)


class TableApp(App[None]):
    """A table and what it told."""

    CSS = f"VirtualTable {{ height: {HEIGHT}; }}"

    def __init__(self) -> None:
        super().__init__()
        self.marks: set[str] = set()
        self.heard: list[Message] = []
        self.table = VirtualTable[str, str](COLUMNS, lambda row: row, marks=self.marks, id="table")

    def compose(self) -> ComposeResult:
        yield self.table

    def on_row_highlighted(self, event: RowHighlighted) -> None:
        self.heard.append(event)

    def on_row_selected(self, event: RowSelected) -> None:
        self.heard.append(event)

    def on_header_selected(self, event: HeaderSelected) -> None:
        self.heard.append(event)

    def on_read_failed(self, event: ReadFailed) -> None:
        self.heard.append(event)


@asynccontextmanager
async def table_of(total: int) -> AsyncIterator[tuple[TableApp, VirtualTable[str, str], Numbers, Pilot[None]]]:
    app = TableApp()
    async with app.run_test(size=(50, HEIGHT)) as pilot:
        source = Numbers.up_to(total)
        app.table.focus()
        app.table.show(source, count=total, offset=0, rows=await source.window(0, 3 * PAGE), cursor=0)
        await pilot.pause()
        yield app, app.table, source, pilot


def shown(app: TableApp) -> list[str]:
    """Return the names on the screen."""
    return [line.split("item ")[1].split()[0].strip("\u2502\u2503") for line in screen_text(app).splitlines() if "item " in line]


@pytest.mark.parametrize("total", [1, PAGE, 57, 1_000_000])
async def test_random_walks_show_what_a_list_would(total: int) -> None:
    chance = random.Random(total)  # noqa: S311 - not for secrets
    async with table_of(total) as (app, table, _, pilot):
        for _ in range(12):
            key = chance.choice(["down", "up", "pagedown", "pageup", "end", "home", "j", "k", "G", "g"])
            await pilot.press(key)
            await until(pilot, lambda: table.cursor_key == str(table.cursor_row))
            top = table.top
            await until(pilot, lambda top=top: shown(app) == [str(n) for n in range(top, min(total, top + PAGE))])  # type: ignore[misc]
            assert top <= table.cursor_row < top + PAGE
            assert 0 <= table.cursor_row < table.row_count


async def test_it_holds_no_more_than_some_pages() -> None:
    async with table_of(1_000_000) as (_, table, source, pilot):
        await pilot.press("end", "home", "pagedown", "pagedown", "end")
        await until(pilot, lambda: table.cursor_key == "999999")
        assert table._reader.held <= 4 * PAGE
        assert all(limit <= 4 * PAGE for _, limit in source.reads)


async def test_a_move_paints_two_lines_and_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(100) as (_, table, _, pilot):
        painted: list[Region] = []
        monkeypatch.setattr(table, "refresh", lambda *regions, **_: painted.extend(regions))
        await pilot.press("down")
        assert sorted(region.y for region in painted) == [1, 2, HEIGHT - 1]
        assert next(region for region in painted if region.y == HEIGHT - 1).width < 25


async def test_the_same_rows_again_paint_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(100) as (_, table, source, pilot):
        painted: list[Region] = []
        monkeypatch.setattr(table, "refresh", lambda *regions, **_: painted.extend(regions))
        table.show(source, count=100, offset=0, rows=await source.window(0, 30), cursor=0, keep_line=True)
        table.values_changed()
        await pilot.pause()
        assert painted == []


async def test_leaving_the_view_scrolls_by_a_quarter_page() -> None:
    async with table_of(100) as (_, table, _, pilot):
        await pilot.press(*["down"] * PAGE)
        assert table.cursor_row == PAGE
        assert table.top == PAGE // 4


async def test_rows_that_take_long_are_shown_as_not_read_and_then_read() -> None:
    async with table_of(1000) as (app, table, source, pilot):
        source.limiter.clear()
        await pilot.press("end")
        await until(pilot, lambda: "\u2026" in screen_text(app))
        assert table.cursor_key is None
        source.limiter.set()
        await until(pilot, lambda: table.cursor_key == "999")
        assert shown(app)[-1] == "999"


async def test_keys_that_outrun_the_reading_are_folded_into_the_last() -> None:
    async with table_of(100_000) as (_, table, source, pilot):
        source.limiter.clear()
        source.reads.clear()
        for _ in range(30):
            table.action_page_down()
        source.limiter.set()
        await until(pilot, lambda: table.cursor_key == str(30 * PAGE))
        assert len(source.reads) <= 31
        assert table.top == 30 * PAGE


async def test_a_list_that_became_shorter_is_noticed() -> None:
    async with table_of(1000) as (_, table, source, pilot):
        source.total = 500
        await pilot.press("end")
        await until(pilot, lambda: table.row_count <= 1000 and table.cursor_key is not None)
        assert table.cursor_row < 500


async def test_a_failed_read_is_told_and_the_table_lives() -> None:
    async with table_of(1000) as (app, table, source, pilot):
        source.error = StorageError("locked")
        await pilot.press("end")
        await until(pilot, lambda: any(isinstance(m, ReadFailed) for m in app.heard))
        source.error = None
        await pilot.press("home", "end")
        await until(pilot, lambda: table.cursor_key == "999")


async def test_messages_are_datatables() -> None:
    async with table_of(100) as (app, _, _, pilot):
        await pilot.press("down", "enter")
        selected = [m for m in app.heard if isinstance(m, RowSelected)]
        assert [(m.cursor_row, m.row_key) for m in selected] == [(1, "1")]
        highlighted = [m for m in app.heard if isinstance(m, RowHighlighted)]
        assert (highlighted[-1].cursor_row, highlighted[-1].row_key) == (1, "1")


async def test_the_mouse_moves_selects_sorts_and_scrolls() -> None:
    async with table_of(100) as (app, table, _, pilot):
        await pilot.click("#table", offset=(8, 4))
        assert table.cursor_row == 3
        await pilot.click("#table", offset=(8, 4), times=2)
        assert [m.row_key for m in app.heard if isinstance(m, RowSelected)] == ["3"]
        await pilot.click("#table", offset=(5, 0))
        assert [m.column_key for m in app.heard if isinstance(m, HeaderSelected)] == ["number"]
        await pilot.mouse_down("#table", offset=(49, HEIGHT - 2))
        await pilot.mouse_up("#table", offset=(49, HEIGHT - 2))
        await until(pilot, lambda: table.top == 90)
        assert table.cursor_row == 3


async def test_marks_are_a_sign_and_not_only_a_colour() -> None:
    async with table_of(20) as (app, table, _, pilot):
        app.marks.add("2")
        table.marks_changed()
        await pilot.pause()
        marked = [line for line in screen_text(app).splitlines() if "*" in line]
        assert len(marked) == 1
        assert "item 2" in marked[0]
        assert screen_text(app).splitlines()[1].startswith(">")


def test_columns_fill_the_width_and_the_wide_ones_come_later() -> None:
    for width in range(30, 140):
        layout = Widths(COLUMNS).laid_out(width)
        assert sum(size for _, size in layout) + 2 * (len(layout) - 1) == width - 5
        assert ("wide" in {column.key for column, _ in layout}) is (width - 5 >= 9 + 9 + 4 + max(10, (width + 1) // 2 if width < 60 else 0))


TEXTS: tuple[Column[tuple[str, str, str]], ...] = (
    Column("name", "Name", 20, lambda row: Cell(row[0]), flex=True, most=30),
    Column("place", "Place", 13, lambda row: Cell(row[1]), flex=True, most=20, leaves=1),
    Column("client", "Client", 16, lambda row: Cell(row[2]), flex=True, most=20, leaves=2),
)


def widths(width: int, *rows: tuple[str, str, str]) -> dict[str, int]:
    made = Widths(TEXTS)
    made.measure(rows)
    return {column.key: size for column, size in made.laid_out(width)}


@given(st.integers(20, 200), st.lists(st.tuples(*[st.text(alphabet="ab \u770b\u200b\x1b", max_size=60)] * 3), max_size=5))
def test_no_text_is_cut_while_another_column_has_room(width: int, rows: list[tuple[str, str, str]]) -> None:
    sizes = widths(width, *rows)
    assert sum(sizes.values()) + 2 * (len(sizes) - 1) == width - 5
    longest = {key: max((cell_len(clean(row[place])) for row in rows), default=0) for place, key in enumerate(("name", "place", "client"))}
    cut = [key for key in sizes if sizes[key] < longest[key]]
    roomy = [key for key in sizes if sizes[key] > max(longest[key], len(key))]
    assert not (cut and roomy)
    if width < 60:
        assert sizes["name"] >= min(width / 2, max(longest["name"], 4))  # half, or all of it


def test_an_empty_column_gives_its_width_away() -> None:
    place = "Grenoble, Auvergne-Rhone-Alpes"
    assert widths(75, ("n" * 28, place, "")) == {"name": 30, "place": 30, "client": 6}
    assert widths(75, ("n" * 28, place, "Mercy Health"))["client"] == 12


class Texts:
    """A list in which only the last rows have a client."""

    async def window(self, offset: int, limit: int) -> Sequence[tuple[str, str, str]]:
        return [(f"name {n}", "Berlin", "Mercy Health, the whole of it" if n > 90 else "") for n in range(offset, min(offset + limit, 100))]


class TextsApp(App[None]):
    CSS = f"VirtualTable {{ height: {HEIGHT}; }}"

    def compose(self) -> ComposeResult:
        yield VirtualTable(TEXTS, lambda row: row[0], id="table")


async def test_widths_come_to_rest_while_one_scrolls_and_begin_anew_with_another_list() -> None:
    app, source = TextsApp(), Texts()
    async with app.run_test(size=(80, HEIGHT)) as pilot:
        table = app.query_one(VirtualTable[tuple[str, str, str], str])
        table.focus()

        def heading() -> str:
            return screen_text(app).splitlines()[0]

        async def show(*, keep_line: bool) -> None:
            table.show(source, count=100, offset=0, rows=await source.window(0, 30), cursor=0, keep_line=keep_line)
            await pilot.pause()

        await show(keep_line=False)
        first = heading()
        await pilot.press("pagedown")
        assert heading() == first
        await pilot.press("G")
        await until(pilot, lambda: "the whole of it" in screen_text(app))
        grown = heading()
        assert grown.index("Client") < first.index("Client")
        assert screen_text(app).count("Mercy Health, the whole of it") == 9
        await pilot.press("g")
        await until(pilot, lambda: "name 0 " in screen_text(app))
        assert heading() == grown
        await show(keep_line=True)
        assert heading() == grown
        await show(keep_line=False)
        assert heading() == first


@pytest.mark.parametrize(("top", "page", "count"), [(0, 10, 5), (0, 10, 10), (0, 10, 11), (1, 10, 11), (999_990, 10, 1_000_000), (0, 1, 9)])
def test_the_scroll_bar_is_in_proportion_and_inside(top: int, page: int, count: int) -> None:
    bar = Bar.of(top, page, count)
    assert bar.needed is (count > page)
    assert 0 <= bar.start <= bar.stop <= page
    if bar.needed:
        assert bar.stop > bar.start
        assert (bar.start == 0) or top > 0
        assert (bar.stop == page) is (top == count - page) or page == 1


def test_a_buffer_knows_what_it_covers() -> None:
    buffer = RowBuffer(10, ["a", "b"])
    assert buffer.covers(10, 12)
    assert not buffer.covers(9, 12)
    assert buffer.get(11) == "b"
    assert buffer.get(12) is None
    assert RowBuffer.wanted(0, 10, 5) == (0, 5)
    start, limit = RowBuffer.wanted(990, 10, 1000)
    assert start + limit == 1000
