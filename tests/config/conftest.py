from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

WriteConfig = Callable[..., Path]

FULL = """\
[organization]
name = "Acme Staffing"

[storage]
url = "sqlite"

[target]
kind = "tenzo"
base_url = "https://api.tenzo.ai/"
api_key = { env = "TENZO_API_KEY" }

[sync]
required_fields = ["name", "location.city", "custom.req_type"]
every = "5m"
concurrency = 8
settle_after = "20s"

[network]
proxy = "http://proxy:3128"
ca_bundle = "acme.pem"

[settings]
default_generation_template = "General screen"

[[settings.required]]
name = "ai_caller_name"
value = "Morgan"

[[settings.default]]
name = "language"
value = "Multilingual"

[[integrations]]
id = "greenhouse"
name = "Greenhouse"
provider = "greenhouse"
base_url = "https://harvest.greenhouse.io/v3"     # optional: each provider has its default
credentials = { client_id = { env = "GH_ID" }, client_secret = { file = "gh.secret" }, user_id = "12345" }
token_url = "https://auth.greenhouse.io/token"
read_only = true

[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"

[integrations.columns]
id = "Req ID"
name = "Title"
custom.shift = "Shift"

[[admins]]
user = "alice"
integrations = ["*"]

[[admins]]
user = "bob"
integrations = ["export"]
"""


@pytest.fixture
def write_config(tmp_path: Path) -> WriteConfig:
    """Write a configuration file and return its path."""

    def write(text: str = FULL, mode: int = 0o600) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write
