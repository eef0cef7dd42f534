"""How an installation of the target spells things: from the configuration file to the request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings, parse_settings
from tests.support.tenzo_server import KEY, TenzoServer, serving

ME = Actor("me")
CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"
[target]
kind = "tenzo"
base_url = "{url}"
api_key = {{ file = "key" }}
{wire}
[[admins]]
user = "me"
integrations = ["*"]
[[integrations]]
id = "export"
provider = "file"
path = "export.csv"
"""


@pytest.fixture
def server() -> Iterator[TenzoServer]:
    with serving() as server:
        yield server


def written(folder: Path, server: TenzoServer, wire: str) -> Path:
    (folder / "key").write_text(KEY)
    (folder / "key").chmod(0o600)
    (folder / "export.csv").write_text("id,name\n1,Welder\n")
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder, url=server.url, wire=wire))
    config.chmod(0o600)
    return config


async def test_the_wire_table_reaches_the_requests(tmp_path: Path, server: TenzoServer) -> None:
    wire = '[target.wire]\njobs_path = "/v1/vacancies"\nexternal_id_parameter = "ref"\nfield_names = { name = "title" }'
    settings = load_settings(written(tmp_path, server, wire))
    async with Backend.open(settings, ME) as backend:
        await backend.rules.import_text(
            "rules:\n  - id: all\n    name: All\n    when: { field: name, op: contains, value: Weld }\n", "test"
        )
        plan = await backend.syncs.plan("export", "1")
    assert plan.error is not None  # this server has no such path
    assert server.requests == ["GET /v1/vacancies?ref=export%3A1"]


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ('[target.wire]\njobs_pathh = "/x"', "target.wire.jobs_pathh is not a key"),
        ("[target.wire]\njobs_path = 5", "target.wire.jobs_path must be text"),
        ('[target.wire]\nfield_names = { nome = "x" }', "target.wire.field_names.nome is not a field"),
        ('[target.wire]\nfield_names = { name = "url" }', "gives two fields the same name"),
    ],
)
async def test_a_wrong_wire_table_says_where(tmp_path: Path, server: TenzoServer, wire: str, words: str) -> None:
    settings = load_settings(written(tmp_path, server, wire))
    async with Backend.open(settings, ME) as backend:
        with pytest.raises(ConfigError, match=words) as wrong:
            await backend.syncs.plan("export", "1")
    assert str(tmp_path) in wrong.value.message
    assert server.requests == []


def test_a_local_target_has_no_wire() -> None:
    with pytest.raises(ConfigError, match=r"target\.wire"):
        parse_settings('[target.wire]\njobs_path = "/x"', Path("/etc/jobsync.toml"))
