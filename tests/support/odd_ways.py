"""How the odd target can be: a switch for each way in which a target keeps to docs/target-api.yaml and still surprises its clients."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Keep = Callable[[Any], Any]
"""What the target makes of a value that it is sent."""


def shout(external_id: str) -> str:
    """Return an external id in the other case."""
    return external_id.swapcase()


def decompose(external_id: str) -> str:
    """Return an external id in another Unicode form; the same where it has no such characters."""
    return unicodedata.normalize("NFD", external_id)


def sanitize(text: Any) -> Any:
    """Return HTML as a service keeps it that takes out what it does not know."""
    return re.sub(r"<(?!/?(?:p|b|i|ul|li|br)\b)[^>]*>", "", str(text)).replace("<br>", "<br/>").strip()


class Alert(StrEnum):
    """What can happen to one request."""

    RESET_BEFORE = "the connection ends before the request is read"
    RESET_AFTER = "the connection ends after the request is done"
    BROKEN_BEFORE = "500 before it is done"
    BROKEN_AFTER = "500 after it is done"
    AWAY = "503"
    PAGE = "a web page with 200"
    PAGE_AFTER = "a web page with 200 after it is done"
    CUT = "half a body after it is done"


DONE_FIRST = frozenset({Alert.RESET_AFTER, Alert.BROKEN_AFTER, Alert.PAGE_AFTER, Alert.CUT})


@dataclass(kw_only=True)
class Ways:
    """How the target differs from what one might expect; as it stands, in nothing.

    Attributes:
        page: Jobs on a page, of look-ups as of lists.
        foreign_first: A look-up's first page is empty although there is a next.
        numbered: ``next`` is a number rather than a text.
        end: What stands for "no more" (None, "" or "missing").
        circles: ``next`` is the same for ever.
        repeats: Each job is on two pages, as where a list moves under its reader.
        unfiltered: The external id of a look-up is not looked at: every job is answered.
        loose: Look-ups find an external id in any case and Unicode form.
        silent: Where ``external_id`` is left out: "lists", "reads", "everywhere" or nowhere.
        respell: What is made of the external id in what it answers.
        hidden: Ids that reading by id does not know, although lists have them.
        lag: Seconds in which a new job cannot be read, by id or by look-up; and a changed one is read as it was.
        lag_reads: The same, counted in reads.
        in_progress: A create is done and answered 409, as if its key were at work still, so many times.
        refuses_creates: A create is answered 409 and not done, so many times.
        taken: Runs before a create, which is then answered 409: somebody else was faster.
        created: The status of a create.
        body: What answers a write: "whole", "none", "id" (of the job, alone), "other" (another job's document), "list" (a list of it).
        reads_as_list: Reading by id answers ``{"data": [job]}``.
        reads_other: Reading by id answers another job.
        patched: The status of an update.
        refuses_after: An update is done, and answered with this status all the same, so many times.
        drops_external_id: A create forgets it.
        on_patch: What else becomes of a job that is updated.
        etag: "weak", "strong" or "none".
        version: "number", "text" or "none".
        keeps: What becomes of a field's value on its way in, by field name (``settings.language`` too); what returns None is dropped.
        bare_null: Cleared and never set fields are answered as "".
        keyless: Idempotency keys mean nothing.
    """

    page: int = 100
    foreign_first: bool = False
    numbered: bool = False
    end: str | None = None
    circles: bool = False
    repeats: bool = False
    unfiltered: bool = False
    loose: bool = False
    silent: str = ""
    respell: Callable[[str], str] | None = None
    hidden: set[str] = field(default_factory=set)
    lag: float = 0.0
    lag_reads: int = 0
    in_progress: int = 0
    refuses_creates: int = 0
    taken: Callable[[], object] | None = None
    created: int = 201
    body: str = "whole"
    reads_as_list: bool = False
    reads_other: bool = False
    patched: int = 200
    refuses_after: tuple[int, int] = (0, 0)
    drops_external_id: bool = False
    on_patch: Callable[[dict[str, Any]], object] | None = None
    etag: str = "weak"
    version: str = "number"
    keeps: dict[str, Keep] = field(default_factory=dict)
    bare_null: bool = False
    keyless: bool = False


def normalizing() -> Ways:
    """Return the ways of a target that tidies up what it is sent, as real services do."""
    return Ways(
        keeps={
            "name": lambda value: re.sub(r"\s+", " ", value).strip().title(),
            "description": sanitize,
            "templates": sorted,
            "custom.shift": lambda value: str(value).upper(),
            "settings.language": str.lower,
            "department": lambda value: html.escape(value.strip()),
        },
        bare_null=True,
        version="text",
    )


def paging() -> Ways:
    """Return the ways of a target that answers everything one job at a time, and look-ups with what was not asked for."""
    return Ways(page=1, foreign_first=True, end="", numbered=True)


def lagging(seconds: float = 0.3) -> Ways:
    """Return the ways of a target whose reads are behind its writes."""
    return Ways(lag=seconds)


ODD = {"normalizing": normalizing, "paging": paging, "lagging": lagging}
