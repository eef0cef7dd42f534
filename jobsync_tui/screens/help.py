"""Keys and help, made from the bindings that act where the question was asked: the focused widget's first, then outwards."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from ..commands import COMMANDS, Command, Group, bindings
from ..documents.document import shown
from ..documents.keys import KeyGroup, keys_document
from .base import JobsyncScreen
from .dialog import DialogScreen

ResultT = TypeVar("ResultT")


class HelpScreen(DialogScreen[None]):
    """Lists the keys that act on a screen.

    Args:
        screen: The screen from which help was asked for; what has the focus there comes first.
    """

    GROUPS = (Group.HELP,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.HELP)
    HEADING = "Keys and help"

    def __init__(self, screen: JobsyncScreen[ResultT]) -> None:
        super().__init__()
        keyed = screen.host.keys.applied
        self._groups = tuple(
            KeyGroup(group.title, tuple(keyed(each) for each in group.commands if each.action != "back" or screen.can_go_back))
            for group in groups_from(screen.focused or screen)
        )

    @property
    def groups(self) -> tuple[KeyGroup, ...]:
        """What is listed."""
        return self._groups

    def on_mount(self) -> None:
        """Show the keys."""
        self.document.focus()
        self.set_heading("Keys for this screen, then keys that work everywhere")
        self.show(lambda width: keys_document(self._groups, width))

    def action_copy(self) -> None:
        """Copy the keys."""
        self.host.copy("".join(f"{row.line.text}\n" for row in shown(keys_document(self._groups, 100))), "keys")


def groups_from(focused: DOMNode) -> tuple[KeyGroup, ...]:
    """Return the commands that act at ``focused``, nearest first; a key that is taken nearer is not named again."""
    by_id = {command.id: command for command in COMMANDS}
    groups: dict[str, list[Command]] = {}
    taken: set[str] = set()
    for node in focused.ancestors_with_self:
        for key, binding in node._bindings:  # noqa: SLF001 - the only way to the bindings of a node that does not have the focus
            command = _command(binding, by_id)
            if command is None or key in taken:
                continue
            listed = groups.setdefault(command.group.value, [])
            if command not in listed:
                listed.append(command)
        # A list's own enter does what the screen says of it: there it is named.
        taken |= {key for key, binding in node._bindings if binding.action != "select"}  # noqa: SLF001 - as above
    nearest_first = sorted(groups, key=lambda title: title == Group.EVERYWHERE.value)
    return tuple(KeyGroup(title, tuple(groups[title])) for title in nearest_first)


def _command(binding: Binding, by_id: dict[str, Command]) -> Command | None:
    return by_id.get((binding.id or "").rpartition(":")[0])
