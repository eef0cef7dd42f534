"""What a value of another type may cost: its field. Every field of a row, nested ones too, with every other type, for every provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest

from ..backend.core.errors import RemoteError, UnexpectedAnswer
from ..backend.core.left_out import FURTHER, tallied
from ..backend.sync.fields import source_fields
from .ats_server import Asked
from .stage import Stage, jobs_in

Path = tuple[str | int, ...]
OUT_OF_RANGE = msgspec.Raw(b"1e999")
VALUES: tuple[object, ...] = (None, True, 7, 7.5, "\u2009?", [], ["?"], {}, {"?": [1]}, OUT_OF_RANGE)
IDS = ("id", "Id", "slug", "shortcode")
WRONG = "The index 4711 is being rebuilt"
NAMES = ("name", "Name", "title", "text", "PortalTitle")
ALIVE = ("remote_deleted_at", "remote_was_deleted", "isDeleted", "is_template", "kind")
VITAL: tuple[Path, ...] = (("remote_id",), ("attributes",), ("attributes", "title"))
OURS = re.compile(r"(an item whose [\w.]+ is )?(empty|true|false|a number|a text|a list|an object|missing|[a-z ]*out of range)(, not .*)?")


class OddValues:
    """Tests of the contract suite about values and rows that are not what they should be."""

    stage: Callable[..., AbstractAsyncContextManager[Stage]]

    async def test_a_value_of_another_type_costs_its_field_at_most(self) -> None:
        """A value of another type costs its field, never the row, unless it is id or name: read rows by `read_rows`, with a
        `msgspec.Struct` whose fields are optional.
        """
        async with self.stage(1) as on:
            cases = list(spoiled(await _sample_row(on)))
        async with self.stage(len(cases)) as on:
            on.wire.page_size = len(cases)
            on.wire.change = _one_case_a_job(on, cases)
            with tallied() as tally:
                pages = await on.listed()
            found = {job.id: job for job in jobs_in(pages)}
            for wired, (path, row) in zip(on.wire.jobs, cases, strict=True):
                if not _vital(on, path):
                    assert on.wire.job_id(wired) in found, (path, _at(row, path))
                    assert found[on.wire.job_id(wired)].name == wired.name, (path, _at(row, path))
        reasons = [row.reason for page in pages for row in page.rejected]
        assert len(reasons) + len(found) >= len(cases) - sum(_vital(on, path) for path, _ in cases)
        assert tally.counts()
        for each in tally.counts():
            assert OURS.fullmatch(each.reason) or each.field == FURTHER, each
        assert all(re.fullmatch(rf"[\w.-]+ is {OURS.pattern}|.*has no id.*|\w+ is empty", reason) for reason in reasons), reasons

    async def test_what_cannot_be_read_keeps_what_was_known(self) -> None:
        """A field that could not be read keeps what the cache knows of it: make jobs by the function that `read_rows` calls."""
        async with self.stage(1) as on:
            cases = list(spoiled(await _sample_row(on)))
        async with self.stage(len(cases)) as on:
            on.wire.page_size = len(cases)
            known = {job.id: job for job in jobs_in(await on.listed())}
            on.wire.change = _one_case_a_job(on, cases)
            partly = 0
            again = {job.id: job for job in jobs_in(await on.listed())}
        for wired_id, (path, row) in zip([on.wire.job_id(each) for each in on.wire.jobs], cases, strict=True):
            found = again.get(wired_id)
            if found is not None and found.unread:
                partly += 1
                kept = found.beside(known[wired_id])
                lost = {name for name, value in source_fields(known[wired_id]).items() if value and not source_fields(kept).get(name)}
                assert not lost, (path, _at(row, path), lost)
        assert partly

    async def test_a_job_asked_for_by_its_id_is_read_as_leniently(self) -> None:
        """`job` reads its row as leniently as the listing: by `one_row` and `convert_one`."""
        async with self.stage(1) as on:
            wired = on.wire.jobs[0]
            job_id, seen = on.wire.job_id(wired), []

            def note(asked: Asked, document: Any) -> Any:
                if on.wire.is_single(asked):
                    seen.append(document)
                return document

            on.wire.change = note
            assert await on.adapter.job(job_id)
            for path, row in spoiled(_row(seen[0])):
                if isinstance(_at(row, path), list | dict) and not _vital(on, path):
                    on.wire.change = _single_replaced(on, row)
                    job = await on.adapter.job(job_id)
                    assert job is not None, path
                    assert (job.id, job.name) == (job_id, wired.name), path

    async def test_a_bad_row_of_a_side_list_costs_that_row(self) -> None:
        """A bad row of a side list (departments, users) costs that row: read it by `reply.decode_side`."""
        async with self.stage(9) as on:
            expected = {job.id: job for job in jobs_in(await on.listed())}
        async with self.stage(9) as on:
            sides: list[str] = []

            def spoil(asked: Asked, document: Any) -> Any:
                rows = _rows(document)
                if not on.wire.is_listing(asked) and not on.wire.is_single(asked) and rows and isinstance(document, list | dict):
                    sides.append(asked.path)
                    rows[:0] = [*(row for _, row in spoiled(rows[0])), None, 7, "?", [], {}]
                return document

            on.wire.change = spoil
            found = {job.id: job for job in jobs_in(await on.listed())}
            assert found.keys() == expected.keys()
            if not sides:
                pytest.skip("this ATS has no further lists")
            assert sum(found[key] == job for key, job in expected.items()) >= len(expected) - 3

    @pytest.mark.parametrize("instead", [{}, {"?": 1}, "?", None, 7])
    async def test_a_side_list_that_is_none_costs_what_it_says_and_no_job(self, instead: object) -> None:
        """A side list that is none costs no job: `reply.decode_side` gives None for it, and `partly_read` names what hangs on it."""
        async with self.stage(9) as on:
            known = {job.id: job for job in jobs_in(await on.listed())}
        async with self.stage(9) as on:
            sides: list[str] = []

            def spoil(asked: Asked, document: Any) -> Any:
                rows = _rows(document)
                if on.wire.is_listing(asked) or on.wire.is_single(asked) or not rows or not _is_side(document):
                    return document
                sides.append(asked.path)
                return instead if rows is document else {key: instead if value is rows else value for key, value in document.items()}

            on.wire.change = spoil
            with tallied() as tally:
                found = {job.id: job for job in jobs_in(await on.listed())}
        if not sides:
            pytest.skip("this ATS has no further lists")
        assert found.keys() == known.keys()
        assert tally.counts()
        for job_id, job in found.items():
            kept = job.beside(known[job_id])
            assert source_fields(kept) == source_fields(known[job_id])

    async def test_an_error_beside_no_rows_is_no_empty_list(self) -> None:
        """An answer with no rows and an error beside them is that error: `read_rows` sees to it."""
        async with self.stage(0) as on:
            empty: list[Any] = []

            def note(asked: Asked, document: Any) -> Any:
                if on.wire.is_listing(asked):
                    empty.append(document)
                return document

            on.wire.change = note
            await on.listed()
            for said in ({"errors": [{"message": WRONG}]}, {"Errors": [{"Message": WRONG}]}, {"error": {"code": 7, "message": WRONG}}):
                if isinstance(empty[0], dict):
                    on.wire.change = lambda asked, document, said=said: {**document, **said} if on.wire.is_listing(asked) else document
                    with pytest.raises(RemoteError) as caught:
                        await on.listed()
                    assert WRONG in caught.value.message

    async def test_an_error_in_place_of_rows_keeps_the_words_of_the_ats(self) -> None:
        """An answer with an error in place of rows raises with its words: decode by `read_rows`, `one_row` or `reply.decode`."""
        async with self.stage(3) as on:
            await on.listed()
            job_id = on.wire.job_id(on.wire.jobs[0])
            for said in ({"error": {"message": WRONG}}, {"errors": [WRONG]}, {"detail": WRONG}, {"errorMessage": WRONG}):
                on.wire.change = lambda asked, _, said=said: said
                for attempt in (on.listed, lambda: on.adapter.job(job_id)):
                    with pytest.raises(RemoteError) as caught:
                        await attempt()
                    assert WRONG in caught.value.message, said

    async def test_a_name_that_cannot_be_read_costs_the_job_and_says_so(self) -> None:
        """A row whose name cannot be read is in `Page.rejected`, with its id and why; `job` raises. `name_keys` and `id_keys` of the
        `RowShape` say where these are.
        """
        async with self.stage(3) as on:
            name = on.wire.jobs[1].name

            def spoil(asked: Asked, document: Any) -> Any:
                return _renamed(document, name, ["not", "a", "text"]) if on.wire.is_listing(asked) or on.wire.is_single(asked) else document

            on.wire.change = spoil
            pages = await on.listed()
            (row,) = [row for page in pages for row in page.rejected]
            assert row.id == on.wire.named_id(on.wire.jobs[1])
            assert row.reason.endswith(" is a list, not a text")
            assert len(jobs_in(pages)) == 2
            with pytest.raises(UnexpectedAnswer) as caught:
                await on.adapter.job(on.wire.job_id(on.wire.jobs[1]))
            assert "is a list, not a text" in caught.value.message


def spoiled(row: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield a path and the row with another value there, for every path of the row and every value of another type."""
    for path in _paths(row):
        for value in VALUES:
            if type(value) is not type(_at(row, path)):
                other = _copy(row)
                _at(other, path[:-1])[path[-1]] = value
                yield path, other


def _paths(value: Any, above: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key)
        yield from _paths(inner, (*above, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _copy(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _rows(document: Any) -> list[Any]:
    """Return the first list of objects in a document, the outermost first."""
    level = [document]
    while level:
        for each in level:
            if isinstance(each, list) and each and isinstance(each[0], dict):
                return each
        level = [inner for each in level if isinstance(each, dict) for inner in each.values()]
    return []


def _is_side(document: Any) -> bool:
    """Return whether the rows of a document stand where a list of names has them: at its top, or one level below."""
    return isinstance(document, list) or (isinstance(document, dict) and any(value is _rows(document) for value in document.values()))


def _row(document: Any) -> dict[str, Any]:
    """Return the row of an answer about one job: in a list, wrapped, or bare; an empty one where it has none."""
    level = [document]
    while level:
        for each in level:
            if isinstance(each, dict) and any(key in each for key in IDS):
                return each
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())]
    return {}


async def _sample_row(on: Stage) -> dict[str, Any]:
    seen: list[Any] = []

    def note(asked: Asked, document: Any) -> Any:
        if on.wire.is_listing(asked):
            seen.append(document)
        return document

    on.wire.change = note
    await on.listed()
    row: dict[str, Any] = _copy(_rows(seen[0])[0])
    return row


def _vital(on: Stage, path: Path) -> bool:
    """Return whether the id or the name of a job hangs on the value at ``path``, or whether it is one at all."""
    return path in VITAL or (len(path) == 1 and path[0] in {*IDS, *NAMES, *ALIVE})


def _one_case_a_job(on: Stage, cases: list[tuple[Path, dict[str, Any]]]) -> Callable[[Asked, Any], Any]:
    numbers = {job.name: job.number - 1 for job in on.wire.jobs}

    def change(asked: Asked, document: Any) -> Any:
        if on.wire.is_listing(asked):
            for row in _rows(document):
                name = next(value for path in _paths(row) if isinstance(value := _at(row, path), str) and value in numbers)
                path, case = cases[numbers[name]]
                _graft(row, case, path)
        return document

    return change


def _graft(row: Any, case: Any, path: Path) -> None:
    """Give a row the value that another one has at ``path``, with what stands above it where the row has nothing there."""
    for key in path[:-1]:
        if not row[key]:
            row[key] = case[key]
            return
        row, case = row[key], case[key]
    row[path[-1]] = case[path[-1]]


def _single_replaced(on: Stage, row: dict[str, Any]) -> Callable[[Asked, Any], Any]:
    def change(asked: Asked, document: Any) -> Any:
        found = _row(document) if on.wire.is_single(asked) else {}
        if found:
            found.clear()
            found.update(row)
        return document

    return change


def _renamed(document: Any, name: str, value: object) -> Any:
    """Return the document with another value wherever a job's name stands."""
    if document == name:
        return value
    if isinstance(document, dict):
        return {key: _renamed(inner, name, value) for key, inner in document.items()}
    return [_renamed(inner, name, value) for inner in document] if isinstance(document, list) else document
