"""Every command of the terminal application, declared once.

A command's keys make its bindings, its place in the footer, its entry in the palette, its row in the help and its row in the key
table. A screen binds a group with ``BINDINGS = bindings(Group.JOBS)`` and has an ``action_<action>`` method for each command in it. The
declarations stand in a file for each family of screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from . import lists, reading, rules, syncing
from .command import Command, Group, key_label

if TYPE_CHECKING:
    from textual.binding import BindingType

__all__ = [
    "COMMANDS",
    "MOST_IN_FOOTER",
    "Command",
    "Group",
    "bindings",
    "footer",
    "in_group",
    "key_label",
    "key_page",
    "key_table",
    "palette",
]

MOST_IN_FOOTER = 8
"""Keys that a footer names; more are not read, they are searched."""

COMMANDS: tuple[Command, ...] = (
    *lists.everywhere(),
    *lists.picker(),
    *lists.jobs(),
    *lists.views(),
    *lists.columns(),
    *lists.table(),
    *lists.document(),
    *syncing.check(),
    *syncing.confirm(),
    *syncing.undo(),
    *syncing.links(),
    *syncing.linking(),
    *syncing.running(),
    *syncing.result(),
    *syncing.bulk_result(),
    *syncing.comparison(),
    *syncing.job_page(),
    *syncing.wire(),
    *syncing.search(),
    *rules.rules(),
    *rules.leaves(),
    *rules.editor(),
    *rules.saving(),
    *rules.impact(),
    *rules.shadows(),
    *rules.revisions(),
    *rules.coverage(),
    *reading.reading(),
    *reading.runs(),
)
"""Every command, in the order of the help."""


def in_group(*groups: Group) -> tuple[Command, ...]:
    """Return the commands of ``groups``, in the order of declaration within each group."""
    return tuple(command for group in groups for command in COMMANDS if command.group is group)


def bindings(*groups: Group) -> list[BindingType]:
    """Return the bindings of ``groups``, for a widget's, a screen's or the application's ``BINDINGS``."""
    from textual.binding import Binding

    return [
        Binding(key, command.action_at(number + 1), command.name, show=False, id=f"{command.id}:{number}", priority=command.priority)
        for command in in_group(*groups)
        for number, key in enumerate(command.keys)
    ]


def footer(*groups: Group, offered: Callable[[str], bool] = lambda _: True) -> tuple[Command, ...]:
    """Return what the footer of a screen with ``groups`` names: at most `MOST_IN_FOOTER` that are ``offered``, the help last."""
    named = [command for command in in_group(*groups) if command.footer is not None and offered(command.action)]
    help_ = next(command for command in COMMANDS if command.action == "help")
    return (*named[: MOST_IN_FOOTER - 1], help_)


def palette(*groups: Group) -> tuple[Command, ...]:
    """Return what the palette of a screen with ``groups`` offers."""
    return tuple(command for command in in_group(*groups, Group.EVERYWHERE) if command.palette)


def _in_table(key: str) -> str:
    """Return a key as a cell of a Markdown table has it: a bar would end the cell."""
    return "`{}`".format(key_label(key).replace("|", "\\|"))


def key_table(commands: Iterable[Command] = COMMANDS) -> str:
    """Return the table of all keys, in Markdown."""
    from .own_keys import changeable

    lines = ["| where | key | does | in `[keys]` |", "|---|---|---|---|"]
    for command in commands:
        keys = command.all_keys if command.numbered else " or ".join(map(_in_table, command.keys)) or "the palette"
        lines.append(f"| {command.group} | {keys} | {command.help} | {f'`{command.id}`' if changeable(command) else ''} |")
    return "\n".join(lines) + "\n"


_INTRODUCTION = """`?` in the application shows those that act where you are.

A command gets other keys by its name in the last column, in the configuration; several keys have a space between them, and help and footer
show the first. Known are single characters, `f1` to `f12`, `ctrl+x`, `enter`, `space`, `tab` and the like. A key that is another
command's as well is refused when the application starts, with both named. Sentences that name a key name the usual one.

```toml
[keys]
jobs.sync = "S"
jobs.refresh = "r f5"
```
"""


def key_page() -> str:
    """Return the page of all keys, ``docs/keys.md``."""
    return f"# Keys\n\n{_INTRODUCTION}\n<!-- Made from jobsync_tui/commands/ by make docs. -->\n\n{key_table()}"
