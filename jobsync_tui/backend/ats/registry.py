"""Which class speaks which ATS: ours by a table of names, third parties' by entry point. Only the one asked for is imported."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isabstract
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.text import clean, meant
from .base import Adapter

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "jobsync.adapters"
"""An installed package adds a provider by an entry point in this group: its name is the provider, its object the `Adapter` subclass."""

OURS = {
    "kombo": "kombo.adapter:Kombo",
    "merge": "merge:Merge",
    "crelate": "crelate:Crelate",
    "greenhouse": "greenhouse.adapter:Greenhouse",
    "lever": "lever:Lever",
    "ashby": "ashby.adapter:Ashby",
    "bullhorn": "bullhorn.adapter:Bullhorn",
    "recruitcrm": "recruitcrm:RecruitCrm",
    "workable": "workable:Workable",
    "smartrecruiters": "smartrecruiters:SmartRecruiters",
    "teamtailor": "teamtailor:Teamtailor",
    "recruitee": "recruitee:Recruitee",
    "file": "file.adapter:FileExport",
}
"""The providers that come with the program, and where their adapters are."""


def providers() -> tuple[str, ...]:
    """Return every provider that a configuration may name: ours, then the others by name."""
    return (*OURS, *sorted(name for name in _theirs() if name not in OURS))


@cache
def adapter_class(provider: str) -> type[Adapter]:
    """Return the adapter for ``provider``.

    Raises:
        UsageError: Nobody provides it, or the package that should cannot be loaded.
    """
    if provider in OURS:
        module, _, name = OURS[provider].partition(":")
        found: object = getattr(import_module(f".{module}", __package__), name)
    else:
        point = _theirs().get(provider)
        if point is None:
            message = meant(f"Unknown provider: {clean(provider, limit=64)}", provider, providers())
            known = f"Known providers: {', '.join(providers())}. One of another package needs that package installed: docs/adapters.md."
            raise UsageError(message, remedy=known)
        found = _load(point)
    if not (isinstance(found, type) and issubclass(found, Adapter) and not isabstract(found)):
        raise UsageError(f"The provider {clean(provider, limit=64)} is not a complete adapter", remedy="See docs/adapters.md.")
    return found


def _theirs() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def _load(point: EntryPoint) -> object:
    try:
        return point.load()
    except Exception as error:
        package = point.dist.name if point.dist is not None else point.module
        raise UsageError(
            f"The adapter {point.name} of the package {package} cannot be loaded: {_missing(error)}",
            remedy=f"Update or remove the package {package}; python -c 'import {point.module}' shows what is wrong with it.",
        ) from error


def _missing(error: Exception) -> str:
    if isinstance(error, ImportError) and error.name:
        return f"it needs {clean(error.name, limit=80)}, which is not installed or another version"
    return f"it fails with {type(error).__name__}"
