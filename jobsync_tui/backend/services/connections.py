"""The configured integrations, each connected when it is first used, so that one with trouble is in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..access.access import Guard
from ..core.errors import ConfigError, UnknownIntegration, UsageError
from ..core.text import clean
from ..settings.paths import places
from ..settings.schema import TargetKind

if TYPE_CHECKING:
    from ..ats.base import Adapter
    from ..core.models import FieldAvailability
    from ..http import Network, Responder
    from ..settings.schema import IntegrationSettings, Settings
    from ..target.base import Target

NOWHERE = "https://invalid"
"""What the session of an adapter that sends no requests, such as one of a file, is given for an address."""


class Connections:
    """Adapters by integration id.

    One whose configuration changed is connected anew the next time it is used.

    Args:
        guard: Knows the configuration as it is now.
        responders: In-process servers that answer instead of the network, by integration id.
    """

    def __init__(self, guard: Guard, responders: Mapping[str, Responder] | None = None) -> None:
        self._guard = guard
        self._responders = responders or {}
        self._adapters: dict[str, tuple[IntegrationSettings, Adapter]] = {}
        self._retired: list[Adapter] = []
        self._listeners: dict[str, Callable[[str], None]] = {}

    @property
    def _settings(self) -> Settings:
        return self._guard.settings

    def settings_of(self, integration: str) -> IntegrationSettings:
        """Return the configuration of an integration.

        Raises:
            UsageError: There is none of that id.
        """
        found = self._settings.integration(integration)
        if found is None:
            raise unknown_integration(integration)
        return found

    def adapter_class(self, integration: str) -> type[Adapter]:
        """Return the adapter of the integration's provider, without connecting.

        Raises:
            ConfigError: The configuration names a provider that nobody provides.
        """
        from ..ats.registry import adapter_class

        provider = self.settings_of(integration).provider
        try:
            return adapter_class(provider)
        except UsageError as error:
            message = f"{self._settings.path}: integration {integration}: {error.message}"
            raise ConfigError(message, remedy=error.remedy) from error

    def title(self, integration: str) -> str:
        """Return the display name of the integration's ATS."""
        return self.adapter_class(integration).title

    def availability(self, integration: str) -> FieldAvailability:
        """Return which fields the integration's ATS does not deliver."""
        return self.adapter_class(integration).availability

    def adapter(self, integration: str) -> Adapter:
        """Return the integration's adapter, connected.

        Raises:
            ConfigError: A credential is missing or cannot be read.
        """
        settings = self.settings_of(integration)
        known = self._adapters.get(integration)
        if known is not None and known[0] == settings:
            return known[1]
        if known is not None:
            # Requests that are under way on the old connection are let finish; it is closed with the rest.
            self._retired.append(known[1])
        adapter = self._connect(settings)
        self._adapters[integration] = (settings, adapter)
        return adapter

    def on_wait(self, integration: str, listener: Callable[[str], None] | None) -> None:
        """Have ``listener`` told, in words, what the integration waits for; None ends that."""
        if listener is None:
            self._listeners.pop(integration, None)
        else:
            self._listeners[integration] = listener

    async def close(self) -> None:
        """Close every connection."""
        adapters = [*self._retired, *(adapter for _, adapter in self._adapters.values())]
        self._retired.clear()
        self._adapters.clear()
        for adapter in adapters:
            await adapter.connection.http.close()

    def _connect(self, integration: IntegrationSettings) -> Adapter:
        from ..ats.base import Connection
        from ..ats.kept import word_key
        from ..http import HttpSession
        from ..settings.secrets import resolve

        kind = self.adapter_class(integration.id)
        base_url = integration.base_url or kind.default_base_url or ""
        missing = [name for name in kind.credential_names if name not in integration.credentials]
        if missing or (not base_url and kind.credential_names):
            what = f"credentials.{missing[0]}" if missing else "base_url"
            message = f"{self._settings.path}: integration {integration.id}: {what} is missing; {kind.title} needs it"
            raise ConfigError(message)
        folder = self._settings.path.parent
        credentials = {name: resolve(value, folder).reveal() for name, value in integration.credentials.items()}
        session = HttpSession(
            service=kind.title,
            base_url=base_url or NOWHERE,
            network=network_of(self._settings),
            responder=self._responders.get(integration.id),
            on_wait=lambda words: self._tell(integration.id, words),
        )
        options = {**integration.options, "base_dir": str(folder), "max_bytes": self._settings.files.max_bytes}
        statuses = {word_key(word): status for word, status in integration.statuses.items()}
        return kind(Connection(integration.id, base_url, credentials, session, options, statuses))

    def _tell(self, integration: str, words: str) -> None:
        listener = self._listeners.get(integration)
        if listener is not None:
            listener(words)


def connected_target(settings: Settings, local_target: Callable[[str], Target] | None) -> Target:
    """Return where jobs are synced to, by the configuration; ``local_target`` makes it from its address where it is a local file.

    Raises:
        ConfigError: Its key is missing or cannot be read, or what the configuration says of its wire is wrong.
    """
    if settings.target.kind is TargetKind.LOCAL:
        from ..target.local import LocalTarget

        return (local_target or LocalTarget)(places().local_target_url(settings.storage.url))
    from ..http import HttpSession
    from ..settings.secrets import resolve
    from ..target.tenzo import TenzoTarget
    from ..target.wire_mapping import WireMapping

    if settings.target.api_key is None:
        raise ConfigError(f"{settings.path}: target.api_key is missing")
    try:
        mapping = WireMapping.from_options(settings.target.wire)
    except ConfigError as error:
        raise ConfigError(f"{settings.path}: {error.message}", remedy="docs/target-api.yaml lists the keys of [target.wire].") from error
    session = HttpSession(service=TenzoTarget.title, base_url=settings.target.base_url, network=network_of(settings))
    return TenzoTarget(session, resolve(settings.target.api_key, settings.path.parent), mapping)


def network_of(settings: Settings) -> Network:
    """Return how connections leave the machine."""
    from ..http import Network

    bundle = settings.network.ca_bundle
    return Network(proxy=settings.network.proxy, ca_bundle=None if bundle is None else str(bundle))


def unknown_integration(integration: str) -> UnknownIntegration:
    """Return the one answer to an id that does not exist and to one that is somebody else's."""
    what = f"Unknown integration: {clean(integration, limit=64)}"
    return UnknownIntegration(what, remedy="jobsync integrations lists the ones you may use")
