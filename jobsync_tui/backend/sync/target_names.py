"""Whether the target knows the templates, folders and users that a sync would name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from ..core.models import Change, JsonValue
from ..target.base import Catalog, Target

FRESH_FOR = 300.0
"""Seconds for which the target's names are taken as read, where every name asked for is among them."""

STALE_AFTER = 5.0
"""Seconds after which a missing name is looked for again: short for a person who adds it, long for a list of jobs that all lack it."""


class NameCheck:
    """Knows the target's names for a while, so that a sync does not ask for them each time."""

    def __init__(self, target: Target, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._target = target
        self._monotonic = monotonic
        self._catalog: Catalog | None = None
        self._read_at = 0.0

    async def missing(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """Return, in words, the names that ``changes`` would write and that the target does not have.

        Raises:
            RemoteError: The target cannot be asked.
        """
        asked = tuple(_named(changes))
        if not asked:
            return ()
        if self._catalog is not None:
            missing = _unknown(asked, self._catalog)
            if self._monotonic() - self._read_at < (STALE_AFTER if missing else FRESH_FOR):
                return missing
        self._catalog = await self._target.catalog()
        self._read_at = self._monotonic()
        return _unknown(asked, self._catalog)


def _named(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for change in changes:
        if change.field == "templates" and isinstance(change.after, list):
            yield from (("template", _text(name)) for name in change.after)
        elif change.field == "folder" and change.after is not None:
            yield "folder", _text(change.after)
        elif change.field == "follow_up_user" and change.after is not None:
            yield "user", _text(change.after)


def _unknown(asked: Iterable[tuple[str, str]], catalog: Catalog) -> tuple[str, ...]:
    names = {"template": catalog.templates, "folder": catalog.folders, "user": catalog.users}
    return tuple(f"{kind} {name!r}" for kind, name in asked if (known := names[kind]) is not None and name not in known)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else str(value)
