"""The JSON schema for editors accepts what the program reads, and marks what it refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.backend.settings.json_schema import json_schema
from jobsync_tui.backend.settings.loader import parse_settings
from jobsync_tui.backend.settings.template import config_template

WHOLE = """
[organization]
name = "Acme Staffing"
[storage]
url = "postgresql://jobsync@db/jobs"
[target]
kind = "tenzo"
base_url = "https://api.tenzo.ai"
api_key = { env = "TENZO_API_KEY" }
[sync]
required_fields = ["name"]
every = "5m"
concurrency = 4
settle_after = "20s"
[notify]
webhook = { file = "hook" }
secret = { keyring = "hook" }
command = ["/usr/bin/mail", "-s", "jobsync"]
[network]
proxy = "http://proxy:3128"
[session]
idle = "15m"
[settings]
default_generation_template = "General screen"
[[settings.required]]
name = "ai_caller_name"
value = "Morgan"
[[settings.default]]
name = "retries"
value = 3
[[integrations]]
id = "greenhouse"
name = "Greenhouse"
provider = "greenhouse"
credentials = { client_id = { env = "GH_ID" }, client_secret = { env = "GH_SECRET" }, user_id = "12345" }
[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
columns = { name = "Title" }
[[admins]]
user = "alice"
integrations = ["*"]
"""
WRONG = {
    "an unknown key": '[sync]\nevry = "5m"\n',
    "an unknown table": "[synch]\n",
    "another type": "[sync]\nconcurrency = true\n",
    "out of range": "[sync]\nconcurrency = 30\n",
    "a duration that is a number": "[sync]\nevery = 5\n",
    "a word that is none": '[target]\nkind = "tenzoo"\n',
    "a secret in two places": '[target]\napi_key = { env = "A", file = "b" }\n',
    "a secret in the file": '[target]\napi_key = "tenzo"\n',
    "a missing key": '[[integrations]]\nid = "x"\n',
}


@pytest.mark.parametrize("text", [WHOLE, config_template(), ""], ids=["whole", "template", "empty"])
def test_what_is_read_is_accepted(text: str) -> None:
    parse_settings(text, Path("/etc/jobsync.toml"))
    jsonschema.Draft202012Validator(json_schema()).validate(tomllib.loads(text))


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_refused_is_marked(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_settings(text, Path("/etc/jobsync.toml"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate(tomllib.loads(text))
