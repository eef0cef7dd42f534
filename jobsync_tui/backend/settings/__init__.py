"""The configuration: one TOML file, read into frozen values; what is wrong in it is named with its key and line."""

from .loader import FileStamp, load_settings, parse_settings
from .schema import (
    AdminSettings,
    IntegrationSettings,
    JobSettings,
    NetworkSettings,
    OrganizationSettings,
    SessionSettings,
    Settings,
    StorageSettings,
    SyncSettings,
    TargetKind,
    TargetSettings,
    TerminalSettings,
)
from .template import config_template

__all__ = [
    "AdminSettings",
    "FileStamp",
    "IntegrationSettings",
    "JobSettings",
    "NetworkSettings",
    "OrganizationSettings",
    "SessionSettings",
    "Settings",
    "StorageSettings",
    "SyncSettings",
    "TargetKind",
    "TargetSettings",
    "TerminalSettings",
    "config_template",
    "load_settings",
    "parse_settings",
]
