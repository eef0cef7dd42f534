"""The sandbox's configuration: a real file, read by the real loader, with credentials that only the sandbox's ATSs know."""

from __future__ import annotations

import os
from pathlib import Path

from ..settings.paths import ensure_directory, open_private, read_regular
from .scenario import CRELATE, GREENHOUSE, JOBVITE

CREDENTIALS = {
    "greenhouse-secret": "sandbox-greenhouse-secret",
    "kombo-key": "sandbox-kombo-key",
    "crelate-key": "sandbox-crelate-key",
}
"""File name to content; each is what the ATS of that name asks for."""
CONFIG_NAME = "jobsync.toml"
_HEAD = "# The sandbox of jobsync."
"""How the configuration begins, by which it is known again."""
_MAX_BYTES = 64 * 1024
GREENHOUSE_CLIENT = "sandbox-client"
KOMBO_INTEGRATION = "jobvite:sandbox"


def is_sandbox(folder: Path) -> bool:
    """Return whether ``folder`` holds a sandbox: a configuration that this wrote. Anybody else's must not be written over."""
    try:
        content, _ = read_regular(folder / CONFIG_NAME, _MAX_BYTES)
    except (OSError, ValueError):
        return False
    return content.startswith(_HEAD.encode())


def write_config(folder: Path) -> Path:
    """Write the configuration and its secret files below ``folder`` and return the configuration's path."""
    for name, secret in CREDENTIALS.items():
        _write(folder / "secrets" / name, secret + "\n")
    return _write(folder / CONFIG_NAME, _configuration(folder / "jobsync.db"))


def _write(path: Path, content: str) -> Path:
    ensure_directory(path.parent)
    with open(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8") as file:  # noqa: PTH123 - by descriptor
        file.write(content)
    return path


def _configuration(database: Path) -> str:
    return f"""\
{_HEAD} Its ATSs answer inside the process; nothing here reaches a network.
[organization]
name = "Acme Staffing (sandbox)"

[storage]
url = "sqlite:///{database}"

[target]
kind = "local"

[sync]
required_fields = ["name"]
settle_after = "2s"
every = "20s"

[settings]
default_generation_template = "General screen"

[[settings.required]]
name = "ai_caller_name"
value = "Morgan"

[[settings.default]]
name = "language"
value = "English"

[[settings.default]]
name = "call_type"
value = "web"

[[integrations]]
id = "{GREENHOUSE}"
name = "Acme Technology"
provider = "greenhouse"
credentials = {{ client_id = "{GREENHOUSE_CLIENT}", client_secret = {{ file = "secrets/greenhouse-secret" }}, user_id = "1001" }}
automatic = false  # the story's jobs are for whoever looks at it

[[integrations]]
id = "{JOBVITE}"
name = "Acme Health (Jobvite)"
provider = "kombo"
credentials = {{ api_key = {{ file = "secrets/kombo-key" }}, integration_id = "{KOMBO_INTEGRATION}" }}
automatic = false

[[integrations]]
id = "{CRELATE}"
name = "Acme Agency"
provider = "crelate"
credentials = {{ api_key = {{ file = "secrets/crelate-key" }} }}
"""
