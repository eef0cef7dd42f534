"""What an integration's table says about its exported file."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ...core.errors import ConfigError
from ...core.text import clean

MAX_BYTES = 512 * 1024 * 1024
"""Largest file that is read where ``[files] max_bytes`` does not say otherwise."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is to be read.

    Attributes:
        path: The file, or a pattern of which the newest whole file is read.
        columns: Job field to column.
        dates: Formats of dates, as ``strptime`` takes them.
        encoding: None to find out.
        header_row: The line that names the columns, from 1; None to find it.
        sheet: The sheet of a workbook; None for the first.
        records: Where in a JSON document the list of jobs is, with dots; None to find it.
        max_bytes: Largest file that is read.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    encoding: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    records: str | None = None
    max_bytes: int = MAX_BYTES

    @classmethod
    def of(cls, integration: str, options: Mapping[str, object]) -> FileOptions:
        """Return the options of an integration's table.

        Raises:
            ConfigError: The path is missing, or there is no such encoding.
        """
        path, columns = options.get("path"), options.get("columns") or {}
        if not isinstance(path, str) or not path:
            raise ConfigError(f"The integration {integration} names no file", remedy="Set `path` to the export.")
        if not isinstance(columns, Mapping):
            raise ConfigError(f"The integration {integration} has a `columns` that is no table")
        return cls(
            Path(path),
            {str(name): str(column) for name, column in columns.items()},
            tuple(str(each) for each in cast("tuple[object, ...]", options.get("dates") or ())),
            known_encoding(cast("str | None", options.get("encoding"))),
            cast("int | None", options.get("header_row")),
            cast("str | None", options.get("sheet")),
            cast("str | None", options.get("records")),
            cast("int | None", options.get("max_bytes")) or MAX_BYTES,
        )


def known_encoding(name: str | None) -> str | None:
    """Return an encoding of text by its usual name.

    Raises:
        ConfigError: There is none of that name.
    """
    if name is None:
        return None
    try:
        found = codecs.lookup(name).name
        "x".encode(found)
    except (LookupError, TypeError, ValueError):
        raise ConfigError(f"encoding: {clean(name, limit=60)} is not an encoding of text", remedy="Such as utf-8 or cp1252.") from None
    return "utf-8-sig" if found == "utf-8" else found
