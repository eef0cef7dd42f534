"""Whether an integration may be one that was there before, under a new id; until that is known nothing is written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.models import Failure

if TYPE_CHECKING:
    from ..storage.jobs.origins import Origin
    from .parts import Parts

HELD = "maybe_renamed"
"""The code of a refusal because of it."""


async def held(parts: Parts, integration: str) -> Failure | None:
    """Return why nothing is written for an integration yet, or None.

    The ids of integrations that left the configuration are named to those only who may use every one.
    """
    origin = origin_of(parts, integration)
    configured = [each.id for each in parts.admission.settings.integrations]
    found = await parts.stores.integrations.predecessors(integration, origin, configured)
    if not found:
        return None
    everything = parts.admission.has_everything()
    old = " or ".join(found) if everything else "one that left the configuration"
    rename = f"jobsync integrations rename {found[0] if everything else 'OLD'} {integration}"
    return Failure(
        HELD,
        f"{integration} may be {old} under a new ID: nothing is written, since every job would be created in Tenzo again",
        f"If it is: {rename}. If it is another ATS: jobsync integrations separate {integration}.",
    )


async def before_writing(parts: Parts, integration: str) -> Failure | None:
    """Note where an integration reads from that is about to write, so that it is known again, and return why it must not yet, or None."""
    await parts.stores.integrations.note_origin(integration, origin_of(parts, integration))
    return await held(parts, integration)


def origin_of(parts: Parts, integration: str) -> Origin:
    """Return where an integration reads from, by the configuration."""
    from ..storage.jobs.origins import Origin

    settings = parts.connections.settings_of(integration)
    if settings.path is not None:
        return Origin(settings.provider, str(settings.path))
    address = settings.base_url or parts.connections.adapter_class(integration).default_base_url or ""
    return Origin(settings.provider, str(address).rstrip("/").lower())
