"""What is odd about the ids of an export: a spreadsheet that takes them for quantities writes 200 as ``200.0`` and ``0042`` as 42."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.id_forms import is_float, without_zeros
from ..core.models import ID_FORMS, Failure
from ..core.text import clean, counted


def id_warning(integration: str, ids: Sequence[str], linked: Collection[str], otherwise: Sequence[tuple[str, str]]) -> Failure | None:
    """Return what is to be said of the ids of a whole export; None where nothing is odd.

    Args:
        integration: Its id.
        ids: All of them.
        linked: Those of the odd ones under which jobs are linked to jobs of the target.
        otherwise: Former and present id of jobs that are linked under another form of their number.
    """
    rename = f"jobsync integrations rename-ids {integration}"
    if otherwise:
        old, new = otherwise[0]
        are = counted(len(otherwise), "job has its ID", "jobs have their IDs")
        return Failure(
            ID_FORMS,
            f"{are} written otherwise than when it was synced, such as {_short(new)}, which was {_short(old)}",
            f"Correct the export if that is a mistake. Else refresh, and {rename} gives the jobs in Tenzo the new external IDs.",
        )
    odd = odd_ids(ids)
    if not odd:
        return None
    example = _short(odd[0])
    if is_float(odd[0]):
        message = f"{counted(len(odd), 'ID ends', 'IDs end')} in .0, such as {example}, as a spreadsheet writes quantities"
    else:
        has = counted(len(odd), "ID has", "IDs have")
        message = f"{has} fewer digits than others, which begin with zeros: such as {example}, which may have lost its own"
    if any(each in linked for each in odd):
        return Failure(
            ID_FORMS,
            message,
            f"Jobs are synced under these IDs, so let the export go on writing them like this. If it comes to write them otherwise, "
            f"{rename} gives the jobs in Tenzo the new external IDs.",
        )
    return Failure(
        ID_FORMS,
        message,
        "Format the column as text before the first sync: the next export may write them otherwise, as IDs of other jobs.",
    )


def odd_ids(ids: Sequence[str]) -> list[str]:
    """Return the ids that end in .0, or else those that may have lost their zeros."""
    return [each for each in ids if is_float(each)] or without_zeros(ids)


def _short(job_id: str) -> str:
    return clean(job_id, limit=80)
