"""The documents are of today's program: pages that are made from it are as they would be made now, and what they name is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from jobsync_tui.cli.main import COMMANDS
from tests.support.reference import DOCS, PAGES

README = DOCS.parent / "README.md"
DOCUMENTS = [README, *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_program_says(name: str) -> None:
    assert DOCS.joinpath(name).read_text(encoding="utf-8") == PAGES[name](), "make docs writes it anew"


def test_every_key_and_table_of_the_configuration_is_described() -> None:
    page = PAGES["configuration.md"]()
    assert "None |" not in page
    assert all(table in page for table in ("[[integrations]]", "[[settings.required]]", "[notify]", "[[admins]]", "`confirm_above`"))


def test_every_command_is_in_the_overview() -> None:
    text = DOCS.joinpath("commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`jobsync {name}" in text, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_link_leads_to_something(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        if ":" in file:
            continue
        found = document.parent / file if file else document
        assert found.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w\- ]", "", each).lower().replace(" ", "-") for each in headings], target


def test_the_front_page_leads_to_every_page() -> None:
    linked = set(re.findall(r"\(docs/([\w.-]+)\)", README.read_text(encoding="utf-8")))
    assert linked >= {each.name for each in DOCS.glob("*.md")}


def test_what_is_installed_by_hand_is_everything_but_what_has_no_wheel() -> None:
    project = tomllib.loads(DOCS.parent.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {Requirement(line).name: str(Requirement(line).specifier) for line in project["dependencies"]}
    (listed,) = re.findall(r"bin/pip install (click .*)$", DOCS.joinpath("install.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {Requirement(each).name: str(Requirement(each).specifier) for each in listed.split()}
    assert named.keys() == wanted.keys() - {"google-re2", "pysqlite3"}
    assert named["textual"] == wanted["textual"]
