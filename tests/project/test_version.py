"""The version has one place, moves with the changelog, and says of a checkout which commit it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from jobsync_tui import __version__
from jobsync_tui.backend.core.version import version_words

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_newest_release_of_the_changelog_or_the_next_where_something_is_unreleased() -> None:
    """pip keeps what is installed where the numbers are the same: what has changed since a release must not have the release's."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    unreleased = changelog.partition("## [Unreleased]\n")[2].partition("\n## [")[0]
    if unreleased.strip():
        following, dev, rest = __version__.partition(".dev0")
        assert (dev, rest) == (".dev0", "")
        assert Version(following) > Version(releases[0])
    else:
        assert __version__ == releases[0]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "jobsync_tui").mkdir()
    (tmp_path / "pyproject.toml").touch()
    git(tmp_path, "init", "--quiet", "--initial-branch", "topic/one")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--quiet", "--allow-empty", "-m", "One.")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("way", ["branch", "packed", "detached", "worktree"])
def test_a_checkout_says_its_commit(checkout: Path, tmp_path: Path, way: str) -> None:
    commit, package = git(checkout, "rev-parse", "HEAD"), checkout / "jobsync_tui"
    if way == "packed":
        git(checkout, "pack-refs", "--all")
    elif way == "detached":
        git(checkout, "checkout", "--quiet", "--detach")
    elif way == "worktree":
        git(checkout, "worktree", "add", "--quiet", "-b", "two", "beside")
        (checkout / "beside" / "pyproject.toml").touch()
        package = checkout / "beside" / "jobsync_tui"
    assert version_words(package) == f"{__version__} (commit {commit[:12]})"


def test_an_installed_package_says_its_number_even_inside_of_somebody_elses_checkout(checkout: Path) -> None:
    (checkout / "pyproject.toml").unlink()
    assert version_words(checkout / "jobsync_tui") == __version__


def test_a_broken_checkout_says_its_number(checkout: Path) -> None:
    (checkout / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert version_words(checkout / "jobsync_tui") == __version__
