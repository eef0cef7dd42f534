"""docs/target-api.yaml, read as what it is: the contract that requests and answers are held against."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML

PATH = Path(__file__).parents[2] / "docs" / "target-api.yaml"
ROOT = "urn:target-api"


@cache
def document() -> dict[str, Any]:
    """Return the whole document."""
    return cast("dict[str, Any]", YAML(typ="safe", pure=True).load(PATH.read_text(encoding="utf-8")))


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    return cast("Registry[Any]", empty.with_resource(ROOT, Resource.opaque(document())))


def check(value: Any, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with ``value``."""
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{ROOT}#/'))
    return [error.message for error in Draft202012Validator(absolute, registry=_registry()).iter_errors(value)]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return a node of the document, or what it refers to."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Any = document()
    for key in reference.removeprefix("#/").split("/"):
        found = found[key]
    return cast("dict[str, Any]", found)


def operation_of(method: str, path: str) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]:
    """Return the operation of a request with all its parameters, and the values in its path."""
    for template, item in document()["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        matched = re.fullmatch(pattern, path)
        if matched and method.lower() in item:
            operation = item[method.lower()]
            values = {name: unquote(value) for name, value in matched.groupdict().items()}
            return operation, [*item.get("parameters", []), *operation.get("parameters", [])], values
    raise AssertionError(f"{method} {path} is not in the contract")


def faults_of_request(method: str, target: str, headers: dict[str, str], body: bytes) -> list[str]:
    """Return what in a request is not as the contract says: path, parameters, headers, body."""
    parts = urlsplit(target)
    operation, parameters, in_path = operation_of(method, parts.path)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    wrong = [f"unknown parameter {name}" for name in query if name not in {each["name"] for each in parameters if each["in"] == "query"}]
    if not headers.get("authorization", "").startswith("Bearer tenzo_pk_"):
        wrong.append("no key")
    for each in parameters:
        name = each["name"]
        value = {"query": query.get(name), "header": headers.get(name.lower()), "path": in_path.get(name)}[each["in"]]
        if value is not None:
            wrong += check(value, each["schema"])
        elif each.get("required"):
            wrong.append(f"{name} is missing")
    if "requestBody" not in operation:
        return wrong + (["a body that nobody asked for"] if body else [])
    content = operation["requestBody"]["content"]
    kind = headers.get("content-type", "")
    return wrong + (check(json.loads(body), content[kind]["schema"]) if kind in content else [f"content type {kind}"])


def faults_of_answer(method: str, target: str, status: int, body: bytes) -> list[str]:
    """Return what in an answer is not as the contract says."""
    operation, _, _ = operation_of(method, urlsplit(target).path)
    answers = operation["responses"]
    answer = resolved(answers.get(str(status), answers["default"]))
    return check(json.loads(body), answer["content"]["application/json"]["schema"])


def examples() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield each example in the document: where, its value, and the schema it stands beside."""

    def walk(node: Any, where: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        if isinstance(node, list):
            for place, item in enumerate(node):
                yield from walk(item, f"{where}/{place}")
        if not isinstance(node, dict):
            return
        if "schema" in node and "example" in node:
            yield where, node["example"], node["schema"]
        if "schema" in node and "examples" in node:
            for name, example in node["examples"].items():
                yield f"{where}/{name}", example["value"], node["schema"]
        for key, item in node.items():
            yield from walk(item, f"{where}/{key}")

    yield from walk(document(), "")
