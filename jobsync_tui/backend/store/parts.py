"""What stands inside other fields, as filters ask for it: ``custom.shift``, ``custom.contract.hours``, ``location.city``.

A job's parts are one text of lines, each a dotted name and its values, parted by tabs, all of it folded. Names count without case, so
fields that differ in nothing else share a line; a folded text holds neither tabs nor line feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from ..database import Db, Dialect
from ..models import Job, JsonValue, Location
from . import codec
from .fold import folded_again
from .inserts import Insertion
from .statements import rows

PLACE_PARTS = ("text", "city", "region", "country")
CUSTOM = "custom."
_FILLED_AT_A_TIME = 2_000

Named: TypeAlias = tuple[str, str]
"""A dotted name and a value of it."""

_PARTS = Insertion("job_parts", ("key", "parts"), "ON CONFLICT (key) DO UPDATE SET parts = excluded.parts")


def parts_of(job: Job) -> str:
    """Return the parts of ``job``, an empty text where it has none. Of several places every one counts, as for ``location``."""
    places = job.locations or ((job.location,) if job.location else ())
    lines = [_place_lines(place.text, place.city, place.region, place.country) for place in places[:1]]
    if len(places) > 1:
        lines = [_lines(named for place in places for named in _place_parts(place))]
    if job.custom:
        lines.append(_lines(_inside(CUSTOM.rstrip("."), job.custom)))
    text = "".join(lines)
    return f"{text}\n" if text else ""


def line_start(name: str) -> str:
    """Return what the line of a folded dotted name begins with; its values stand behind it, up to a line feed."""
    return f"\n{name}\t"


def write_parts(db: Db, dialect: Dialect, jobs: Iterable[tuple[int, Job]], *, known: bool) -> None:
    """Keep the parts of jobs by their keys. ``known``: they were kept before, so that having none any more is to be written too."""
    found = [(key, parts_of(job)) for key, job in jobs]
    _PARTS.run(db, dialect, [row for row in found if known or row[1]])


def fill_parts(db: Db, dialect: Dialect) -> None:
    """Write the parts of every job that is kept, for a database of a time before there were any."""
    after = 0
    while found := rows(db, "SELECT key, body FROM payloads WHERE key > ? ORDER BY key LIMIT ?", after, _FILLED_AT_A_TIME):
        write_parts(db, dialect, [(key, codec.plain(body)) for key, body in found], known=False)
        after = found[-1][0]


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
