"""What the automatic sync met and what people say of it: an alert is acknowledged or muted until it changes."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from ..core.errors import NotPermitted, UsageError
from ..core.models import Alert, AlertAnswer, AnswerKind
from ..core.reasons import given_reason
from ..core.text import clean
from ..database import Db
from ..storage.ledger import audit
from .base import Service, for_admins, for_integration


class AlertService(Service):
    """What the ``alerts`` command and the list of alerts ask for."""

    @for_admins
    async def standing(self) -> tuple[Alert, ...]:
        """Return the alerts that are not over, oldest first, of the integrations that the actor may use, muted ones too."""
        return await self.stores.alerts.standing(self.admission.visible())

    @for_integration
    async def answer(self, integration: str, code: str, kind: AnswerKind | None) -> None:
        """Acknowledge an alert or mute it until it changes, or take that back; recorded.

        Args:
            integration: Of the alert.
            code: Which of its alerts.
            kind: What is said of it; None takes back what was said.

        Raises:
            NotPermitted: The integration is read-only; the attempt is recorded.
            UsageError: No such alert stands.
        """
        action = "alerts reopen" if kind is None else f"alerts {'mute' if kind is AnswerKind.MUTED else 'acknowledge'}"
        configured = self.admission.settings.integration(integration)
        if configured is not None and configured.read_only:
            denied = NotPermitted(f"{configured.name} is read-only: its alerts can be seen, but not answered")
            await self.admission.record(action, outcome="refused", cause=denied.message, integration=integration)
            raise denied
        now, user = self.stores.now(), self.admission.actor.user
        answer = None if kind is None else AlertAnswer(kind, user, now, given_reason())
        row = self.admission.entry(action, outcome="done", cause=code, integration=integration)
        if not await self.stores.alerts.answer(integration, code, answer, partial(_recorded, row, now)):
            raise UsageError(f"No alert {clean(code, limit=40)} of {integration} stands", remedy="jobsync alerts lists them")


def _recorded(row: audit.NewEntry, now: datetime, db: Db) -> None:
    audit.append(db, row, now)
