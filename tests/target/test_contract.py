"""The published contract is sound, and the client and the test server both keep to it."""

import pytest
from jsonschema import Draft202012Validator

from jobsync_tui.backend.core.models import JsonValue
from jobsync_tui.backend.target.base import OWNED_FIELDS
from jobsync_tui.backend.target.tenzo import TenzoTarget
from jobsync_tui.backend.target.wire_mapping import WireMapping
from tests.support import target_contract as contract
from tests.support.tenzo_server import TenzoServer

FIELDS: dict[str, JsonValue] = {
    "name": "ICU Nurse",
    "description": "<p>Nights</p>",
    "location": "Cleveland, OH",
    "department": "Nursing",
    "employment_type": "full time",
    "status": "open",
    "url": "https://ats.example/1",
    "custom": {"shift": "nights"},
    "template_type": "script",
    "templates": ["ICU screen"],
    "folder": "Mercy/ICU",
    "settings": {"language": "English"},
    "follow_up_user": "dana@example.com",
    "interview_instructions": "Ask about nights.",
}


def test_document_is_sound() -> None:
    schemas = contract.document()["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert tuple(schemas["OwnedFields"]["properties"]) == OWNED_FIELDS
    assert set(schemas["Patch"]["properties"]) == {*OWNED_FIELDS, "external_id"}


@pytest.mark.parametrize(("where", "value", "schema"), [pytest.param(*each, id=each[0]) for each in contract.examples()])
def test_examples_are_as_their_schemas_say(where: str, value: object, schema: dict[str, object]) -> None:
    assert contract.check(value, schema) == []


def test_every_configurable_name_is_in_the_document() -> None:
    words = contract.document()["info"]["description"]
    assert [name for name in WireMapping.__slots__ if f"`{name}`" not in words] == []


async def test_every_request_and_answer_keeps_the_contract(target: TenzoTarget, server: TenzoServer) -> None:
    server.templates, server.missing_lists, server.page_size = ["ICU screen"], {"users"}, 1
    await target.test()
    created = await target.create("s:1/odd id?&", FIELDS, idempotency_key="01JDQ7M2V6K3N8T4W9X5Y1Z0AB")
    patch: dict[str, JsonValue] = {name: None for name in FIELDS if name not in {"settings", "custom"}}
    await target.update(created.id, {**patch, "settings": {"language": None}, "custom": {"shift": "days"}}, etag=created.etag)
    other = server.add(name="Another")
    await target.link(other, "s:2", etag=None)
    assert await target.find("s:1/odd id?&") != ()
    assert await target.get(created.id) is not None
    assert await target.get("nowhere/../x") is None
    assert [job.id async for job in target.jobs()] == [created.id, other]
    await target.catalog()
    assert {
        f"{method} {contract.operation_of(method, path.partition('?')[0])[0]['operationId']}" for method, path, _, _ in server.seen
    } == {
        "GET listJobs",
        "POST createJob",
        "GET getJob",
        "PATCH updateJob",
        "GET listTemplates",
        "GET listFolders",
        "GET listUsers",
    }
    for request in server.seen:
        assert contract.faults_of_request(*request) == [], request[:2]
    for method, path, status, body, _ in server.answered:
        assert contract.faults_of_answer(method, path, status, body) == [], (method, path)
    assert [operation.fields for operation in server.operations] == [
        tuple(sorted(("external_id", *FIELDS))),
        tuple(sorted(FIELDS)),
        ("external_id",),
    ]


def test_the_check_finds_what_is_wrong() -> None:
    key = {"authorization": "Bearer tenzo_pk_x", "content-type": "application/json"}
    assert contract.faults_of_request("POST", "/v1/jobs", key, b'{"external_id": "a:1"}') == ["Idempotency-Key is missing"]
    body = b'{"external_id": "a:1", "candidates": []}'
    assert len(contract.faults_of_request("POST", "/v1/jobs", key | {"idempotency-key": "0" * 26}, body)) == 1
    assert contract.faults_of_request("GET", "/v1/jobs?limit=3", key, b"") == ["unknown parameter limit"]
    with pytest.raises(AssertionError, match="not in the contract"):
        contract.faults_of_request("DELETE", "/v1/jobs/1", key, b"")
