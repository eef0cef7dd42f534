"""What a rule can be made of: fields and their values from the cached jobs, names and settings from the target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..core.models import ActionKind, FieldCatalogue, JsonValue, SettingChoice, TargetCatalogue
from .base import Service, for_admins, goes_first

if TYPE_CHECKING:
    from ..assessment.catalogue import OnLooked


class CatalogueService(Service):
    """What the rule editor offers. Nothing here changes anything."""

    @for_admins
    async def fields(self, on_progress: OnLooked | None = None) -> FieldCatalogue:
        """Return the fields that jobs of the integrations really have that the actor may use, with their commonest values.

        It reads up to 100,000 jobs of each integration, off the event loop, and may be cancelled.
        """
        from ..assessment.catalogue import field_catalogue

        return await field_catalogue(self.stores.columns, self.admission.visible(), on_progress)

    @for_admins
    @goes_first
    async def target(self) -> TargetCatalogue:
        """Return the names that the target has, and the settings that it, the rules or the configuration know.

        Raises:
            RemoteError: The target cannot be asked.
        """
        names = await self.parts.target.catalog()
        return TargetCatalogue(_sorted(names.templates), _sorted(names.folders), _sorted(names.users), await self._settings(names.settings))

    async def _settings(self, known: Mapping[str, tuple[JsonValue, ...]] | None) -> tuple[SettingChoice, ...]:
        """Return the target's settings with their options, and those that are only used, with the values that are."""
        used: dict[str, list[JsonValue]] = {}
        policy = self.parts.policy()
        for setting in (*policy.required_settings, *policy.default_settings):
            used.setdefault(setting.name, []).append(setting.value)
        for rule in (await self.stores.rules.current()).rules:
            for action in rule.actions:
                if action.kind is ActionKind.SETTING and action.name is not None:
                    used.setdefault(action.name, []).append(action.value)
        options = {name: _distinct(values) for name, values in used.items()} | dict(known or {})
        return tuple(SettingChoice(name, values) for name, values in sorted(options.items()))


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _distinct(values: Iterable[JsonValue]) -> tuple[JsonValue, ...]:
    """Return the values, each once; told apart by how they are written, because True equals 1."""
    return tuple({repr(value): value for value in values}.values())
