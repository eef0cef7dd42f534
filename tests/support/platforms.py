"""Which dependencies have wheels for which platform, asked of the index that pip knows: ``python tests/support/platforms.py``.

Prints the table that stands in docs/install.md. Only what is compiled is asked for; everything else installs anywhere.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

COMPILED = ("google-re2", "msgspec", "pydantic-core", "pysqlite3", "psycopg-binary", "python-calamine")
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
PLATFORMS = {
    "Linux x86-64 (glibc)": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "Linux arm64 (glibc)": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "Alpine x86-64 (musl)": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    "macOS arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
    "macOS x86-64": ("macosx_14_0_x86_64", "macosx_10_12_x86_64"),
}


def main() -> None:
    """Ask for every cell and print the table."""
    cells = [(platform, python) for platform in PLATFORMS for python in PYTHONS]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(cells, pool.map(lambda cell: _with_wheels(*cell), cells), strict=True))
    lines = ["| | " + " | ".join(PLATFORMS) + " |", "|---" * (len(PLATFORMS) + 1) + "|"]
    for package in COMPILED:
        words = (_words([each for each in PYTHONS if package in found[platform, each]]) for platform in PLATFORMS)
        lines.append(f"| {package} | " + " | ".join(words) + " |")
    sys.stdout.write("\n".join(lines) + "\n")


def _with_wheels(platform: str, python: str) -> frozenset[str]:
    if _installs(COMPILED, platform, python):
        return frozenset(COMPILED)
    return frozenset(package for package in COMPILED if _installs((package,), platform, python))


def _installs(packages: tuple[str, ...], platform: str, python: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        where = [option for tag in PLATFORMS[platform] for option in ("--platform", tag)]
        asked = ["install", "--quiet", "--disable-pip-version-check", "--dry-run", "--no-deps", "--only-binary=:all:", "--target", folder]
        command = [sys.executable, "-m", "pip", *asked, "--python-version", python, *where, *packages]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _words(pythons: list[str]) -> str:
    return f"{pythons[0]} to {pythons[-1]}" if len(pythons) > 1 else "".join(pythons) or "none"


if __name__ == "__main__":
    main()
