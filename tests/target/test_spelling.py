"""An installation that spells everything in its own way: the example of docs/target-api.yaml, from the configuration to the wire."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from jobsync_tui.backend.core.errors import ConfigError, Refused
from jobsync_tui.backend.core.models import JsonValue
from jobsync_tui.backend.target.base import Catalog
from jobsync_tui.backend.target.wire_mapping import WireMapping
from jobsync_tui.testing.clockwork import Clockwork
from tests.support import target_contract as contract
from tests.support.tenzo_server import KEY, TenzoServer, serving
from tests.support.tenzo_session import tenzo

PATHS = {"/openings": "/v1/jobs", "/interview-templates": "/v1/templates", "/job-folders": "/v1/folders", "/members": "/v1/users"}
PARAMETERS = {"foreign_key": "external_id", "after": "cursor"}
HEADERS = {"x-request-id": "idempotency-key", "x-if-revision": "if-match"}
JOB = {
    "uid": "id",
    "revision": "version",
    "foreign_key": "external_id",
    "link": "url_in_tenzo",
    "title": "name",
    "location_in_tree": "folder",
    "interview": "settings",
    "extra": "custom",
}
LIST = {"items": "data", "after": "next"}
ROW = {"uid": "id", "title": "name"}
PROBLEM = {"problem": "error", "kind": "code", "detail": "message"}


class Installation(TenzoServer):
    """The server of the contract behind the installation's own spelling; every request is held against the contract in between."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.wrong: list[str] = []

    def act(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(target)
        place = next(path for path in PATHS if parts.path.startswith(path))
        known = PATHS[place] + parts.path.removeprefix(place)
        query = {PARAMETERS[name]: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        target = f"{known}?{urlencode(query)}" if query else known
        headers = {HEADERS.get(name, name): value for name, value in headers.items()}
        headers["authorization"] = f"Bearer {headers.pop('x-tenzo-key', '')}"
        if method == "PATCH":
            self.wrong += [] if headers["content-type"] == "application/json" else [headers["content-type"]]
            headers["content-type"] = "application/merge-patch+json"
        if body:
            body = json.dumps(renamed(json.loads(body), JOB)).encode()
        self.wrong += contract.faults_of_request(method, target, headers, body)
        status, answer, more = super().act(method, target, headers, body)
        return status, spelled(answer, jobs=known.startswith("/v1/jobs")), more


def renamed(document: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in document.items()}


def spelled(answer: dict[str, Any], *, jobs: bool) -> dict[str, Any]:
    """Return an answer of the contract as the installation gives it."""
    back = {ours: theirs for theirs, ours in (JOB if jobs else ROW).items()}
    if "error" in answer:
        return {"problem": {theirs: answer["error"][ours] for theirs, ours in PROBLEM.items() if ours in answer["error"]}}
    if "data" in answer:
        rows = [renamed(row, back) for row in answer["data"]]
        return renamed({**answer, "data": rows}, {ours: theirs for theirs, ours in LIST.items()})
    return renamed(answer, back)


def documented() -> dict[str, Any]:
    """Return the configuration that the document gives as an example."""
    found = re.search(r"```toml\n(.*?)```", contract.document()["info"]["description"], re.DOTALL)
    assert found is not None
    return tomllib.loads(found[1])


@pytest.fixture
def server() -> Iterator[Installation]:
    installation = Installation()
    with serving(installation):
        yield installation


def test_the_example_names_every_key() -> None:
    assert set(documented()["target"]["wire"]) == set(WireMapping.__slots__)


async def test_the_example_is_spoken_on_the_wire(server: Installation) -> None:
    server.templates, server.folders, server.missing_lists, server.page_size = ["ICU screen"], ["Mercy/ICU"], {"users"}, 1
    target = tenzo(server.url, Clockwork(), WireMapping.from_options(documented()["target"]["wire"]))
    fields: dict[str, JsonValue] = {"name": "ICU", "folder": "Mercy/ICU", "settings": {"voice": "calm"}, "custom": {"shift": "nights"}}
    try:
        await target.test()
        created = await target.create("s:1", fields, idempotency_key="01JDQ7M2V6K3N8T4W9X5Y1Z0AB")
        assert (created.external_id, created.version, dict(created.fields)) == ("s:1", "1", fields)
        updated = await target.update(created.id, {"name": "ICU two", "settings": {"voice": None}}, etag=created.etag)
        assert (updated.version, updated.fields["name"]) == ("2", "ICU two")
        other = server.add(name="Another")
        await target.link(other, "s:2", etag=None)
        assert [job.id for job in await target.find("s:1")] == [created.id]
        assert [job.external_id async for job in target.jobs()] == ["s:1", "s:2"]
        assert await target.catalog() == Catalog(frozenset({"ICU screen", "templates_0"}), frozenset({"Mercy/ICU", "folders_0"}), None)
        assert server.wrong == []
        with pytest.raises(Refused, match="not yours"):
            await target.update(created.id, {"candidates": []}, etag=None)
    finally:
        await target.close()
    assert all(path.startswith(tuple(PATHS)) for _, path, _, _ in server.seen)
    assert {headers.get("x-tenzo-key") for _, _, headers, _ in server.seen} == {KEY}
    assert not any("authorization" in headers for _, _, headers, _ in server.seen)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "not so", "code": "x"}}', "not so"),
        (b'{"error": {"code": "x_y"}}', "x_y"),
        (b'{"error": "not so"}', "not so"),
        (b'{"message": "at the top"}', "at the top"),
        (b'{"error": [1]}', ""),
        (b"[]", ""),
        (b"<html>", ""),
    ],
)
def test_words_are_found_in_every_usual_kind_of_error(body: bytes, words: str) -> None:
    assert WireMapping().said(body) == words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"jobs_path": "jobs"}, "must begin with a slash"),
        ({"key_header": "X Key"}, "not the name of a header"),
        ({"idempotency_header": "X-Id\r\nX-More"}, "not the name of a header"),
        ({"message_field": ""}, "must be text"),
    ],
)
def test_what_would_make_no_request_is_a_configuration_error(options: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        WireMapping.from_options(options)
