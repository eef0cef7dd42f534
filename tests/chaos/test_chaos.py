"""The short form of the chaos runs: a few real kills, and four processes after the same jobs."""

from pathlib import Path

import pytest

from tests.chaos.runs import killed_again_and_again, racing


@pytest.mark.slow
def test_killed_a_few_times(tmp_path: Path) -> None:
    findings = killed_again_and_again(tmp_path, points=3, jobs=8, settle=0.3, commit_late=0.05)
    assert findings.wrong == []
    assert (findings.creates, findings.killed > 0) == (8, True)


@pytest.mark.slow
def test_four_at_once_create_nothing_twice(tmp_path: Path) -> None:
    findings = racing(tmp_path, processes=4, jobs=8, settle=2.0, generations=1)
    assert findings.wrong == []
    assert (findings.creates, findings.updates) == (8, 0)
