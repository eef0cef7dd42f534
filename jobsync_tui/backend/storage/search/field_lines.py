"""What stands inside other fields, as filters ask for it: ``custom.shift``, ``custom.contract.hours``, ``location.city``.

A job's parts are one text of lines, each a dotted name and its values, parted by tabs, all of it folded. Names count without case, so
fields that differ in nothing else share a line; a folded text holds neither tabs nor line feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from ...core.models import Job, JsonValue, Location
from .fold import KEY_LENGTH, folded_again

PLACE_PARTS = ("text", "city", "region", "country")
CUSTOM = "custom."

Named: TypeAlias = tuple[str, str]
"""A dotted name and a value of it."""


def parts_of(job: Job) -> str:
    """Return the parts of ``job``, an empty text where it has none. Of several places every one counts, as for ``location``."""
    places = job.locations or ((job.location,) if job.location else ())
    lines = [_place_lines(place.text, place.city, place.region, place.country) for place in places[:1]]
    if len(places) > 1:
        lines = [_lines(named for place in places for named in _place_parts(place))]
    if job.custom:
        lines.append(_custom_lines(job.custom))
    text = "".join(lines)
    return f"{text}\n" if text else ""


def line_start(name: str) -> str:
    """Return what the line of a folded dotted name begins with; its values stand behind it, up to a line feed."""
    return f"\n{name}\t"


def _lines(named: Iterable[Named]) -> str:
    """Return a line for each name, with its values in their order and each once; a line feed stands before each."""
    values: dict[str, dict[str, None]] = {}
    for name, value in named:
        values.setdefault(folded_again(name), {})[folded_again(value)] = None
    return "".join(line_start(name) + "\t".join(each) for name, each in values.items())


@lru_cache(4096)
def _place_lines(*parts: str | None) -> str:
    return _lines(_place_parts(Location(*parts)))


def _place_parts(place: Location) -> Iterator[Named]:
    for part in PLACE_PARTS:
        value = getattr(place, part)
        if value:
            yield f"location.{part}", value


def _custom_lines(custom: Mapping[str, JsonValue]) -> str:
    """Return the lines of custom fields; those of short texts, which most fields are, are remembered."""
    found = [_line_of_text(name, value) for name, value in custom.items() if isinstance(value, str) and len(value) <= KEY_LENGTH]
    plain = len(found) == len(custom) and len({start for start, _ in found}) == len(found)
    return "".join(line for _, line in found) if plain else _lines(_inside(CUSTOM.rstrip("."), custom))


@lru_cache(8192)
def _line_of_text(name: str, value: str) -> tuple[str, str]:
    """Return what the line of a custom field begins with, and the line; empty where the text is."""
    start = line_start(folded_again(CUSTOM + name))
    return start, f"{start}{folded_again(value)}" if value else ""


def _inside(name: str, value: JsonValue | Mapping[str, JsonValue]) -> Iterator[Named]:
    """Give what ``value`` holds, however deep: what stands in lists under the name of the list."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _inside(f"{name}.{key}", each)
    elif isinstance(value, list):
        for each in value:
            yield from _inside(name, each)
    else:
        yield from ((name, text) for text in _texts(value))


def _texts(value: JsonValue) -> tuple[str, ...]:
    """Return what a value can be asked for by: yes or no as well as true or false."""
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("yes", "true") if value else ("no", "false")
    return (str(value),)
