"""Which job of the target is meant: read by the id that is known, else looked up, and never guessed."""

from __future__ import annotations

from ..core.errors import CannotTell
from ..core.models import SyncState
from ..target.base import Target, TargetJob, alike


async def read_target(target: Target, wanted: str, mark: SyncState) -> tuple[tuple[TargetJob, ...], str | None]:
    """Return the target's jobs for the external id ``wanted``, and the id of one that we know and that is gone.

    Raises:
        CannotTell: The target contradicts itself, or does not say whose a job is.
        RemoteError: The target could not be read.
    """
    known = None if mark.target_id is None else await target.get(mark.target_id)
    if known is not None and known.external_id is not None:
        if known.external_id != wanted and alike(known.external_id, wanted):
            raise _unclear(target, f"the job {known.id} has the external ID {known.external_id}, which only looks like {wanted}", wanted)
        return (known,), None
    found = await look_up(target, wanted)
    if known is not None and known.id not in {each.id for each in found}:
        raise _unclear(target, f"the job {known.id} that this was synced to has no external ID any more", wanted)
    return found, None if found else mark.target_id


async def look_up(target: Target, wanted: str) -> tuple[TargetJob, ...]:
    """Return the target's jobs with that external id; a single one whole, as it is when read by its id.

    Raises:
        CannotTell: The target contradicts itself, or does not say whose a job is.
        RemoteError: The target could not be read.
    """
    found = await target.find(wanted)
    if len(found) != 1 or found[0].etag is not None:
        return found
    # A list carries no ETag, and need not carry every field. Without an ETag an update could not be refused where somebody was faster.
    single = await target.get(found[0].id)
    if single is None:
        raise _unclear(target, f"it lists the job {found[0].id}, and says that there is none when asked for it", wanted)
    if single.external_id != wanted:
        said = f"the external ID {single.external_id}" if single.external_id is not None else "no external ID"
        raise _unclear(target, f"it lists the job {single.id} with {wanted}, and answers it with {said}", wanted)
    return (single,)


def _unclear(target: Target, what: str, wanted: str) -> CannotTell:
    remedy = f"Nothing was sent. Look at the job in Tenzo: it needs the external ID {wanted}, spelled exactly so. Then sync again."
    return CannotTell(f"Tenzo does not say clearly which job is meant: {what}", service=target.title, remedy=remedy)
