"""Which version this is: its number, and of a checkout the commit too."""

from __future__ import annotations

from pathlib import Path

from ... import __version__

_PACKAGE = Path(__file__).parents[2]


def version_words(package: Path = _PACKAGE) -> str:
    """Return the version as people read it: "0.3.0", or "0.3.0.dev0 (commit 5f0584c0a1b2)" where the package runs from a checkout.

    Only what asks for the version pays for it: git's own files are read, and no process is started.
    """
    commit = _commit(package.parent)
    return f"{__version__} (commit {commit[:12]})" if commit else __version__


def _commit(checkout: Path) -> str | None:
    """Return the commit that is checked out; None where this is no checkout of jobsync, or git's files cannot be read."""
    if not (checkout / "pyproject.toml").is_file():
        return None
    try:
        folder = checkout / ".git"
        if folder.is_file():  # a further worktree, whose files are elsewhere
            folder = checkout / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        return _branch(folder, head.removeprefix("ref:").strip()) if head.startswith("ref:") else head
    except (OSError, ValueError):
        return None


def _branch(folder: Path, name: str) -> str | None:
    """Return the commit of a branch, which has a file of its own or a line in the packed ones."""
    common = folder / "commondir"
    shared = folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder
    if (shared / name).is_file():
        return (shared / name).read_text(encoding="utf-8").strip()
    lines = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
    return next((commit for commit, _, branch in (line.partition(" ") for line in lines) if branch == name), None)
