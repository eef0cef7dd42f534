"""A job as the cache keeps it, whichever ATS gave it: names without blanks around them and line breaks in them, and a status we know.

An account's own words for a status are mapped by ``statuses`` in the configuration; what is mapped there counts before what an adapter
knows by itself. The description and the custom fields stay as the ATS gave them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..core.models import Job, JobStatus, Location

_BREAK = re.compile(r"[ \t]*[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+[ \t]*")

_TEXTS = ("name", "ats_status", "department", "client", "owner", "requisition_id", "employment_type")


def word_key(word: str) -> str:
    """Return a status word as it is compared: without case, and without blanks around it or several in it."""
    return " ".join(word.split()).casefold()


def as_kept(job: Job, statuses: Mapping[str, JobStatus]) -> Job:
    """Return the job as the cache keeps it.

    Args:
        job: As the adapter gave it.
        statuses: The integration's own words, by `word_key`.
    """
    changes: dict[str, Any] = {name: even for name in _TEXTS if (even := one_line(value := getattr(job, name))) is not value}
    if job.tags and (tags := tuple(dict.fromkeys(even for tag in job.tags if (even := one_line(tag))))) != job.tags:
        changes["tags"] = tags
    if job.location is not None and (place := _place(job.location)) is not job.location:
        changes["location"] = place
    if any(_place(each) is not each for each in job.locations):
        changes["locations"] = tuple(dict.fromkeys(map(_place, job.locations)))
    if statuses and job.ats_status and (status := statuses.get(word_key(job.ats_status))) is not None:
        changes["status"] = status
    return replace(job, **changes) if changes else job


def one_line(text: str | None) -> str | None:
    """Return a text without blanks around it and with a blank for each line break; None where nothing is left."""
    if text is None or (text.isprintable() and text[:1] != " " and text[-1:] != " "):
        return text
    even = _BREAK.sub(" ", text.strip()).strip()
    return text if even == text else even or None


@lru_cache(8192)
def _place(found: Location) -> Location:
    even = Location(one_line(found.text), one_line(found.city), one_line(found.region), one_line(found.country))
    return found if even == found else even
