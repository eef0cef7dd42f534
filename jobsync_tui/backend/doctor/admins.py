"""Who is let in: ids in ``[[admins]]`` that no integration has, which let nobody in and are mistyped more often than meant."""

from __future__ import annotations

import difflib

from ..access.access import EVERY_INTEGRATION, AccessPolicy, Actor
from ..core.models import DoctorFinding
from ..core.text import clean
from ..settings.schema import Settings
from .findings import ok, warn

CHECK = "admins"


def admins(settings: Settings, actor: Actor) -> list[DoctorFinding]:
    """Name each such id, to whoever may use every integration; to any other admin those of their own entries only."""
    policy = AccessPolicy(settings)
    known = sorted(policy.integrations(actor))
    everything = policy.everything(actor)
    wrong = [
        (admin.user, each)
        for admin in settings.admins or ()
        for each in admin.integrations
        if each != EVERY_INTEGRATION and settings.integration(each) is None and (everything or admin.user == actor.user)
    ]
    return [_unknown(user, each, known) for user, each in wrong] or [ok(CHECK, "Every integration that [[admins]] names is there")]


def _unknown(user: str, integration: str, known: list[str]) -> DoctorFinding:
    near = difflib.get_close_matches(integration, known, n=1)
    meant = f"Write {near[0]}, if that is meant" if near else f"The integrations are {', '.join(known) or 'none yet'}"
    return warn(
        CHECK,
        f"[[admins]] gives {clean(user, limit=64)} the integration {clean(integration, limit=64)!r}, and there is none of that id",
        f"{meant}; else take it out, or add its [[integrations]] table",
    )
