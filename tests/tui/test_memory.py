"""What is remembered between sessions, and that damage to it costs nothing."""

from __future__ import annotations

import stat
from pathlib import Path

from jobsync_tui.backend.core.models import Scope, Sort, SortField
from jobsync_tui.session.memory import Memory, View


def test_filter_and_sort_come_back_per_integration(tmp_path: Path) -> None:
    path = tmp_path / "state" / "memory.json"
    memory = Memory(path)
    memory.opened(Scope.of("bullhorn"))
    memory.looked_at(Scope.of("bullhorn"), View("icu [x]", Sort(SortField.NAME, descending=False)))
    assert Memory(path).view(Scope.of("bullhorn")) == View(), "a typed key waits for no disk"
    memory.save()
    again = Memory(path)
    assert again.integration == "bullhorn"
    assert again.view(Scope.of("bullhorn")) == View("icu [x]", Sort(SortField.NAME, descending=False))
    assert again.view(Scope.of("other")) == View()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_file_is_an_empty_memory(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    for damage in (b"{", b'{"integration": 5}', b"\xff\xfe"):
        path.write_bytes(damage)
        assert Memory(path).integration is None


def test_a_place_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    memory = Memory(tmp_path / "file" / "memory.json")
    memory.opened(Scope.of("bullhorn"))
    assert memory.integration == "bullhorn"


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    Memory(None).opened(Scope.of("bullhorn"))
    assert not list(tmp_path.iterdir())
