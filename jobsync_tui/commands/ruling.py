"""The commands of the screens about rules."""

from __future__ import annotations

from collections.abc import Iterator

from .command import Command, Group


def rules() -> Iterator[Command]:
    """Yield the commands of the list of the rules."""
    g = Group.RULES
    yield Command(g, "filter", "Filter", "Show the rules whose name or conditions contain what is typed.", ("/",), "filter")
    yield Command(g, "switch", "Activate or deactivate", "Switch the rule on or off; asks first.", ("space",), "activate or not")
    yield Command(
        g,
        "switch_all",
        "Activate or deactivate all that are shown",
        "Switch every rule that is shown on or off; asks first.",
        ("A",),
        "all",
    )
    yield Command(g, "unfold", "Unfold", "Show the rule's conditions and actions in full.", ("enter", "+"), "unfold")
    yield Command(g, "copy", "Copy as text", "Copy the rule to the terminal's clipboard.", ("c",), "copy")
    yield Command(g, "history", "History of the rules", "Show who changed the rules, and when.", ("H",), "history")
