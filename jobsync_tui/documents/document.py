"""Lines of text with a tone, and sections of them: what every dialog's body is made of.

A `Span` cleans its text when it is made, so nothing that stands in a document can act on a terminal, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ..backend.core.text import clean


class Tone(StrEnum):
    """How a span is meant. A tone only underlines what the words say already: a terminal without colours loses nothing."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    HEAD = "head"
    OK = "ok"
    BAD = "bad"
    WARN = "warn"
    KEY = "key"
    ADDED = "added"
    REMOVED = "removed"
    HINT = "hint"
    """Which key does what, and what unfolds: it means something on a screen only, and `as_text` leaves it out."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one tone. Its text is cleaned on the way in and holds no line break."""

    text: str
    tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


Part: TypeAlias = str | Span


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what stands at the left and, if anything, what is pushed to the right edge."""

    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The words of the line, the right part behind a gap of two."""
        left = "".join(span.text for span in self.left)
        right = "".join(span.text for span in self.right)
        return f"{left}  {right}".rstrip() if right else left.rstrip()


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that can be shown short or whole.

    Attributes:
        key: Names the section within its document; a document that is made anew keeps what was open by it.
        closed, opened: What is shown in either state; ``opened`` may hold sections of its own.
        target: What the section is about (the id of a rule or of a job), for keys that act on the section the cursor is on.
        starts_open: Whether it is open until somebody closes it.
    """

    key: str
    closed: tuple[Line, ...]
    opened: tuple[Line | Section, ...]
    target: str | None = None
    starts_open: bool = False


Document: TypeAlias = tuple[Line | Section, ...]
BLANK = Line()


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as it is shown: ``sections`` are the keys of those around it, outermost first, and ``first`` marks a section's first line."""

    line: Line
    sections: tuple[str, ...] = ()
    first: bool = False


def line(*parts: Part, right: Part | Sequence[Part] = ()) -> Line:
    """Return a line of ``parts``; a plain `str` is a span in the plain tone."""
    pushed = (right,) if isinstance(right, str | Span) else tuple(right)
    return Line(_spans(parts), _spans(pushed))


def dim(text: str) -> Span:
    """Return a span that may be overlooked."""
    return Span(text, Tone.DIM)


def strong(text: str) -> Span:
    """Return a span that should be read first."""
    return Span(text, Tone.STRONG)


def hint(text: str) -> Span:
    """Return a span about keys, which stands on screens only."""
    return Span(text, Tone.HINT)


def head(title: str, right: str = "", keys: str = "") -> Line:
    """Return the heading of a section, at the right what it comes to and which keys there are."""
    gap = "   " if right and keys else ""
    return line(" ", Span(title, Tone.HEAD), right=[span for span in (dim(right), hint(gap + keys)) if span.text])


def good(text: str) -> Span:
    """Return a span that says that something holds."""
    return Span(text, Tone.OK)


def bad(text: str) -> Span:
    """Return a span that says that something does not hold or failed."""
    return Span(text, Tone.BAD)


def warn(text: str) -> Span:
    """Return a span that asks for care."""
    return Span(text, Tone.WARN)


def key(text: str) -> Span:
    """Return the name of a key."""
    return Span(text, Tone.KEY)


def is_open(section: Section, toggled: Collection[str]) -> bool:
    """Return whether ``section`` is open, ``toggled`` naming the sections that are not as they started."""
    return section.starts_open is not (section.key in toggled)


def shown(document: Iterable[Line | Section], toggled: Collection[str] = ()) -> Iterator[ShownLine]:
    """Yield the lines of ``document`` as they are shown with the sections in ``toggled`` turned from how they started."""
    yield from _shown(document, toggled, ())


def sections(document: Iterable[Line | Section]) -> Iterator[Section]:
    """Yield every section of ``document``, the inner ones behind theirs."""
    for item in document:
        if isinstance(item, Section):
            yield item
            yield from sections(item.opened)


def as_text(document: Iterable[Line | Section], closed: Collection[str] = ()) -> str:
    """Return the document as plain text, every section open: what is copied, what a command prints, and what a support desk reads.

    What stands there for the keys of a screen is left out: their names, hints, the marks of sections.
    Sections whose key is in ``closed`` are short.
    """
    return "\n".join(_texts(document, closed))


def _texts(document: Iterable[Line | Section], closed: Collection[str]) -> Iterator[str]:
    for item in document:
        if isinstance(item, Line):
            told = Line(*(tuple(span for span in side if span.tone not in _FOR_SCREENS) for side in (item.left, item.right)))
            if told.text or not item.text:
                yield told.text
        elif item.key in closed:
            yield from _texts(_unmarked(item.closed), closed)
        else:
            yield from _texts(_unmarked(item.opened), closed)


def _unmarked(items: Sequence[Line | Section]) -> Sequence[Line | Section]:
    """Return the lines of a section without the mark that says whether it is open."""
    first = items[0] if items else None
    if not isinstance(first, Line):
        return items
    for number, span in enumerate(first.left):
        bare = span.text.lstrip()
        if bare and (bare[:2] not in _FOLDS or span.tone not in {Tone.PLAIN, Tone.HEAD}):
            break
        if bare:
            lead = Span(f"{span.text[: len(span.text) - len(bare)]}  {bare[2:]}", span.tone)
            return (Line((*first.left[:number], lead, *first.left[number + 1 :]), first.right), *items[1:])
    return items


_FOR_SCREENS = frozenset({Tone.HINT, Tone.KEY})
_FOLDS = frozenset({"+ ", "- "})


def _spans(parts: Iterable[Part]) -> tuple[Span, ...]:
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def _shown(document: Iterable[Line | Section], toggled: Collection[str], around: tuple[str, ...]) -> Iterator[ShownLine]:
    for item in document:
        if isinstance(item, Line):
            yield ShownLine(item, around)
            continue
        first = True
        inner = item.opened if is_open(item, toggled) else item.closed
        for row in _shown(inner, toggled, (*around, item.key)):
            yield ShownLine(row.line, row.sections, first=True) if first else row
            first = False
