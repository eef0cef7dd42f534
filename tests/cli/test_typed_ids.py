"""An id on the command line is what one sees of it: marks without a width come along when it is copied from a mail or a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobsync_tui.backend.core.text import typed_id
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.options import TypedId
from tests.cli.conftest import Jobsync
from tests.cli.test_identity import Place

MARKS = "\u200b\u200e\u200f\u2060\ufeff\u00ad\u061c\u202a\u202e\u2066\u2069\u200c\u200d\u180e"


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_a_mark_that_nobody_sees_is_no_part_of_an_id(mark: str) -> None:
    for pasted in (f"{mark}88 4213", f"88 4213{mark}", f"88{mark} 4213", f" {mark}88 4213{mark}\n"):
        assert typed_id(pasted) == "88 4213"


def test_every_command_takes_its_ids_so() -> None:
    taken = {words: param for words, param in _params(cli, click.Context(cli)) if "ID" in str(param.metavar) and param.name != "limit"}
    assert {words.rpartition(" ")[0] for words in taken} >= {
        "check",
        "sync",
        "fetch",
        "undo",
        "audit",
        "adopt",
        "integrations rename-ids",
        "rules impact",
    }
    assert [words for words, param in taken.items() if not isinstance(param.type, TypedId)] == []


def test_a_copied_id_is_found(tmp_path: Path, jobsync: Jobsync) -> None:
    def worn(text: str) -> str:
        return f"\ufeff{text[0]}\u200b{text[1:]}\u200e"

    place = Place(tmp_path, jobsync)
    assert "Welder" in place.words("fetch", worn("1"))
    assert "ELIGIBLE" in place.words("check", "-i", worn("export"), worn("1"), code=3)
    place("rules", "import", str(tmp_path / "rules.yaml"))
    synced = place("sync", worn("1"), "--yes")
    assert isinstance(synced, dict)
    assert (synced["outcome"], synced["job"]["id"]) == ("created", "1")
    operation = synced["operation_id"]
    assert "created" in place.words("audit", "--job", worn("1"))
    assert place("adopt", "--link", worn("2"), worn(synced["target_id"]), "--dry-run", code=3)
    undone = place("undo", worn(operation), "--dry-run", code=3)  # a job that was created is not taken away again
    assert isinstance(undone, dict)
    assert undone["job"]["id"] == "1"
    for command in (("check",), ("fetch",), ("sync", "--yes")):
        assert "ATS job id" in place.words(*command, "\u200b", code=2)


def _params(command: click.Command, context: click.Context, words: str = "") -> Iterator[tuple[str, click.Parameter]]:
    yield from ((f"{words} {param.name}".strip(), param) for param in command.params)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _params(below, click.Context(below, parent=context), f"{words} {name}".strip())
