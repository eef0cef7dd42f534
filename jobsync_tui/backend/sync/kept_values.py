"""What a target makes of a value that it is sent: kept, kept otherwise, or not kept.

Every real service tidies up what it is sent: it trims, changes case, sanitizes HTML, sorts a list, writes a number as text, shortens.
Such a value is *kept otherwise*: what was sent can be recognized in it. That pair is remembered, so that the same value again is no
change. Anything else (another text, another number, nothing at all) is *not kept*, and the sync says so.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ..core.canonical import canonical, same
from ..core.models import JsonValue, Kept
from ..core.text import clean
from .fields import ordered

RECOGNIZED = 20
"""Letters and digits of a text's beginning by which the rest of it is taken for cut off, where they are less than half of it."""

QUOTED = 60
"""Characters of a value that are told in a sentence."""

_UNSEEN = re.compile(r"<(script|style|iframe|object)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,' ]*(\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})")
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Holding:
    """What a target holds of values that were sent, flat.

    Attributes:
        kept: What it keeps of the fields that it keeps otherwise.
        missing: The fields that it does not keep.
    """

    kept: Mapping[str, JsonValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def kept_fields(sent: Mapping[str, JsonValue], kept: Mapping[str, JsonValue]) -> tuple[Kept, ...]:
    """Return what a target keeps otherwise, field by field, beside what it was sent."""
    return tuple(Kept(name, sent[name], kept[name]) for name in ordered(kept) if name in sent)


def in_words(kept: Iterable[Kept]) -> str | None:
    """Return in words what a target keeps otherwise; None where that is nothing."""
    told = [f"{each.field} as {_quoted(each.kept)} (sent: {_quoted(each.sent)})" for each in kept]
    return f"Tenzo keeps in its own form: {'; '.join(told)}" if told else None


def _quoted(value: JsonValue) -> str:
    text = canonical(value) if not isinstance(value, str) else f'"{value}"'
    return clean(text, limit=QUOTED)


def holding(sent: Mapping[str, JsonValue], found: Mapping[str, JsonValue]) -> Holding:
    """Compare what was sent, None where a field was cleared, with what was found."""
    kept: dict[str, JsonValue] = {}
    missing: list[str] = []
    for name, value in sent.items():
        present = found.get(name)
        if equal(value, present):
            continue
        if recognizable(value, present):
            kept[name] = present
        else:
            missing.append(name)
    return Holding(kept, tuple(missing))


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Return whether two values of a field are the same; nothing may be written as null, as an empty text or as an empty list."""
    return same(one, other) or (nothing(one) and nothing(other))


def nothing(value: JsonValue) -> bool:
    """Return whether a field has no value, however that is written."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def recognizable(sent: JsonValue, found: JsonValue) -> bool:
    """Return whether ``found`` is what a target may make of ``sent`` that keeps it, in its own form."""
    if nothing(sent) or nothing(found):
        return nothing(sent) and nothing(found)
    if isinstance(sent, dict) and isinstance(found, dict):
        names = {*sent, *found}
        return all(equal(sent.get(name), found.get(name)) or recognizable(sent.get(name), found.get(name)) for name in names)
    if isinstance(sent, list) and isinstance(found, list):
        return _same_items(sent, found) and _same_items(found, sent)
    if isinstance(sent, list):
        return recognizable(sent[0], found) if len(sent) == 1 else recognizable(", ".join(map(_text, sent)), found)
    if isinstance(found, list):
        return len(found) == 1 and recognizable(sent, found[0])
    if isinstance(sent, dict) or isinstance(found, dict):
        return False
    return _same_scalar(sent, found)


def _same_items(some: list[JsonValue], others: list[JsonValue]) -> bool:
    """Return whether each of ``some`` is among ``others``, whatever the order and however often."""
    return all(any(equal(one, other) or recognizable(one, other) for other in others) for one in some)


def _same_scalar(sent: JsonValue, found: JsonValue) -> bool:
    if isinstance(sent, bool) or isinstance(found, bool):
        words = {_text(sent).casefold().strip(), _text(found).casefold().strip()}
        return words <= _TRUE or words <= _FALSE
    one, other = _text(sent), _text(found)
    numbers = _number(one), _number(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    days = _days(one), _days(other)
    if all(days):
        return _same_instant(one, other) or (bool(days[0] & days[1]) and _same_time(one, other))
    if _squeezed(one) == _squeezed(other):
        return True
    return any(_begins(essence, _essence(other)) for essence in (_essence(one), _essence(_UNSEEN.sub(" ", one))))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else str(value)


def _number(text: str) -> float | None:
    bare = text.strip()
    return float(re.sub(r"[,' ]", "", bare)) if _NUMBER.fullmatch(bare) else None


def _days(text: str) -> frozenset[date]:
    """Return the days that a text may mean that is one date, or a date and a time; none where it is something else."""
    found = _DAY.match(text.strip())
    if found is None or not re.fullmatch(r"([T ]?[0-9:.+\-Z ]*)", text.strip()[found.end() :]):
        return frozenset()
    one, two, three = found.groups()
    orders = [(one, two, three)] if len(one) == 4 else [(three, two, one), (three, one, two)]
    return frozenset(day for order in orders if len(order[0]) == 4 and (day := _day(*map(int, order))))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _same_instant(one: str, other: str) -> bool:
    """Return whether two times are the same instant, which in another zone may be on another day."""
    try:
        first, second = (datetime.fromisoformat(text.strip()) for text in (one, other))
    except ValueError:
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second


def _same_time(one: str, other: str) -> bool:
    """Return whether two dates are the same moment, where both say the time."""
    try:
        moments = [datetime.fromisoformat(text.strip()) for text in (one, other)]
    except ValueError:
        return True
    times = [moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in moments]
    return times[0] == times[1] or any(moment.time() == datetime.min.time() for moment in moments)


def _squeezed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _essence(text: str) -> str:
    """Return the letters and digits of a text: without markup, entities, accents, case, spaces and signs."""
    for _ in range(3):
        text = html.unescape(text)
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", _TAG.sub(" ", text)).casefold())
    return "".join(character for character in bare if character.isalnum())


def _begins(whole: str, part: str) -> bool:
    """Return whether ``part`` is ``whole``, or so much of its beginning that the rest was cut off; a cut number is another number."""
    if whole == part:
        return bool(whole)
    if part[-1:].isnumeric() and whole[len(part) :][:1].isnumeric():
        return False
    return whole.startswith(part) and (len(part) >= RECOGNIZED or len(part) * 2 >= len(whole))
