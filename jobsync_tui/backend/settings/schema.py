"""The tables and keys of the configuration file. Unknown keys are errors in every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from ..models import EvaluationPolicy, SettingValue
from ..secrets import SecretRef
from . import values
from .tables import Problem, Table, key, list_of, placed, table_of, tables_of

DEFAULT_TARGET_URL = "https://api.tenzo.ai"

FURTHER_KEYS: Mapping[str, frozenset[str]] = {
    "greenhouse": frozenset({"token_url"}),
    "file": frozenset({"path", "columns"}),
}
"""Keys that an integration's table may have beside the common ones, by provider; a third party's provider may have ``options``."""

BUILT_IN_PROVIDERS = frozenset(
    {
        "ashby",
        "bullhorn",
        "crelate",
        "file",
        "greenhouse",
        "kombo",
        "lever",
        "merge",
        "recruitcrm",
        "recruitee",
        "smartrecruiters",
        "teamtailor",
        "workable",
    }
)
"""Providers whose further keys are all known here."""


@dataclass(frozen=True, kw_only=True)
class OrganizationSettings(Table):
    """Who the jobs are synced for."""

    name: str = key(values.any_text, "")


@dataclass(frozen=True, kw_only=True)
class StorageSettings(Table):
    """Where the database is: ``sqlite``, ``sqlite:///PATH`` or ``postgresql://USER@HOST/NAME``."""

    url: str = key(values.storage_url, "sqlite")


class TargetKind(StrEnum):
    """What the jobs are synced into."""

    LOCAL = "local"
    TENZO = "tenzo"


@dataclass(frozen=True, kw_only=True)
class TargetSettings(Table):
    """The target; all but ``kind`` is for ``tenzo`` only.

    Attributes:
        wire: How this installation spells paths, headers and fields, by the keys that docs/target-api.yaml lists.
    """

    kind: TargetKind = key(values.word_of(TargetKind), TargetKind.LOCAL)
    base_url: str = key(values.base_url, DEFAULT_TARGET_URL)
    api_key: SecretRef | None = key(values.secret, None)
    wire: Mapping[str, object] = key(values.extra_table, dict)

    def check(self) -> None:
        """A target on a server needs a key, and only that has a wire."""
        if self.kind is TargetKind.TENZO and self.api_key is None:
            raise Problem("is missing: the target tenzo needs one", "api_key")
        if self.kind is TargetKind.LOCAL and self.wire:
            raise Problem("is for the target tenzo only", "wire")


@dataclass(frozen=True, kw_only=True)
class SyncSettings(Table):
    """How jobs are synced.

    Attributes:
        required_fields: Dotted fields of the job object without which a job is not synced.
        every: Time between two runs of the automatic sync.
        concurrency: Requests to one integration at the same time, 1 to 29.
        settle_after: The longest time in which a write without an answer may still land.
        most_changes: How many jobs of an integration the automatic sync may write because rules changed, before it asks a person.
    """

    required_fields: tuple[str, ...] = key(list_of(values.job_field), ("name",))
    every: timedelta = key(values.duration, timedelta(minutes=5))
    concurrency: int = key(values.whole_number(least=1, most=29), 4)
    settle_after: timedelta = key(values.duration, timedelta(seconds=20))
    most_changes: int = key(values.whole_number(least=0), 200)


@dataclass(frozen=True, kw_only=True)
class NotifySettings(Table):
    """Where failures of the automatic sync are sent.

    Attributes:
        webhook: An address that a digest is posted to, or the secret that holds it.
        secret: What the posts are signed with.
        command: A program, by its absolute path, and its arguments; it gets the digest on its standard input.
        timeout: How long the program may take.
        every: At most one digest in that time.
    """

    webhook: SecretRef | str | None = key(values.webhook, None)
    secret: SecretRef | None = key(values.secret, None)
    command: tuple[str, ...] | None = key(values.command, None)
    timeout: timedelta = key(values.duration, timedelta(seconds=30))
    every: timedelta = key(values.duration, timedelta(minutes=15))

    def check(self) -> None:
        """A webhook is signed."""
        if (self.webhook is None) != (self.secret is None):
            raise Problem("is missing: a webhook is signed, so it needs an address and a secret", "secret" if self.webhook else "webhook")

    @property
    def secrets(self) -> tuple[SecretRef, ...]:
        """Return where the secrets of this table are."""
        return tuple(each for each in (self.webhook, self.secret) if isinstance(each, SecretRef))


@dataclass(frozen=True, kw_only=True)
class RulesSettings(Table):
    """How rules are changed. A change that concerns more than ``confirm_above`` cached jobs is saved only where their number is typed."""

    confirm_above: int = key(values.whole_number(least=0), 100)


@dataclass(frozen=True, kw_only=True)
class SessionSettings(Table):
    """How long a session of the terminal application may stand idle; ``idle`` is None where the file does not say."""

    idle: timedelta | None = key(values.duration, None)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(Table):
    """The way out. The environment's proxy settings are not used."""

    proxy: str | None = key(values.proxy_url, None)
    ca_bundle: Path | None = placed(values.own_path, None)


@dataclass(frozen=True, kw_only=True)
class NamedSetting(Table):
    """A setting of the target's jobs by name."""

    name: str = key(values.text)
    value: bool | int | float | str = key(values.scalar)


@dataclass(frozen=True, kw_only=True)
class JobSettings(Table):
    """Settings that the organization gives to every job: ``required`` win over every rule, ``default`` lose to every rule."""

    default_generation_template: str | None = key(values.text, None)
    required: tuple[NamedSetting, ...] = placed(tables_of(NamedSetting), ())
    default: tuple[NamedSetting, ...] = placed(tables_of(NamedSetting), ())


@dataclass(frozen=True, kw_only=True)
class IntegrationSettings(Table):
    """One configured connection to an ATS.

    ``credentials`` holds references, and texts where the key may stand in the file. What only some providers have is in `options`.
    """

    IMPLIED: ClassVar[Mapping[str, str]] = {"name": "id"}

    id: str = key(values.identifier)
    name: str = key(values.text)
    provider: str = key(values.identifier)
    base_url: str | None = key(values.base_url, None)
    credentials: Mapping[str, SecretRef | str] = key(values.credentials, dict)
    read_only: bool = key(values.flag, default=False)
    automatic: bool = key(values.flag, default=True)
    token_url: str | None = key(values.base_url, None)
    path: Path | None = placed(values.own_path, None)
    columns: Mapping[str, str] | None = key(values.flat_table, None)
    further: Mapping[str, object] = key(values.extra_table, dict, name="options")

    @property
    def options(self) -> Mapping[str, object]:
        """The provider's further keys that are set: ``token_url`` and ``path`` as texts, ``columns`` by dotted job field."""
        own = {"token_url": self.token_url, "path": None if self.path is None else str(self.path), "columns": self.columns}
        return {key: value for key, value in own.items() if value is not None} | dict(self.further)

    def check(self) -> None:
        """Keys are those of the provider."""
        allowed = FURTHER_KEYS.get(self.provider, frozenset() if self.provider in BUILT_IN_PROVIDERS else frozenset({"options"}))
        given = {key for key in ("token_url", "path", "columns") if getattr(self, key) is not None}
        if self.further:
            given.add("options")
        for each in sorted(given - allowed):
            raise Problem(f"is not a key of the provider {self.provider}", each)
        if self.provider == "file" and self.path is None:
            raise Problem("is missing: the provider file reads an export at that path", "path")


@dataclass(frozen=True, kw_only=True)
class AdminSettings(Table):
    """One who may use the program, and on which integrations; ``*`` stands for all."""

    user: str = key(values.text)
    integrations: tuple[str, ...] = key(list_of(values.text), ())


@dataclass(frozen=True, kw_only=True)
class Settings(Table):
    """The whole configuration. ``admins`` is None where the file has no such table."""

    path: Path
    organization: OrganizationSettings = placed(table_of(OrganizationSettings), OrganizationSettings())
    storage: StorageSettings = placed(table_of(StorageSettings), StorageSettings())
    target: TargetSettings = placed(table_of(TargetSettings), TargetSettings())
    sync: SyncSettings = placed(table_of(SyncSettings), SyncSettings())
    notify: NotifySettings = placed(table_of(NotifySettings), NotifySettings())
    rules: RulesSettings = placed(table_of(RulesSettings), RulesSettings())
    network: NetworkSettings = placed(table_of(NetworkSettings), NetworkSettings())
    session: SessionSettings = placed(table_of(SessionSettings), SessionSettings())
    settings: JobSettings = placed(table_of(JobSettings), JobSettings())
    integrations: tuple[IntegrationSettings, ...] = placed(tables_of(IntegrationSettings), ())
    admins: tuple[AdminSettings, ...] | None = placed(tables_of(AdminSettings), None)

    def check(self) -> None:
        """No id is used twice."""
        seen: set[str] = set()
        for index, integration in enumerate(self.integrations):
            if integration.id in seen:
                raise Problem(f"is used twice: {integration.id}", "integrations", index, "id")
            seen.add(integration.id)

    def integration(self, integration_id: str) -> IntegrationSettings | None:
        """Return the integration with that id, or None."""
        return next((each for each in self.integrations if each.id == integration_id), None)

    def evaluation_policy(self) -> EvaluationPolicy:
        """Return what the configuration adds to the rules when a job is evaluated."""
        return EvaluationPolicy(
            required_fields=self.sync.required_fields,
            required_settings=tuple(SettingValue(each.name, each.value) for each in self.settings.required),
            default_settings=tuple(SettingValue(each.name, each.value) for each in self.settings.default),
            default_generation_template=self.settings.default_generation_template,
        )
