"""Parts of a filter that are made from values of other origin: quoted, so that no value is read as anything but itself."""

from __future__ import annotations

import re

_BARE = re.compile(r"[\w.:+-]+")
"""What needs no quotation marks."""


def field_is(field: str, *values: str) -> str:
    """Return the part of a filter that asks for one of ``values`` in ``field``.

    The language cannot say a quotation mark inside of quotation marks: a blank stands for it, and what is asked for is then not found.
    """
    return f"{field}:{','.join(map(_quoted, values))}"


def _quoted(value: str) -> str:
    return value if _BARE.fullmatch(value) else '"' + value.replace('"', " ") + '"'
