"""Tests in a rules file: what the rules are to say of a job that is written out, or of a cached one."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.models import Expectation, JsonValue, RuleTest
from ..fields import CUSTOM
from ..testing import FIELDS, FieldError, job_of
from .nodes import DocumentNode, ListNode, MappingNode, ScalarNode
from .reading import Fault, flag, items, json_value, keys, line_of_text, quoted, suggestion, text

MAX_TESTS = 5_000

_KEYS = ("name", "job", "id", "integration", "expect")
_EXPECT = ("eligible", "rules", "template", "folder")


def read_tests(node: DocumentNode) -> tuple[RuleTest, ...]:
    """Return the tests that a rules file has.

    Raises:
        Fault: One is not as it should be.
    """
    nodes = items(node, "tests", "tests")
    if len(nodes) > MAX_TESTS:
        raise Fault(node, "tests", f"there are {len(nodes)} tests, and {MAX_TESTS} is the most.")
    tests: dict[tuple[str, str], RuleTest] = {}
    for index, each in enumerate(nodes):
        test = _test(each, f"tests[{index}]")
        if test.key in tests:
            raise Fault(each, f"tests[{index}]", f"there is a test {quoted(test.name)} above; give one of them another name.")
        tests[test.key] = test
    return tuple(tests.values())


def _test(node: DocumentNode, place: str) -> RuleTest:
    entries = keys(node, place, "a test", _KEYS)
    if "expect" not in entries:
        raise Fault(node, place, "the test does not say what to expect.")
    if ("job" in entries) is ("id" in entries):
        raise Fault(node, place, "a test has either a job written out, or the id of a cached one.")
    expect = _expectation(entries["expect"], f"{place}.expect")
    integration = line_of_text(entries["integration"], f"{place}.integration", "an integration") if "integration" in entries else None
    if "job" in entries:
        fields = _fields(entries["job"], f"{place}.job")
        if integration is not None and fields.setdefault("integration", integration) != integration:
            raise Fault(entries["integration"], f"{place}.integration", "the job names another integration.")
        of_job = fields.get("integration")
        known = {"integration": of_job if isinstance(of_job, str) else None, "job_id": None}
        title = fields.get("name") or "a job without a name"
    else:
        known = _cached(entries["id"], f"{place}.id", integration)
        fields, title = {}, f"{known['integration']}:{known['job_id']}"
    name = line_of_text(entries["name"], f"{place}.name", "a test's name") if "name" in entries else str(title)[:200]
    return RuleTest(name=name, expect=expect, integration=known["integration"], job_id=known["job_id"], fields=fields)


def _cached(node: DocumentNode, place: str, integration: str | None) -> dict[str, str | None]:
    identity = line_of_text(node, place, "a job's id", limit=500)
    if integration is None:
        integration, colon, identity = identity.partition(":")
        if not colon or not integration or not identity:
            raise Fault(node, place, "say which integration the job is from: integration:id, or a key integration beside it.")
    return {"integration": integration, "job_id": identity}


def _expectation(node: DocumentNode, place: str) -> Expectation:
    entries = keys(node, place, "what to expect", _EXPECT)
    if not entries:
        raise Fault(node, place, f"nothing is expected. Allowed: {', '.join(_EXPECT)}.")
    folder = entries.get("folder")
    is_none = isinstance(folder, ScalarNode) and folder.value is None
    return Expectation(
        eligible=flag(entries["eligible"], f"{place}.eligible", "eligible") if "eligible" in entries else None,
        rules=_names(entries["rules"], f"{place}.rules", "rules") if "rules" in entries else None,
        templates=_names(entries["template"], f"{place}.template", "template") if "template" in entries else None,
        folder=None if folder is None else "" if is_none else line_of_text(folder, f"{place}.folder", "folder", limit=500),
    )


def _names(node: DocumentNode, place: str, what: str) -> tuple[str, ...]:
    """Read one name, several in a list, or none."""
    if isinstance(node, ScalarNode) and node.value is None:
        return ()
    if isinstance(node, ListNode):
        return tuple(line_of_text(item, f"{place}[{index}]", what, limit=500) for index, item in enumerate(node.items))
    return (line_of_text(node, place, what, limit=500),)


def _fields(node: DocumentNode, place: str) -> dict[str, JsonValue]:
    if not isinstance(node, MappingNode):
        raise Fault(node, place, "a job is a mapping of fields to values.")
    found: dict[str, JsonValue] = {}
    for key, value in node.entries:
        if key.text not in FIELDS and not (key.text.startswith(f"{CUSTOM}.") and key.text[len(CUSTOM) + 1 :].strip()):
            raise Fault(key, f"{place}.{key.text}", f"unknown field {quoted(key.text)}.{suggestion(key.text, FIELDS)}")
        found[key.text] = json_value(value, numbers_as_written=key.text.partition(".")[0] != CUSTOM)
    try:
        job_of(found)
    except FieldError as error:
        raise Fault(_node_of(node.entries, error.field) or node, f"{place}.{error.field}", f"{error.field} {error.what}.") from None
    for name in ("integration", "id"):
        if name in found:
            text(_node_of(node.entries, name) or node, f"{place}.{name}", name)
    return found


def _node_of(entries: tuple[tuple[ScalarNode, DocumentNode], ...], field: str) -> DocumentNode | None:
    return next((value for key, value in entries if key.text == field or field.startswith(f"{key.text}.")), None)


def lines_of(test: RuleTest) -> Mapping[str, JsonValue]:
    """Return a test as what stands in a rules file."""
    expect = test.expect
    expected: dict[str, JsonValue] = {}
    if expect.eligible is not None:
        expected["eligible"] = expect.eligible
    if expect.rules is not None:
        expected["rules"] = list(expect.rules)
    if expect.templates is not None:
        expected["template"] = list(expect.templates)
    if expect.folder is not None:
        expected["folder"] = expect.folder or None
    written: dict[str, JsonValue] = {"name": test.name}
    if test.job_id is None:
        written["job"] = dict(test.fields)
    else:
        written |= {"integration": test.integration, "id": test.job_id}
    return {**written, "expect": expected}
