"""Known vulnerabilities of what is installed, as ``pip-audit`` tells them. Without it, or without a network, a word and no failure."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

SECONDS = 60


def main() -> int:
    """Ask, and fail only on a vulnerability that was told."""
    if find_spec("pip_audit") is None:
        return _skipped("pip-audit is not installed (pip install pip-audit)")
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable", "--local"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _skipped(f"no answer within {SECONDS} s")
    try:
        packages = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _skipped((ended.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    told = [f"{each['name']} {each['version']}: {flaw['id']}" for each in packages for flaw in each.get("vulns", ())]
    print(f"dependency audit: {len(packages)} packages, {len(told)} known vulnerabilities")  # noqa: T201
    for line in told:
        print(f"  {line}")  # noqa: T201
    return 1 if told else 0


def _skipped(reason: str) -> int:
    print(f"dependency audit: skipped, {reason}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
