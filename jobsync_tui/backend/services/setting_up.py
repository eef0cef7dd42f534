"""What setting up an integration needs to know, before there is a configuration that somebody could be admitted by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ..core.models import ExportReport

FILE = "file"
"""The provider of exported files, which has a path in place of an address and credentials."""


@dataclass(frozen=True, slots=True)
class ProviderNeeds:
    """What a provider's integration has to be given.

    Attributes:
        title: The name people know the ATS by.
        credentials: Names of the credentials.
        address: Its usual address; None where each account has one of its own.
        key_made: Where somebody makes the key in the ATS.
    """

    provider: str
    title: str
    credentials: tuple[str, ...]
    address: str | None
    key_made: str


def all_needs() -> tuple[ProviderNeeds, ...]:
    """Return what each provider needs that comes with the program, by title, and files last."""
    from ..ats.registry import OURS

    found = sorted(map(needs_of, OURS), key=lambda each: (each.provider == FILE, each.title.casefold()))
    return tuple(found)


def usual_name(title: str, integration: str, taken: Collection[str]) -> str:
    """Return what people may call an integration: the title of its ATS, with its id where another one is called that."""
    return f"{title} {integration}" if title in taken else title


def needs_of(provider: str) -> ProviderNeeds:
    """Return what a provider needs.

    Raises:
        UsageError: Nobody provides it.
    """
    from ..ats.registry import adapter_class

    kind = adapter_class(provider)
    return ProviderNeeds(provider, kind.title, kind.credential_names, kind.default_base_url, kind.key_made)


def look_through(file: Path) -> ExportReport:
    """Return what the columns of an export become.

    Raises:
        RemoteError: The file cannot be read.
        ConfigError: No column is the id.
    """
    from ..ats.file.survey import survey

    return survey(file)
