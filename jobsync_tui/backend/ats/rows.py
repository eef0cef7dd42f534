"""From a page of the wire to jobs: quickly where every row is as it should be, row by row where one is not.

A page is decoded in one go into typed rows. Only if that fails it is decoded again with its rows left raw, each is tried by itself, and
those that are wrong are set aside under whatever id and name can still be read in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, cast

import msgspec

from ..errors import UnexpectedAnswer
from ..http import Reply, decode_json, excerpt
from ..models import Job, RejectedRow

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Gone:
    """A row by which the ATS says that a job is deleted; ``id`` is the ATS job id."""

    id: str


class BadRow(ValueError):
    """A row that has the right types and still is no job; the text says why."""


Convert: TypeAlias = Callable[[R], Job | Gone | None]
"""Makes a job of a typed row; None leaves it out without a word. It raises `BadRow` for what cannot be a job."""


@dataclass(frozen=True, slots=True)
class RowShape(Generic[A, R]):
    """How a page of rows looks on the wire.

    Attributes:
        typed: The whole answer with typed rows, such as ``Answer[Row]`` or ``list[Row]``.
        raw: The same with ``msgspec.Raw`` for the rows.
        row: One row.
        rows: Gives the rows of an answer.
        id_keys: Where the id of a broken row may still be found, best first.
        name_keys: The same for its name; dots lead into nested objects.
    """

    typed: type[A]
    raw: type[Any]
    row: type[R]
    rows: Callable[[A], Sequence[R]]
    id_keys: tuple[str, ...] = ("id",)
    name_keys: tuple[str, ...] = ("name", "title")


@dataclass(frozen=True, slots=True)
class ReadRows(Generic[A]):
    """What was in a page.

    Attributes:
        answer: The whole of it, for its cursor and totals.
        count: How many rows it had.
        left_out: How many of these are no jobs, and were left out on purpose.
    """

    answer: A
    count: int
    jobs: tuple[Job, ...]
    rejected: tuple[RejectedRow, ...] = ()
    deleted: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class TypedRows(Generic[A, R]):
    """The rows of a page that are as they should be, before they are jobs, and those that are not."""

    answer: A
    count: int
    rows: Sequence[R]
    rejected: tuple[RejectedRow, ...]
    shape: RowShape[A, R]


def read_rows(reply: Reply, shape: RowShape[A, R], convert: Convert[R]) -> ReadRows[A]:
    """Return what is in the page that ``reply`` brings.

    Raises:
        UnexpectedAnswer: It is not a page at all; single bad rows do not raise.
    """
    return jobs_of(typed_rows(reply, shape), convert)


def typed_rows(reply: Reply, shape: RowShape[A, R]) -> TypedRows[A, R]:
    """Return the rows of a page, for an ATS where something has to be read for them before they can become jobs.

    Raises:
        UnexpectedAnswer: It is not a page at all; single bad rows do not raise.
    """
    try:
        answer = reply.decode(shape.typed)
    except UnexpectedAnswer:
        pass
    else:
        whole = shape.rows(answer)
        return TypedRows(answer, len(whole), whole, (), shape)
    answer = cast("A", reply.decode(shape.raw))
    raws = cast("Sequence[msgspec.Raw]", shape.rows(answer))
    rows: list[R] = []
    rejected: list[RejectedRow] = []
    for raw in raws:
        try:
            rows.append(decode_json(raw, shape.row))
        except ValueError as error:
            rejected.append(_rejected(_salvaged(raw), str(error), shape))
    return TypedRows(answer, len(raws), rows, tuple(rejected), shape)


def jobs_of(typed: TypedRows[A, R], convert: Convert[R]) -> ReadRows[A]:
    """Return the jobs that the rows stand for; of a job that a page has twice the later row counts."""
    jobs: dict[str, Job] = {}
    deleted: dict[str, None] = {}
    rejected = list(typed.rejected)
    left_out = 0
    for row in typed.rows:
        try:
            result = convert(row)
        except BadRow as error:
            values = msgspec.to_builtins(row)
            rejected.append(_rejected(values if isinstance(values, dict) else {}, str(error), typed.shape))
            continue
        if isinstance(result, Job):
            jobs[result.id] = result
        elif result is not None:
            deleted[result.id] = None
        else:
            left_out += 1
    return ReadRows(typed.answer, typed.count, tuple(jobs.values()), tuple(rejected), tuple(deleted), left_out)


def convert_one(row: R, convert: Convert[R], service: str) -> Job | None:
    """Return the job of a row that was asked for by its id; None where it is deleted or left out.

    Raises:
        UnexpectedAnswer: It is no job.
    """
    try:
        found = convert(row)
    except BadRow as error:
        raise UnexpectedAnswer(f"{service} did not answer as expected: {error}", service=service) from None
    return found if isinstance(found, Job) else None


def _salvaged(raw: msgspec.Raw) -> Mapping[str, object]:
    try:
        return decode_json(raw, dict[str, object])
    except ValueError:
        return {}


def _rejected(values: Mapping[str, object], reason: str, shape: RowShape[A, R]) -> RejectedRow:
    return RejectedRow(_first(values, shape.id_keys), _first(values, shape.name_keys), excerpt(reason))


def _first(values: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value: object = values
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return excerpt(str(value))
    return None
