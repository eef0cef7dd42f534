"""The tables and keys of the configuration file as frozen models. Unknown keys are errors in every table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..core.models import EvaluationPolicy, SettingValue
from .secrets import SecretRef
from .values import (
    CommandWords,
    Credentials,
    Duration,
    ExtraTable,
    FlatTable,
    Identifier,
    JobField,
    Keeping,
    OwnPath,
    ProxyUrl,
    Scalar,
    SecretReference,
    ServiceUrl,
    Statuses,
    StorageUrl,
    Text,
    WebhookAddress,
    problem,
)

DEFAULT_TARGET_URL = "https://api.tenzo.ai"

FURTHER_KEYS: Mapping[str, frozenset[str]] = {
    "greenhouse": frozenset({"token_url"}),
    "file": frozenset({"path", "columns", "dates", "encoding", "header_row", "sheet", "records"}),
}
"""Keys that an integration's table may have beside the common ones, by provider; a third party's provider may have ``options``."""

_OWN_KEYS = sorted(frozenset[str]().union(*FURTHER_KEYS.values()))

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


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)


class OrganizationSettings(_Table):
    """Who the jobs are synced for."""

    name: str = ""


class StorageSettings(_Table):
    """Where the database is: ``sqlite``, ``sqlite:///PATH`` or ``postgresql://USER@HOST/NAME``."""

    url: StorageUrl = "sqlite"


class TargetKind(StrEnum):
    """What the jobs are synced into."""

    LOCAL = "local"
    TENZO = "tenzo"


class TargetSettings(_Table):
    """The target; all but ``kind`` is for ``tenzo`` only.

    Attributes:
        wire: How this installation spells paths, headers and fields, by the keys that docs/target-api.yaml lists.
    """

    kind: TargetKind = TargetKind.LOCAL
    base_url: ServiceUrl = DEFAULT_TARGET_URL
    api_key: SecretReference | None = None
    wire: ExtraTable = Field(default_factory=dict)

    @model_validator(mode="after")
    def _what_tenzo_needs(self) -> Self:
        if self.kind is TargetKind.TENZO and self.api_key is None:
            raise problem("is missing: the target tenzo needs one", "api_key")
        if self.kind is TargetKind.LOCAL and self.wire:
            raise problem("is for the target tenzo only", "wire")
        return self


class SyncSettings(_Table):
    """How jobs are synced.

    Attributes:
        required_fields: Dotted fields of the job object without which a job is not synced.
        every: Time between two runs of the automatic sync.
        full_every: The longest time after which the automatic sync lists everything, of an ATS that does not say what it deleted; at night
            where that is soon enough.
        concurrency: Requests to one integration at the same time, 1 to 29.
        settle_after: The longest time in which a write without an answer may still land.
        most_changes: How many jobs of an integration the automatic sync may write because rules changed, before it asks a person.
    """

    required_fields: tuple[JobField, ...] = ("name",)
    every: Duration = timedelta(minutes=5)
    full_every: Duration = timedelta(hours=24)
    concurrency: int = Field(default=4, ge=1, le=29, strict=True)
    settle_after: Duration = timedelta(seconds=20)
    most_changes: int = Field(default=200, ge=0, strict=True)


class NotifySettings(_Table):
    """Where failures of the automatic sync are sent.

    Attributes:
        webhook: An address that a digest is posted to, or the secret that holds it.
        secret: What the posts are signed with.
        command: A program, by its absolute path, and its arguments; it gets the digest on its standard input.
        timeout: How long the program may take.
        every: At most one digest in that time.
    """

    webhook: WebhookAddress | None = None
    secret: SecretReference | None = None
    command: CommandWords | None = None
    timeout: Duration = timedelta(seconds=30)
    every: Duration = timedelta(minutes=15)

    @model_validator(mode="after")
    def _a_webhook_is_signed(self) -> Self:
        if (self.webhook is None) != (self.secret is None):
            raise problem("is missing: a webhook is signed, so it needs an address and a secret", "secret" if self.webhook else "webhook")
        return self

    @property
    def secrets(self) -> tuple[SecretRef, ...]:
        """Return where the secrets of this table are."""
        return tuple(each for each in (self.webhook, self.secret) if isinstance(each, SecretRef))


class AuditSettings(_Table):
    """The record of who did what. ``key`` is a secret with which it is chained, so that who has only the database cannot write it anew."""

    key: SecretReference | None = None


class WireSettings(_Table):
    """The requests and answers of syncs. ``keep`` is how long they are kept, None that they are not."""

    keep: Keeping = timedelta(days=14)


class RulesSettings(_Table):
    """How rules are changed. A change that concerns more than ``confirm_above`` cached jobs is saved only where their number is typed."""

    confirm_above: int = Field(default=100, ge=0, strict=True)


class SessionSettings(_Table):
    """How long a session of the terminal application may stand idle; ``idle`` is None where the file does not say."""

    idle: Duration | None = None


class ThemeName(StrEnum):
    """Which colours the terminal application has; ``sixteen`` are the terminal's own."""

    DARK = "dark"
    LIGHT = "light"
    HIGH_CONTRAST = "high-contrast"
    SIXTEEN = "sixteen"


class TerminalSettings(_Table):
    """What is asked of a terminal. Without the mouse, it selects text as everywhere else; without a theme, colours suit it."""

    mouse: bool = Field(default=True, strict=True)
    theme: ThemeName | None = None


class NetworkSettings(_Table):
    """The way out. The environment's proxy settings are not used."""

    proxy: ProxyUrl | None = None
    ca_bundle: OwnPath | None = None


class NamedSetting(_Table):
    """A setting of the target's jobs by name."""

    name: Text
    value: Scalar


class JobSettings(_Table):
    """Settings that the organization gives to every job: ``required`` win over every rule, ``default`` lose to every rule."""

    default_generation_template: Text | None = None
    required: tuple[NamedSetting, ...] = ()
    default: tuple[NamedSetting, ...] = ()


class FilesSettings(_Table):
    """What is asked of exported files: ``max_bytes`` is the size of the largest that is read."""

    max_bytes: int = Field(default=512 * 1024 * 1024, ge=1, strict=True)


class IntegrationSettings(_Table):
    """One configured connection to an ATS.

    ``credentials`` holds references, and texts where the key may stand in the file. ``statuses`` has the
    account's own status words. What only some providers have is in `options`.
    """

    id: Identifier
    name: Text
    provider: Identifier
    base_url: ServiceUrl | None = None
    credentials: Credentials = Field(default_factory=dict)
    read_only: bool = Field(default=False, strict=True)
    automatic: bool = Field(default=True, strict=True)
    token_url: ServiceUrl | None = None
    path: OwnPath | None = None
    columns: FlatTable | None = None
    dates: tuple[Text, ...] | None = None
    encoding: Text | None = None
    header_row: int | None = Field(default=None, ge=1, strict=True)
    sheet: Text | None = None
    records: Text | None = None
    statuses: Statuses = Field(default_factory=dict)
    further: ExtraTable = Field(default_factory=dict, alias="options")

    @property
    def options(self) -> Mapping[str, object]:
        """The provider's further keys that are set: ``token_url`` and ``path`` as texts, ``columns`` by dotted job field."""
        own = {key: getattr(self, key) for key in _OWN_KEYS if getattr(self, key) is not None}
        return own | ({"path": str(self.path)} if self.path is not None else {}) | dict(self.further)

    @model_validator(mode="before")
    @classmethod
    def _name_is_the_id(cls, table: object) -> object:
        if isinstance(table, dict) and "name" not in table and "id" in table:
            return {**table, "name": table["id"]}
        return table

    @model_validator(mode="after")
    def _keys_fit_the_provider(self) -> Self:
        allowed = FURTHER_KEYS.get(self.provider, frozenset() if self.provider in BUILT_IN_PROVIDERS else frozenset({"options"}))
        given = {key for key in _OWN_KEYS if getattr(self, key) is not None}
        if self.further:
            given.add("options")
        for key in sorted(given - allowed):
            raise problem(f"is not a key of the provider {self.provider}", key)
        if self.provider == "file" and self.path is None:
            raise problem("is missing: the provider file reads an export at that path", "path")
        return self


class AdminSettings(_Table):
    """One who may use the program, and on which integrations; ``*`` stands for all."""

    user: Text
    integrations: tuple[Text, ...] = ()


class Settings(_Table):
    """The whole configuration. ``admins`` is None where the file has no such table."""

    path: Path
    organization: OrganizationSettings = OrganizationSettings()
    storage: StorageSettings = StorageSettings()
    target: TargetSettings = TargetSettings()
    sync: SyncSettings = SyncSettings()
    notify: NotifySettings = NotifySettings()
    rules: RulesSettings = RulesSettings()
    audit: AuditSettings = AuditSettings()
    wire: WireSettings = WireSettings()
    network: NetworkSettings = NetworkSettings()
    files: FilesSettings = FilesSettings()
    session: SessionSettings = SessionSettings()
    terminal: TerminalSettings = TerminalSettings()
    settings: JobSettings = JobSettings()
    integrations: tuple[IntegrationSettings, ...] = ()
    admins: tuple[AdminSettings, ...] | None = None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        seen: set[str] = set()
        for index, integration in enumerate(self.integrations):
            if integration.id in seen:
                raise problem(f"is used twice: {integration.id}", "integrations", index, "id")
            seen.add(integration.id)
        return self

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
