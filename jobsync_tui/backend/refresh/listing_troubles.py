"""What is wrong with a listing, in words: nobody watches an automatic run, and a kept cache looks like a good one."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.models import CREATES_WAIT, IDS_REUSED, JOBS_MISSING, LISTING_INCOMPLETE, OTHER_ID, ROWS_SET_ASIDE, STATUS_UNKNOWN, Failure
from ..core.text import clean, counted
from ..settings.redaction import redact
from ..storage.jobs.listing_gap import Gap
from ..storage.jobs.same_jobs import SameJob
from ..storage.jobs.set_aside import SetAside

LONGEST = 160
"""Characters of a name or a reason that comes from the ATS."""


def withheld(integration: str, lacking: int, known: int) -> Failure:
    """Return the trouble of a list that lacks more than may count as gone by itself."""
    of = counted(known, "job was missing from the list and is kept", "jobs were missing from the list and are kept")
    return Failure(
        JOBS_MISSING,
        f"{lacking:,} of {of}",
        f"Look in the ATS whether they are gone; jobsync refresh -i {integration} --accept-gone lets it mark them. "
        f"Until then the automatic sync creates no new jobs. jobsync integrations rename-ids {integration} shows whether they came under "
        "other ids.",
    )


def not_whole(integration: str, doubt: str, lacking: int) -> Failure:
    """Return the trouble of a full list that cannot be taken for whole."""
    kept = f", so {counted(lacking, 'job that it lacks is kept', 'jobs that it lacks are kept')}" if lacking else ""
    return Failure(
        JOBS_MISSING,
        f"The list was not whole: {doubt}{kept}",
        f"The automatic sync lists everything again within the hour; jobsync refresh -i {integration} --full does now.",
    )


def changes_not_whole(integration: str, doubt: str) -> Failure:
    """Return the trouble of a list of changes that cannot be taken for whole."""
    return Failure(
        LISTING_INCOMPLETE,
        f"The list of changes was not whole: {doubt}; the next refresh asks for the same changes again",
        f"jobsync refresh -i {integration} --full asks for everything.",
    )


def too_many_aside(integration: str, rejected: int, rows: int, reason: str) -> Failure:
    """Return the failure of a listing that set aside so many rows that it is none."""
    return Failure(
        ROWS_SET_ASIDE,
        f"{rejected:,} of {counted(rows, 'row')} could not be read and are set aside: {_short(reason)}",
        f"The changes are asked for again by the next refresh; jobsync refresh -i {integration} names the rows.",
    )


def set_aside(integration: str, found: SetAside | None) -> Failure | None:
    """Return the trouble of rows that stand set aside: how many, why, and the first of them."""
    if found is None:
        return None
    which = clean(redact(found.name or found.id or ""), limit=LONGEST)
    example = f" ({'for example ' if found.rows > 1 else ''}{which})" if which else ""
    return Failure(
        ROWS_SET_ASIDE,
        f"{counted(found.rows, 'row is', 'rows are')} set aside, with the last known state kept: {_short(found.reason)}{example}",
        f"Correct the rows in the ATS; they are read again by each refresh. jobsync refresh -i {integration} --full names them all.",
    )


def unknown_statuses(integration: str, words: Sequence[tuple[str, int]]) -> Failure | None:
    """Return the trouble of status words that nobody knows: no rule on a status matches their jobs."""
    if not words:
        return None
    named = ", ".join(f"{_short(word)} ({counted(count, 'job')})" for word, count in words[:10])
    more = f" and {counted(len(words) - 10, 'other')}" if len(words) > 10 else ""
    return Failure(
        STATUS_UNKNOWN,
        f"{counted(len(words), 'status word is', 'status words are')} unknown: {named}{more}; map them under statuses",
        f'In the configuration of {integration}: statuses = {{ "{_short(words[0][0])}" = "open" }} (or closed, draft, on_hold); then '
        f"jobsync refresh -i {integration} --full. Until then no rule on the status matches these jobs.",
    )


def creates_wait(integration: str, words: str | None) -> Failure | None:
    """Return the trouble of new jobs that wait for a person; ``words`` say why. Where they are empty, another trouble says it."""
    if not words:
        return None
    return Failure(
        CREATES_WAIT,
        words,
        "If an export or a setting writes the ids otherwise, correct that and refresh. If the jobs have new ids in the ATS, "
        f"jobsync integrations rename-ids {integration} shows which is which and gives their jobs in Tenzo the new external IDs; then "
        f"jobsync refresh -i {integration} --full. What is accepted as gone before that is created in Tenzo anew.",
    )


def ids_reused(integration: str, jobs: tuple[str, ...]) -> Failure | None:
    """Return the trouble of jobs whose ids came back as those of other jobs."""
    if not jobs:
        return None
    has = counted(len(jobs), "job has", "jobs have")
    return Failure(
        IDS_REUSED,
        f"{has} another name, place and creation date than when synced, so the ATS seems to use an ID again: {_short(', '.join(jobs))}",
        f"jobsync sync -i {integration} {_short(jobs[0])} --dry-run shows what would change in Tenzo; a sync by a person settles it.",
    )


def known_under_others(integration: str, jobs: Sequence[SameJob]) -> Failure | None:
    """Return the trouble of new jobs that are known ones under other ids."""
    if not jobs:
        return None
    are = counted(len(jobs), "new job is a known one under another ID", "new jobs are known ones under other IDs")
    example = f"{_short(jobs[0].old)} is now {_short(jobs[0].new)}"
    return Failure(
        OTHER_ID,
        f"{are} and not created in Tenzo again: {'for example ' if len(jobs) > 1 else ''}{example}",
        f"jobsync integrations rename-ids {integration} shows which is which and gives their jobs in Tenzo the new external IDs. "
        "If one is another job after all, sync it by hand, which creates it.",
    )


def why_creates_wait(found: Gap, *, lacks: bool) -> str | None:
    """Return why new jobs wait for a person; empty where that is what the list lacks and nothing more, None where they need not wait."""
    if not (lacks or found.same_jobs):
        return None
    if not found.twins:
        return ""
    example = "" if found.example is None else f", such as {_short(found.example[0])}, now {_short(found.example[1])}"
    same = counted(found.twins, "new job has the name and place of a known one", "new jobs have the names and places of known ones")
    return f"New jobs are not created by themselves: {same}{example}. These look like the same jobs under other ids"


def _short(text: str) -> str:
    return clean(redact(text), limit=LONGEST).rstrip(".")
