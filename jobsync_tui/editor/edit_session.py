"""A rule on the edit session of its editor: as it is now, as it was before each change, and what is kept of it against a loss."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from ..backend.core.models import Rule

_MOST_STEPS = 500
"""Changes that can be taken back."""

NEW = "new"
"""Key of the draft of a rule that is new."""


@dataclass(slots=True)
class EditSession:
    """The rule that is edited.

    Attributes:
        rule: As it is now.
        replaces: Id of the rule in force that it takes the place of; None for a new one.
        job: The job at hand, by integration and id: the one that the rule was made from.
        base: As it was when the editing began.
    """

    rule: Rule
    replaces: str | None = None
    job: tuple[str, str] | None = None
    base: Rule = field(init=False)
    _before: list[Rule] = field(default_factory=list)
    _after: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = self.rule

    @property
    def key(self) -> str:
        """The key of the draft that is kept of it."""
        return self.replaces or NEW

    @property
    def changed(self) -> bool:
        """Whether the rule is another than when the editing began."""
        return self.rule != self.base

    def change(self, rule: Rule) -> bool:
        """Have ``rule`` on the edit session from now on; return whether it is another one."""
        if rule == self.rule:
            return False
        self._before = [*self._before[1 - _MOST_STEPS :], self.rule]
        self._after.clear()
        self.rule = rule
        return True

    def undo(self) -> bool:
        """Take the last change back; return whether there was one."""
        if not self._before:
            return False
        self._after.append(self.rule)
        self.rule = self._before.pop()
        return True

    def redo(self) -> bool:
        """Make the change again that was taken back last; return whether there was one."""
        if not self._after:
            return False
        self._before.append(self.rule)
        self.rule = self._after.pop()
        return True


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What is kept of a rule while it is edited. ``yaml`` is as it was typed, and may be wrong."""

    yaml: str
    replaces: str | None = None
    job: tuple[str, str] | None = None

    def encode(self) -> str:
        """Return it as the text of a draft."""
        return msgspec.json.encode(self).decode()


def decode_draft(text: str) -> KeptDraft | None:
    """Return what was kept, None where the text is none of ours."""
    try:
        return msgspec.json.decode(text, type=KeptDraft)
    except msgspec.MsgspecError:
        return None
