"""What the application remembers from one session to the next: the last list, of each list filter, sort and columns, and filters.

It is a small JSON file of the person's own, mode 0600. A damaged or unwritable one costs the memory, never the session.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from ..backend.core.models import Scope, Sort

_LIMIT: Final = 200
"""Lists remembered; the longest unused go first."""
_FILTERS: Final = 50
"""Filters remembered."""


@dataclass(slots=True)
class View:
    """How a list of jobs was last looked at."""

    filter: str = ""
    sort: Sort = field(default_factory=Sort)
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class _Kept:
    integration: str | None = None
    left_behind: bool = False
    views: dict[str, View] = field(default_factory=dict)
    filters: list[str] = field(default_factory=list)


class Memory:
    """Remembers. ``path`` None keeps everything in this process only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept = self._read()
        self._unsaved = False

    @property
    def integration(self) -> str | None:
        """Return the name of the list that was last opened: the id of an integration, or `EVERY_ID`."""
        return self._kept.integration

    def was_left_behind(self) -> bool:
        """Return, once, whether the last session could not give its terminal back."""
        if not self._kept.left_behind:
            return False
        self._kept.left_behind = False
        self._write()
        return True

    def leave_behind(self) -> None:
        """Remember that this session could not give its terminal back."""
        self._kept.left_behind = True
        self._write()

    def view(self, scope: Scope) -> View:
        """Return how a list was last looked at."""
        return self._kept.views.get(scope.name) or View()

    def opened(self, scope: Scope) -> None:
        """Remember that a list was opened."""
        self._kept.integration = scope.name
        self._write()

    def looked_at(self, scope: Scope, view: View) -> None:
        """Remember how a list is looked at; `save` writes it, so that a typed key does not wait for the disk."""
        views = self._kept.views
        if views.get(scope.name) == view:
            return
        views.pop(scope.name, None)
        views[scope.name] = view
        while len(views) > _LIMIT:
            del views[next(iter(views))]
        self._unsaved = True

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the filters that were typed before, the latest first."""
        return tuple(self._kept.filters)

    def filtered_by(self, text: str) -> None:
        """Remember a filter that was typed; one that was typed before is the latest now."""
        text = text.strip()
        if text and self._kept.filters[:1] != [text]:
            self._kept.filters = [text, *(each for each in self._kept.filters if each != text)][:_FILTERS]
            self._unsaved = True

    def save(self) -> None:
        """Write what was noted since the last time, if anything was."""
        if self._unsaved:
            self._write()

    def _read(self) -> _Kept:
        if self._path is None:
            return _Kept()
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return _Kept()

    def _write(self) -> None:
        self._unsaved = False
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".view-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(msgspec.json.encode(self._kept))
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
        except OSError:
            return
