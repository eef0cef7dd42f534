"""Which dependencies have wheels for which platform, asked of the index that pip knows: ``python tests/support/platforms.py``.

Prints the table that stands in docs/install.md. Only what is compiled is asked for; everything else installs anywhere. ``--whole``
instead has pip find everything that `pip install jobsync-tui[keyring,team]` asks for on each supported platform, from wheels alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement

COMPILED = ("google-re2", "msgspec", "pydantic-core", "pysqlite3", "python-calamine", "psycopg-binary", "cffi", "cryptography")
EXTRAS = {"psycopg-binary": "`[team]`", "cffi": "`[keyring]`, Linux", "cryptography": "`[keyring]`, Linux"}
"""Of what is compiled, what only an extra asks for, and where."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
PLATFORMS = {
    "Linux x86-64 (glibc)": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "Linux arm64 (glibc)": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "Alpine x86-64 (musl)": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    "macOS arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
    "macOS x86-64": ("macosx_14_0_x86_64", "macosx_10_12_x86_64"),
}
SUPPORTED = tuple(each for each in PLATFORMS if not each.startswith("Alpine"))
ROOT = Path(__file__).parents[2]


def main() -> int:
    """Ask for every cell and print the table; or for the whole, and end with 1 where something is missing."""
    return _whole() if sys.argv[1:] == ["--whole"] else _table()


def _whole() -> int:
    missing = 0
    for platform in SUPPORTED:
        for python in PYTHONS[:-1]:
            wanted = _dependencies(platform, python)
            ended = _pip("download", (*wanted, "--constraint", str(ROOT / "constraints.txt")), platform, python)
            missing += bool(ended.returncode)
            words = "everything" if not ended.returncode else ended.stderr.strip().splitlines()[-1]
            sys.stdout.write(f"{platform}, Python {python}: {words}\n")
            sys.stdout.flush()
    return 1 if missing else 0


def _dependencies(platform: str, python: str) -> list[str]:
    """Return what a user installs there: pip takes markers by the machine it runs on, so ours are looked at here.

    Those of keyring would be taken wrongly elsewhere than on Linux, where alone it brings something compiled; so it is asked for there.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    environment = {
        "sys_platform": "linux" if platform.startswith("Linux") else "darwin",
        "platform_machine": "x86_64" if "x86-64" in platform else "aarch64" if platform.startswith("Linux") else "arm64",
        "platform_python_implementation": "CPython",
        "python_version": python,
    }
    extras = project["optional-dependencies"]
    keyring = extras["keyring"] if platform.startswith("Linux") else ()
    wanted = [Requirement(line) for line in (*project["dependencies"], *extras["team"], *keyring)]
    return [_unmarked(each) for each in wanted if each.marker is None or each.marker.evaluate(environment)]


def _unmarked(wanted: Requirement) -> str:
    return f"{wanted.name}[{','.join(wanted.extras)}]{wanted.specifier}" if wanted.extras else f"{wanted.name}{wanted.specifier}"


def _table() -> int:
    cells = [(platform, python) for platform in PLATFORMS for python in PYTHONS]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(cells, pool.map(lambda cell: _with_wheels(*cell), cells), strict=True))
    lines = ["| | " + " | ".join(PLATFORMS) + " |", "|---" * (len(PLATFORMS) + 1) + "|"]
    for package in COMPILED:
        words = (_words([each for each in PYTHONS if package in found[platform, each]]) for platform in PLATFORMS)
        asked = f" ({EXTRAS[package]})" if package in EXTRAS else ""
        lines.append(f"| {package}{asked} | " + " | ".join(words) + " |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _with_wheels(platform: str, python: str) -> frozenset[str]:
    if _installs(COMPILED, platform, python):
        return frozenset(COMPILED)
    return frozenset(package for package in COMPILED if _installs((package,), platform, python))


def _installs(packages: tuple[str, ...], platform: str, python: str) -> bool:
    return _pip("install", ("--dry-run", "--no-deps", *packages), platform, python).returncode == 0


def _pip(command: str, arguments: Sequence[str], platform: str, python: str) -> subprocess.CompletedProcess[str]:
    """Run pip as if on that platform, from wheels alone; what it puts somewhere goes again."""
    with tempfile.TemporaryDirectory() as folder:
        where = [option for tag in PLATFORMS[platform] for option in ("--platform", tag)]
        into = ["--dest" if command == "download" else "--target", folder]
        said = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--python-version", python]
        asked = [sys.executable, "-m", "pip", command, *said, *into, *where, *arguments]
        return subprocess.run(asked, capture_output=True, text=True, check=False)


def _words(pythons: list[str]) -> str:
    return f"{pythons[0]} to {pythons[-1]}" if len(pythons) > 1 else "".join(pythons) or "none"


if __name__ == "__main__":
    sys.exit(main())
