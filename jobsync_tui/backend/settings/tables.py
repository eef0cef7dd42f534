"""Tables of the configuration file as frozen dataclasses: a field declares with `key` how its key is read, and `read_table` reads a table.

This is a hundred lines instead of a library because every start reads the configuration, and building a library's models took longer than
everything else that a command does.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar

T = TypeVar("T", bound="Table")
V = TypeVar("V")

Place: TypeAlias = tuple[str | int, ...]
"""Where a key stands, such as ``("integrations", 0, "base_url")``."""

_READ, _NAME = "read", "name"


class Problem(ValueError):
    """A value is wrong, or what lies at ``place`` in it. The message goes on behind the key's name, and holds no value."""

    def __init__(self, words: str, *place: str | int) -> None:
        super().__init__(words)
        self.words = words
        self.place: Place = place

    def below(self, *place: str | int) -> Problem:
        """Return the problem as seen from further up."""
        return Problem(self.words, *place, *self.place)


class Problems(Exception):
    """Everything that is wrong in a table."""

    def __init__(self, found: Iterable[Problem]) -> None:
        super().__init__()
        self.found = tuple(found)


Read: TypeAlias = Callable[[object, Path], V]
"""Makes a value of what the file holds, or raises `Problem` or `Problems`. The path is the file's directory."""


def key(read: Callable[[object], V], default: Any = MISSING, *, name: str | None = None) -> V:
    """Declare a field that is read by ``read``; without a default the key must be there. ``name`` is the key's, if not the field's.

    A default that is a type is called for each table that lacks the key.
    """
    return placed(lambda value, _: read(value), default, name=name)


def placed(read: Read[V], default: Any = MISSING, *, name: str | None = None) -> V:
    """Declare a field whose value depends on where the file is. Else like `key`."""
    metadata = {_READ: read, _NAME: name}
    found: V = field(default_factory=default, metadata=metadata) if isinstance(default, type) else field(default=default, metadata=metadata)
    return found


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the file."""

    IMPLIED: ClassVar[Mapping[str, str]] = {}
    """Keys that take another's value where they are left out."""

    def check(self) -> None:
        """Raise `Problem` where the keys do not fit each other."""


def read_table(shape: type[T], table: object, folder: Path, **given: object) -> T:
    """Return the table as a ``shape``.

    Args:
        shape: Its fields, but those of ``given``, say which keys there are.
        table: As it was read.
        folder: Where the file is.
        given: Fields that do not stand in the file.

    Raises:
        Problems: Everything that is wrong in it.
    """
    if not isinstance(table, Mapping):
        raise Problem("must be a table")
    there: dict[Any, Any] = {name: table[other] for name, other in shape.IMPLIED.items() if other in table} | dict(table)
    known = {each.metadata[_NAME] or each.name: each for each in fields(shape) if each.name not in given}
    wrong = [Problem(f"is not a known key{_suggestion(name, known)}", name) for name in there if name not in known]
    read: dict[str, Any] = {}
    for name, each in known.items():
        try:
            if name in there:
                read[each.name] = each.metadata[_READ](there[name], folder)
            elif each.default is MISSING and each.default_factory is MISSING:
                wrong.append(Problem("is missing", name))
        except Problem as problem:
            wrong.append(problem.below(name))
        except Problems as problems:
            wrong += [problem.below(name) for problem in problems.found]
    if not wrong:
        found = shape(**given, **read)
        try:
            found.check()
        except Problem as problem:
            wrong.append(problem)
        else:
            return found
    raise Problems(wrong)


def table_of(shape: type[T]) -> Read[T]:
    """Return how a table is read."""
    return lambda value, folder: read_table(shape, value, folder)


def tables_of(shape: type[T]) -> Read[tuple[T, ...]]:
    """Return how an array of tables is read."""
    return lambda value, folder: list_of(lambda each: read_table(shape, each, folder))(value)


def list_of(read: Callable[[object], V]) -> Callable[[object], tuple[V, ...]]:
    """Return how a list is read whose items are read by ``read``."""

    def read_list(value: object) -> tuple[V, ...]:
        if not isinstance(value, list):
            raise Problem("must be a list")
        found: list[V] = []
        wrong: list[Problem] = []
        for index, each in enumerate(value):
            try:
                found.append(read(each))
            except Problem as problem:
                wrong.append(problem.below(index))
            except Problems as problems:
                wrong += [problem.below(index) for problem in problems.found]
        if wrong:
            raise Problems(wrong)
        return tuple(found)

    return read_list


def _suggestion(name: object, known: Mapping[str, Field[Any]]) -> str:
    """Return a hint at the key that was meant, where one of the table is like it."""
    near = difflib.get_close_matches(str(name), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
