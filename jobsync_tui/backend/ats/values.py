"""Small readings that several ATSs share: times, status words, places, texts that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import unescape
from urllib.parse import SplitResult, urlsplit

from ..core.clock import from_ms, rfc3339
from ..core.models import JobStatus, Location, Visibility

_UNKNOWN = JobStatus.UNKNOWN  # looking a member up in its enumeration costs as much as a dictionary does
_VISIBILITY = {each.value: each for each in Visibility}
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_NOWHERE = frozenset(
    {
        "",
        "n/a",
        "n.a.",
        "na",
        "none",
        "null",
        "nil",
        "-",
        "--",
        "---",
        "\u2013",
        "\u2014",
        ".",
        "?",
        "tbd",
        "unknown",
        "not specified",
        "k.a.",
        "k. a.",
    }
)
"""What stands in a field for a place where there is none."""
_COUNTED = re.compile(
    r"\d+ (?:other |more )?(?:locations?|places|sites|offices|cities|standorte|orte|lieux|sedes|ubicaciones)", re.IGNORECASE
)
"""A number of places in place of their names."""
_BETWEEN = re.compile(r"\s*[;|\n\u2022\u00b7]\s*|\s+/\s+|\s+(?:or|oder|ou)\s+")
_LATEST_MS = 253_402_300_799_000
"""The end of the year 9999."""


def filled(text: str | None) -> str | None:
    """Return ``text`` as it is, or None where it is empty or only white space."""
    return text if text and not text.isspace() else None


def plain(text: str | None) -> str | None:
    """Return a text that is no HTML without the entities that some ATSs put into it: "R&amp;D" is "R&D". The rest stays as it is."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text) if text and "&" in text else text


def _somewhere(text: str | None) -> str | None:
    """Return a part of a place, or None for one that only says that there is none."""
    return None if text is None or text.strip().casefold() in _NOWHERE else filled(text)


def moment(text: str | None) -> datetime | None:
    """Return an ISO 8601 time in UTC, to the millisecond that is kept, or None where there is none or it makes no sense.

    Any number of fraction digits is read; a time without a zone is taken for UTC. A date that cannot be read does not cost the job.
    """
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is not UTC:
            value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    surplus = value.microsecond % 1000
    return value.replace(microsecond=value.microsecond - surplus) if surplus else value


def moment_ms(milliseconds: float | None) -> datetime | None:
    """Return the time that many milliseconds after 1970 in UTC, or None where there is none or it is beyond the calendar."""
    if milliseconds is None or not 0 <= milliseconds <= _LATEST_MS:
        return None
    return from_ms(int(milliseconds))


def status_of(word: str | None, vocabulary: Mapping[str, JobStatus]) -> JobStatus:
    """Return the shared status for an ATS's own word, whatever its case; ``unknown`` for a word that is not in ``vocabulary``."""
    return vocabulary.get(word.strip().lower(), _UNKNOWN) if word else _UNKNOWN


def visibility_of(
    word: str | None, vocabulary: Mapping[str, Visibility] = _VISIBILITY, *, confidential: bool | None = None
) -> Visibility | None:
    """Return who may see a job, by an ATS's own word, whatever its case; one that is confidential is so whatever its posting is."""
    if confidential:
        return Visibility.CONFIDENTIAL
    return vocabulary.get(word.strip().lower()) if word else None


@lru_cache(8192)
def place(text: str | None = None, city: str | None = None, region: str | None = None, country: str | None = None) -> Location | None:
    """Return a location from what the ATS gives, or None from nothing.

    From a text alone, city is what stands before the first comma. From parts alone, the text is the parts, joined by commas. Jobs share
    places, so they are remembered.
    """
    text, city, region, country = (_somewhere(plain(part)) for part in (text, city, region, country))
    if text is None:
        parts = [part for part in (city, region, country) if part is not None]
        return Location(", ".join(parts), city, region, country) if parts else None
    if city is None and region is None and country is None and not _COUNTED.fullmatch(text):
        city = _somewhere(text.partition(",")[0].strip())
    return Location(text, city, region, country)


def distinct(places: Iterable[Location | None]) -> tuple[Location, ...]:
    """Return the locations that are there, each once, in their order; several in one text are told apart."""
    return tuple(dict.fromkeys(each for place in places if place is not None for each in apart(place)))


@lru_cache(8192)
def _names_several(text: str) -> bool:
    return _BETWEEN.search(text) is not None


def apart(found: Location) -> tuple[Location, ...]:
    """Return the places of a location that is a text only, such as "Berlin; Munich" or "Berlin / Munich"; else the location by itself."""
    if found.text is None or found.region is not None or found.country is not None or not _names_several(found.text):
        return (found,)
    if found.city != found.text.partition(",")[0].strip():
        return (found,)
    parts = [part for part in _BETWEEN.split(found.text) if part.strip(" ,")]
    return tuple(each for part in parts if (each := place(part.strip(" ,"))) is not None) if len(parts) > 1 else (found,)


def texts(values: Iterable[str | None] | None) -> tuple[str, ...]:
    """Return the texts that say something, each once, in their order."""
    return tuple(dict.fromkeys(value for value in values or () if value is not None and filled(value)))


def address(text: str) -> SplitResult | None:
    """Return a web address taken apart, or None for a text that is none; ``urlsplit`` alone stumbles over brackets."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.netloc else None


def watermark(asked_at: datetime, overlap: timedelta) -> str:
    """Return the mark from which the next incremental listing starts: when this one was asked for, less an overlap.

    The start counts, not the newest change seen: what changes while a listing runs would otherwise be missed. The overlap makes up for
    clocks that differ and for changes that the ATS shows late.
    """
    return rfc3339(asked_at - overlap)
