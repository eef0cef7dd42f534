"""What a rule editor begins with: a rule in force, a copy of one, a new one, or the draft that was left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import App

from ...backend.core import clock
from ...backend.core.models import Rule, RuleDraft, RuleSet, held, with_duplicate
from ...documents.words import ago
from ...editor.edit_session import NEW, EditSession, decode_draft
from ..menu import Entry, MenuScreen
from ..routes import Opening

if TYPE_CHECKING:
    from ...backend.services.backend import Backend

_GO_ON, _ANEW = "go on", "anew"


async def open_session(app: App[int], backend: Backend, rules: RuleSet, opening: Opening) -> tuple[EditSession, str | None] | None:
    """Return the rule in an edit session, and its YAML as it was last typed where a draft is gone on with; asks where there is one.

    None where that is not answered: then the draft stays for another time. To be awaited within a worker.
    """
    fresh = await _fresh(backend, rules, opening)
    draft = await backend.drafts.get(fresh.key)
    kept = None if draft is None else decode_draft(draft.text)
    if draft is None or kept is None:
        return fresh, None
    answer = await app.push_screen_wait(MenuScreen(*_question(draft, rules, fresh)))
    if answer is None:
        return None
    if answer == _ANEW:
        await backend.drafts.drop(fresh.key)
        return fresh, None
    return replace(fresh, job=opening.job or kept.job), kept.yaml


async def _fresh(backend: Backend, rules: RuleSet, opening: Opening) -> EditSession:
    rule = next((rule for rule in rules.rules if rule.id == opening.rule), None)
    if rule is not None and not opening.duplicate:
        return EditSession(rule, rule.id, opening.job)
    authority = await backend.rules.authority()
    if rule is None:
        new, own = Rule(await backend.writing.new_id(opening.name), opening.name, opening.when), authority.everything
    else:
        new, own = with_duplicate(rules.rules, rule.id)[1], authority.may_change(rule)
    # Who may use some integrations only begins with a rule that is held to those: any other would be refused.
    return EditSession(
        new if own or not authority.integrations else replace(new, when=held(new.when, authority.integrations)), job=opening.job
    )


def _question(draft: RuleDraft, rules: RuleSet, fresh: EditSession) -> tuple[str, list[Entry]]:
    what = "a new rule" if draft.key == NEW else fresh.rule.name
    is_current = draft.base_revision == rules.revision
    return f"A draft of {what} was left {ago(draft.at, clock.now())}", [
        Entry(
            _GO_ON,
            "Go on with the draft",
            "as it was when it was left" if is_current else f"of r{draft.base_revision}; now is r{rules.revision}",
        ),
        Entry(_ANEW, "Drop it", "and begin anew"),
    ]
