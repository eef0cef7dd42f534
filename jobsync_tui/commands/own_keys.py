"""Keys of one's own: which commands they give other keys, and what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from ..backend.core.errors import ConfigError
from ..backend.core.text import clean, nearest
from . import COMMANDS
from .command import Command, Group

NONE = "unbound"
"""A key that no terminal sends: what a command had before and has no longer."""

_NAMED = frozenset(
    ("enter", "space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left", "right")
)
_COMBINED = re.compile(r"ctrl\+[abdefghijknoprstuvwxy]|f([1-9]|1[0-2])|shift\+(tab|up|down|left|right|f([1-9]|1[0-2]))")
_TABLES = frozenset({Group.JOBS, Group.IMPACT})
"""Groups of screens with a table, whose keys act beside theirs; on the others those of a text do."""
_MENUS = frozenset({Group.VIEWS, Group.COLUMNS})
"""Groups whose keys stand in a line of their menu."""


class OwnKeys:
    """The keys that the configuration gives commands in place of their own.

    Args:
        given: By the command's id, the keys with spaces between them, the first being the one that is shown.

    Raises:
        ConfigError: A command or a key is unknown, or a key is another command's as well; names each of them.
    """

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._keys = {name: tuple(text.split()) for name, text in (given or {}).items()}
        wrong = [*self._wrong_names(), *self._wrong_keys(), *self._conflicts()]
        if wrong:
            raise ConfigError("; ".join(dict.fromkeys(wrong)), remedy="docs/keys.md has every command's name under [keys], and its keys")

    def applied(self, command: Command) -> Command:
        """Return the command with the keys that it has here."""
        return replace(command, keys=self._keys[command.id]) if command.id in self._keys else command

    def keymap(self) -> Mapping[str, str]:
        """Return the keys by the ids of bindings, for `textual.app.App.set_keymap`."""
        found: dict[str, str] = {}
        for command in (each for each in COMMANDS if each.id in self._keys):
            keys = self._keys[command.id]
            # What is more than there are bindings goes to the first; a binding too many gets a key that nobody can press.
            rest = keys[len(command.keys) :]
            for number, (_, key) in enumerate(zip_longest(command.keys, keys[: len(command.keys)], fillvalue=NONE)):
                found[f"{command.id}:{number}"] = ",".join(map(_bound, (key, *rest) if number == 0 else (key,)))
        return found

    def _wrong_names(self) -> Iterator[str]:
        known = {command.id: command for command in COMMANDS}
        for name in self._keys:
            if name not in known:
                yield f"[keys] {clean(name, limit=60)}: there is no such command.{nearest(name, known)}"
            elif not changeable(known[name]):
                yield f"[keys] {name}: the keys of this command cannot be changed"

    def _wrong_keys(self) -> Iterator[str]:
        for name, keys in self._keys.items():
            if not keys:
                yield f"[keys] {clean(name, limit=60)}: a key is missing"
            for key in keys:
                if not (len(key) == 1 and key.isprintable()) and key not in _NAMED and not _COMBINED.fullmatch(key):
                    yield f"[keys] {clean(name, limit=60)}: {clean(key, limit=20)} is no key that can be had, such as x, X, f5 or ctrl+x"

    def _conflicts(self) -> Iterator[str]:
        for one in (self.applied(command) for command in COMMANDS if command.id in self._keys):
            for other in map(self.applied, COMMANDS):
                if other.id != one.id and _meet(one.group, other.group):
                    for key in _shared(one.keys, other.keys):
                        yield f"[keys] {one.id} = {key}: {key} is {other.name} ({other.id}) as well"


def changeable(command: Command) -> bool:
    """Return whether the configuration may give the command other keys.

    Not where it confirms a write, where it leads out, where a field takes the key by itself, or where there is none or a row of them.
    """
    is_fixed = command.action in {"confirm", "back", "filter"} or command.priority or command.numbered or command.group in _MENUS
    return bool(command.keys) and not is_fixed


def _meet(one: Group, other: Group) -> bool:
    """Return whether keys of two groups can be pressed at one place."""
    if one is other or Group.EVERYWHERE in {one, other}:
        return True
    if Group.TABLE in {one, other}:
        return one in _TABLES or other in _TABLES
    return Group.SHEET in {one, other} and not _TABLES & {one, other}


def _shared(one: Sequence[str], other: Sequence[str]) -> Iterable[str]:
    return [key for key in one if key in other]


def _bound(key: str) -> str:
    return "comma" if key == "," else key
