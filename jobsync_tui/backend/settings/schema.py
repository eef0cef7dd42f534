"""The tables and keys of the configuration file as frozen models. Unknown keys are errors in every table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..core.models import EvaluationPolicy, SettingValue
from ..core.text import meant
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
    TimeOfDay,
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

    name: str = Field(default="", description="Who the jobs are synced for. It is shown in messages.")


class StorageSettings(_Table):
    """Where the database is: ``sqlite``, ``sqlite:///PATH`` or ``postgresql://USER@HOST/NAME``."""

    url: StorageUrl = Field(
        default="sqlite",
        description=(
            "Where jobs, rules and the record are kept: sqlite (a file in the data directory), sqlite:///PATH, or "
            "postgresql://USER@HOST/NAME for several hosts."
        ),
    )


class TargetKind(StrEnum):
    """What the jobs are synced into."""

    LOCAL = "local"
    TENZO = "tenzo"


class TargetSettings(_Table):
    """The target; all but ``kind`` is for ``tenzo`` only."""

    kind: TargetKind = Field(
        default=TargetKind.LOCAL,
        description="local keeps the synced jobs in a file on this machine, to try things; tenzo writes them to Tenzo.",
    )
    base_url: ServiceUrl = Field(default=DEFAULT_TARGET_URL, description="The address of Tenzo's API.")
    api_key: SecretReference | None = Field(
        default=None, description="Where Tenzo's API key is. It begins with tenzo_pk_ and is needed for the kind tenzo."
    )
    wire: ExtraTable = Field(
        default_factory=dict, description="How this installation spells paths, headers and fields, by the keys that target-api.yaml lists."
    )

    @model_validator(mode="after")
    def _what_tenzo_needs(self) -> Self:
        if self.kind is TargetKind.TENZO and self.api_key is None:
            raise problem("is missing: the target tenzo needs one", "api_key")
        if self.kind is TargetKind.LOCAL and self.wire:
            raise problem("is for the target tenzo only", "wire")
        return self


class WhenClosed(StrEnum):
    """What becomes in the target of a job that was synced before and closes, or vanishes, in its ATS."""

    LEAVE = "leave"
    CLOSE = "close"


class SyncSettings(_Table):
    """How jobs are synced."""

    required_fields: tuple[JobField, ...] = Field(
        default=("name",), description="Fields without which a job is not synced, such as name or location.city."
    )
    every: Duration = Field(default=timedelta(minutes=5), description="Time between two runs of the automatic sync.")
    full_every: Duration = Field(
        default=timedelta(hours=24),
        description=(
            "How often the automatic sync lists everything, for an ATS that does not say what it deleted; at "
            "night where that is soon enough."
        ),
    )
    concurrency: int = Field(default=4, ge=1, le=29, strict=True, description="Requests to one ATS at the same time, 1 to 29.")
    settle_after: Duration = Field(
        default=timedelta(seconds=20), description="The longest time in which a change without an answer may still arrive in Tenzo."
    )
    most_changes: int = Field(
        default=200,
        ge=0,
        strict=True,
        description="How many jobs of an integration the automatic sync may write because rules changed, before it asks a person.",
    )
    when_closed: WhenClosed = Field(
        default=WhenClosed.LEAVE,
        description="What becomes in Tenzo of a job synced before that closes or vanishes in the ATS: leave, or close.",
    )


class NotifySettings(_Table):
    """Where failures of the automatic sync are sent."""

    webhook: WebhookAddress | None = Field(
        default=None, description="An address to which a message about failures is sent, or the place of a secret that holds it."
    )
    secret: SecretReference | None = Field(
        default=None, description="Where the secret is with which those messages are signed. A webhook needs one."
    )
    command: CommandWords | None = Field(
        default=None, description="A program, by its absolute path, and its arguments; it gets the message on its standard input."
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="How long the program may take.")
    every: Duration = Field(default=timedelta(minutes=15), description="At most one message in that time.")
    daily: TimeOfDay | None = Field(
        default=None, description="When a message tells of the day, such as 08:00, by the host's local time; none without it."
    )

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

    key: SecretReference | None = Field(
        default=None,
        description=(
            "Where the secret is with which the record of who did what is chained, so that somebody who has only "
            "the database cannot rewrite it."
        ),
    )


class WireSettings(_Table):
    """The requests and answers of syncs. ``keep`` is how long they are kept, None that they are not."""

    keep: Keeping = Field(
        default=timedelta(days=14),
        description="How long the requests and answers of syncs are kept, such as 14d, for jobsync wire; off keeps none.",
    )


class RulesSettings(_Table):
    """How rules are changed. A change that concerns more than ``confirm_above`` cached jobs is saved only where their number is typed."""

    confirm_above: int = Field(
        default=100,
        ge=0,
        strict=True,
        description="A change of rules, or a sync by filter, that concerns more jobs than this asks for their number to be typed.",
    )


class SessionSettings(_Table):
    """How long a session of the terminal application may stand idle; ``idle`` is None where the file does not say."""

    idle: Duration | None = Field(
        default=None,
        description="Ends the application after this long without a key. With --as it is 30 minutes where the file does not say.",
    )


class ThemeName(StrEnum):
    """Which colours the terminal application has; ``sixteen`` are the terminal's own."""

    DARK = "dark"
    LIGHT = "light"
    HIGH_CONTRAST = "high-contrast"
    SIXTEEN = "sixteen"


class TerminalSettings(_Table):
    """What is asked of a terminal. Without the mouse, it selects text as everywhere else; without a theme, colours suit it."""

    mouse: bool = Field(
        default=True, strict=True, description="false leaves the mouse to the terminal: text is selected as everywhere else."
    )
    theme: ThemeName | None = Field(
        default=None,
        description="The colours: dark, light, high-contrast, or sixteen for the terminal's own. Without it, what suits the terminal.",
    )


class NetworkSettings(_Table):
    """The way out. The environment's proxy settings are not used."""

    proxy: ProxyUrl | None = Field(
        default=None, description="The proxy through which everything goes out. Proxy settings of the environment are not used."
    )
    ca_bundle: OwnPath | None = Field(default=None, description="A file with certificates that are trusted beside the system's.")


class NamedSetting(_Table):
    """A setting of the target's jobs by name."""

    name: Text = Field(description="The setting's name in Tenzo, such as language.")
    value: Scalar = Field(description="Its value: text, a number, true or false.")


class JobSettings(_Table):
    """Settings that the organization gives to every job: ``required`` win over every rule, ``default`` lose to every rule."""

    default_generation_template: Text | None = Field(
        default=None, description="The AI generation template for jobs that rules match and give none."
    )
    required: tuple[NamedSetting, ...] = Field(default=(), description="Settings that every job gets; they win over every rule.")
    default: tuple[NamedSetting, ...] = Field(default=(), description="Settings that a job gets where no rule sets them.")


class FilesSettings(_Table):
    """What is asked of exported files: ``max_bytes`` is the size of the largest that is read."""

    max_bytes: int = Field(
        default=512 * 1024 * 1024, ge=1, strict=True, description="The size in bytes of the largest export that is read."
    )


class IntegrationSettings(_Table):
    """One configured connection to an ATS.

    ``credentials`` holds references, and texts where the key may stand in the file. ``statuses`` has the
    account's own status words. What only some providers have is in `options`.
    """

    id: Identifier = Field(
        description="A short name that stays: it is part of what Tenzo knows a job by. jobsync integrations rename changes it."
    )
    name: Text = Field(description="What people call it; without it, the id.")
    provider: Identifier = Field(description="The ATS, by the word that ats.md gives for it.")
    base_url: ServiceUrl | None = Field(default=None, description="The address of the ATS, where it is another than the usual one.")
    credentials: Credentials = Field(
        default_factory=dict,
        description=(
            "Where each credential is, as ats.md lists them. user_id, username, client_id, integration_id, "
            "company_id and subdomain may stand here as they are."
        ),
    )
    read_only: bool = Field(default=False, strict=True, description="true: its jobs can be looked at and checked, and are never synced.")
    automatic: bool = Field(default=True, strict=True, description="false: its jobs are synced by people only.")
    when_closed: WhenClosed | None = Field(default=None, description="As in [sync], for the jobs of this ATS.")
    token_url: ServiceUrl | None = Field(
        default=None, description="For greenhouse: where tokens are asked for, where it is another address than the usual one."
    )
    path: OwnPath | None = Field(
        default=None,
        description=(
            "For file: the export, or a pattern such as exports/jobs-*.xlsx, of which the newest file is read. It "
            "is relative to the configuration's folder."
        ),
    )
    columns: FlatTable | None = Field(
        default=None, description="For file: which column holds which field of a job. jobsync columns FILE prints this table."
    )
    dates: tuple[Text, ...] | None = Field(default=None, description="For file: how dates are written, such as %d.%m.%Y.")
    encoding: Text | None = Field(default=None, description="For file: how the text is encoded, such as cp1252.")
    header_row: int | None = Field(
        default=None, ge=1, strict=True, description="For file: the line that names the columns, counted from 1."
    )
    sheet: Text | None = Field(default=None, description="For file: the sheet of a workbook; without it, the first.")
    records: Text | None = Field(default=None, description="For file: where in a JSON document the list of jobs is, with dots.")
    statuses: Statuses = Field(
        default_factory=dict,
        description="The status words of your ATS and what each is: open, closed, draft, archived, on_hold or unknown.",
    )
    further: ExtraTable = Field(
        default_factory=dict, alias="options", description="For an adapter of another package: what that adapter asks for."
    )

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
            others = () if self.provider in BUILT_IN_PROVIDERS else BUILT_IN_PROVIDERS
            raise problem(meant(f"is not a key of the provider {self.provider}", self.provider, others), key)
        if self.provider == "file" and self.path is None:
            raise problem("is missing: the provider file reads an export at that path", "path")
        return self


class AdminSettings(_Table):
    """One who may use the program, and on which integrations; ``*`` stands for all."""

    user: Text = Field(description="The name of the account, or the name that comes with --as.")
    integrations: tuple[Text, ...] = Field(default=(), description='The ids of the integrations that they may use; ["*"] for all.')


class Settings(_Table):
    """The whole configuration. ``admins`` is None where the file has no such table."""

    path: Path
    organization: OrganizationSettings = Field(default=OrganizationSettings(), description="Your organization.")
    storage: StorageSettings = Field(default=StorageSettings(), description="Where everything is kept.")
    target: TargetSettings = Field(default=TargetSettings(), description="Where jobs are created and updated.")
    sync: SyncSettings = Field(default=SyncSettings(), description="How jobs are synced.")
    notify: NotifySettings = Field(default=NotifySettings(), description="Where failures of the automatic sync are reported.")
    rules: RulesSettings = Field(default=RulesSettings(), description="How rules are changed.")
    audit: AuditSettings = Field(default=AuditSettings(), description="The record of who did what.")
    wire: WireSettings = Field(default=WireSettings(), description="The requests and answers of syncs.")
    network: NetworkSettings = Field(default=NetworkSettings(), description="The way out to the network.")
    files: FilesSettings = Field(default=FilesSettings(), description="Exported files.")
    session: SessionSettings = Field(default=SessionSettings(), description="Sessions of the application.")
    terminal: TerminalSettings = Field(default=TerminalSettings(), description="The terminal.")
    keys: FlatTable = Field(default_factory=dict, description='Keys of your own, by the names in docs/keys.md, such as `jobs.sync = "S"`.')
    settings: JobSettings = Field(default=JobSettings(), description="Interview settings that the organization gives to every job.")
    integrations: tuple[IntegrationSettings, ...] = Field(default=(), description="A table for each ATS.")
    admins: tuple[AdminSettings, ...] | None = Field(
        default=None, description="Who may use jobsync, a table for each person. Without one, only the owner of the file may."
    )

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

    def closes(self, integration_id: str) -> bool:
        """Return whether jobs of an integration that close in its ATS are closed in the target."""
        found = self.integration(integration_id)
        own = None if found is None else found.when_closed
        return (own or self.sync.when_closed) is WhenClosed.CLOSE

    def evaluation_policy(self) -> EvaluationPolicy:
        """Return what the configuration adds to the rules when a job is evaluated."""
        return EvaluationPolicy(
            required_fields=self.sync.required_fields,
            required_settings=tuple(SettingValue(each.name, each.value) for each in self.settings.required),
            default_settings=tuple(SettingValue(each.name, each.value) for each in self.settings.default),
            default_generation_template=self.settings.default_generation_template,
        )
