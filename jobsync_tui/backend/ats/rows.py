"""From a page of the wire to jobs: quickly where every row is as it should be, row by row and field by field where one is not.

A page is decoded in one go into typed rows. Only if that fails it is decoded again with its rows left raw, and each is tried by itself.
In one that does not fit, a number is read where a text is expected and the other way round, and any other value of another type is left
out and counted (`left_out`). Only an id or a name that cannot be read costs the job: the row is set aside under what can be read of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeAlias, TypeVar, cast

import msgspec

from ..core.errors import UnexpectedAnswer
from ..core.left_out import leave_out
from ..core.models import JOB_FIELDS, Job, JobStatus, RejectedRow
from ..http import Fitting, Misfit, Reply, decode_json, decode_loosely, error_words, excerpt, guess_of, too_deep
from .values import plain

A = TypeVar("A")
T = TypeVar("T")
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
        id_keys: The fields that the id is made of, best first, by their names on the wire; dots lead into nested objects.
        name_keys: The same for the name.
        own_key: The field with an id that a service in front of the ATS gives the job itself and that stays while the ATS job id may
            still change; None where there is none.
    """

    typed: type[A]
    raw: type[Any]
    row: type[R]
    rows: Callable[[A], Sequence[R]]
    id_keys: tuple[str, ...] = ("id",)
    name_keys: tuple[str, ...] = ("name", "title")
    own_key: str | None = None

    @property
    def vital(self) -> tuple[str, ...]:
        """What a row must have to be a job: an id, and a name that can be read if there is one."""
        return (*self.id_keys, *self.name_keys)


@dataclass(frozen=True, slots=True)
class ReadRows(Generic[A]):
    """What was in a page.

    Attributes:
        answer: The whole of it, for its cursor and totals.
        count: How many rows it had.
        left_out: How many of these are no jobs, and were left out on purpose.
        own_ids: See `Page.own_ids`.
    """

    answer: A
    count: int
    jobs: tuple[Job, ...]
    rejected: tuple[RejectedRow, ...] = ()
    deleted: tuple[str, ...] = ()
    left_out: int = 0
    own_ids: Mapping[str, str] = field(default_factory=dict)


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
    whole = _as_it_should_be(reply, shape.typed)
    if whole is not None:
        found = shape.rows(whole)
        if not found:
            refuse_error(reply)
        return TypedRows(whole, len(found), found, (), shape)
    answer = cast("A", reply.decode(shape.raw))
    raws = cast("Sequence[msgspec.Raw]", shape.rows(answer))
    rows: list[R] = []
    rejected: list[RejectedRow] = []
    if not raws:
        refuse_error(reply)
    for raw in raws:
        row = _row(raw, shape)
        if isinstance(row, RejectedRow):
            rejected.append(row)
        else:
            rows.append(row)
    return TypedRows(answer, len(raws), rows, tuple(rejected), shape)


def refuse_error(reply: Reply) -> None:
    """Refuse an answer without rows that says that something went wrong: it is an error with status 200, and no empty list.

    Raises:
        UnexpectedAnswer: With the ATS's own words.
    """
    words = error_words(decode_json(reply.body, object))
    if words:
        raise UnexpectedAnswer(f"{reply.service} answered with an error: {words}", service=reply.service, remedy=_LATER)


_LATER = "Try again in some minutes; if it goes on, report it to the vendor with these words."


def one_row(reply: Reply, wrapped: type[T], shape: RowShape[A, R], row: type[R] | None = None) -> T:
    """Return an answer with a single row in it, made to fit like those of a page.

    Args:
        reply: The answer.
        wrapped: The whole of it.
        shape: How the rows of a page look.
        row: Its row, where that has more to it than those of a page.

    Raises:
        UnexpectedAnswer: Its id or its name cannot be read, or the answer is none at all.
    """
    return reply.decode(wrapped, row=row or shape.row, vital=shape.vital)


def _as_it_should_be(reply: Reply, kind: type[A]) -> A | None:
    try:
        return None if too_deep(reply.body) else decode_json(reply.body, kind)
    except ValueError:
        return None


def _row(raw: msgspec.Raw, shape: RowShape[A, R]) -> R | RejectedRow:
    """Return a row by itself, as it is or made to fit."""
    try:
        return decode_json(raw, shape.row)
    except ValueError:
        pass
    fitting = Fitting(shape.row, shape.vital)
    values: object = None
    try:
        values = decode_loosely(raw)
        row = cast("R", fitting.fit(values, shape.row))
    except Misfit as misfit:
        return _rejected(values, str(misfit), shape)
    except ValueError:
        return _rejected(values, "it cannot be read", shape)
    job_id = _first(values, shape.id_keys)
    for place, reason in fitting.left_out:
        leave_out(place, reason, job_id)
    return row


def jobs_of(typed: TypedRows[A, R], convert: Convert[R]) -> ReadRows[A]:
    """Return the jobs that the rows stand for; of a job that a page has twice the later row counts."""
    jobs: dict[str, Job] = {}
    deleted: dict[str, None] = {}
    rejected = list(typed.rejected)
    own_ids: dict[str, str] = {}
    own_key = typed.shape.own_key
    as_it_came = typed.shape.row  # a row from which something was left out is of a type derived from it
    left_out = 0
    for row in typed.rows:
        try:
            result = convert(row) if type(row) is as_it_came else _converted(row, convert)
        except BadRow as error:
            rejected.append(_rejected(msgspec.to_builtins(row), str(error), typed.shape))
            continue
        if isinstance(result, Job):
            jobs[result.id] = tidy(result)
            if own_key is not None:
                own_ids[result.id] = getattr(row, own_key)
        elif result is not None:
            deleted[result.id] = None
        else:
            left_out += 1
    return ReadRows(typed.answer, typed.count, tuple(jobs.values()), tuple(rejected), tuple(deleted), left_out, own_ids)


def convert_one(row: R, convert: Convert[R], service: str) -> Job | None:
    """Return the job of a row that was asked for by its id; None where it is deleted or left out.

    Raises:
        UnexpectedAnswer: It is no job.
    """
    try:
        found = _converted(row, convert)
    except BadRow as error:
        raise UnexpectedAnswer(f"{service} did not answer as expected: {error}", service=service) from None
    return tidy(found) if isinstance(found, Job) else None


def _converted(row: R, convert: Convert[R]) -> Job | Gone | None:
    """Return what a row stands for; where something was left out of it, with the names of the job's fields that hang on that."""
    found, guess = convert(row), guess_of(row)
    if guess is None or not isinstance(found, Job):
        return found
    try:
        guessed = convert(guess)
    except BadRow:
        guessed = None
    return with_guess(found, guessed if isinstance(guessed, Job) else None)


def with_guess(found: Job, guessed: Job | None) -> Job:
    """Return the job with a note of the fields that are others, or cannot be told, where guesses stand for what was left out."""
    also = () if guessed is None else guessed.unread
    return partly_read(found, *also, *(name for name in JOB_FIELDS if name not in _SURE and _hangs_on(name, found, guessed)))


def _hangs_on(name: str, found: Job, guessed: Job | None) -> bool:
    """Return whether a field may be another one than it would be; words that are looked up come to nothing with any guess."""
    value = getattr(found, name)
    empty = value in (None, (), {}, JobStatus.UNKNOWN)
    if guessed is None:
        return empty
    return bool(value != getattr(guessed, name)) or (empty and name in _LOOKED_UP)


_LOOKED_UP = frozenset({"status", "remote", "visibility", "employment_type"})
_SURE = frozenset({"integration", "id", "not_loaded", "unread"})


def partly_read(job: Job, *unread: str) -> Job:
    """Return the job with a note that these fields of it could not be read, so that the cache keeps what it knows of them."""
    return replace(job, unread=tuple(sorted({*job.unread, *unread}))) if unread else job


def tidy(job: Job) -> Job:
    """Return the job with its short texts as people read them: without entities of HTML."""
    if not ("&" in (job.name or "") or "&" in (job.department or "") or "&" in (job.client or "") or "&" in (job.owner or "")):
        return job
    name, department, client, owner = map(plain, (job.name, job.department, job.client, job.owner))
    return replace(job, name=name, department=department, client=client, owner=owner)


def _rejected(values: object, reason: str, shape: RowShape[A, R]) -> RejectedRow:
    return RejectedRow(_first(values, shape.id_keys), _first(values, shape.name_keys), excerpt(reason))


def _first(values: object, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = values
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return excerpt(str(value))
    return None
