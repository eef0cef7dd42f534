"""Prints the page of all keys, for ``docs/keys.md``."""

from . import key_page

print(key_page(), end="")  # noqa: T201 - the page goes to standard output
