"""A CSV and an Excel export of many jobs into the cache, beside a refresh of as many from Kombo: jobs a second and memory.

Run ``python -m benchmarks.exports [--jobs N] [--rows N] [--runs N]``. ``--jobs`` are the jobs of 1 KB in the CSV and from Kombo's server on
loopback, ``--rows`` those in a workbook: one with descriptions of 150 characters, and one with 1 KB in a row. Every run is a process of
its own, and they take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.refresh import HERE, _ours, _printed, _server
from jobsync_tui.backend.ats.base import Connection
from jobsync_tui.backend.ats.registry import adapter_class
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.backend.refresh.refresh import Refresher
from jobsync_tui.backend.storage.jobs.integrations import IntegrationStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.migrations import SCHEMA

HEADINGS = (
    "Job ID",
    "Job Title",
    "Job Status",
    "City",
    "Country",
    "Department",
    "Date Opened",
    "Last Modified",
    "Shift",
    "Job Description",
)
CITIES = (("Berlin", "DE"), ("Oslo", "NO"), ("Paris", "FR"))
TEXT = "We look for somebody who likes to look after people. " * 16
"""Makes a job 1 KB."""
SHORT = TEXT[:150]
NAMES = ("jobs.xlsx", "large.xlsx", "jobs.csv")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def main() -> None:
    """Run all, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        asyncio.run(_one(options.one, options.jobs))
        return
    if options.write is not None:
        _write(options.write, options.jobs, options.rows)
        return
    with tempfile.TemporaryDirectory() as folder, _server(options) as url:
        # Not by this process: what it holds when it starts another counts as that one's, too.
        sizes = ["--jobs", str(options.jobs), "--rows", str(options.rows)]
        subprocess.run([sys.executable, "-m", "benchmarks.exports", "--write", folder, *sizes], check=True)
        sheet, large, table = (Path(folder) / name for name in NAMES)
        print(f"{options.jobs:,} jobs of {table.stat().st_size // options.jobs:,} bytes, {options.rows:,} rows in a workbook\n")
        ways: dict[str, tuple[Callable[[], dict[str, float]], int]] = {
            "Kombo": (lambda: _ours(url, "one after another", options.jobs, HERE.parent), options.jobs),
            "CSV": (lambda: _file(table, options.jobs), options.jobs),
            "Excel": (lambda: _file(sheet, options.rows), options.rows),
            "Excel, 1 KB a row": (lambda: _file(large, options.rows), options.rows),
        }
        found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
        for _ in range(options.runs):
            for name, (run, _) in ways.items():
                found[name].append(run())
    print(f"{'':18}{'jobs/s':>10}{'MB':>8}{'CPU us/job':>12}")
    for name, (_, jobs) in ways.items():
        rates = sorted(jobs / run["seconds"] for run in found[name])
        cpu, memory = median(run["cpu"] for run in found[name]) / jobs * 1e6, max(run["mb"] for run in found[name])
        print(f"{name:18}{median(rates):>10,.0f}{memory:>8.0f}{cpu:>12.0f}   ({rates[0]:,.0f} to {rates[-1]:,.0f})")


def _file(path: Path, jobs: int) -> dict[str, float]:
    return _printed([sys.executable, "-m", "benchmarks.exports", "--one", path, "--jobs", str(jobs)])


async def _one(path: Path, jobs: int) -> None:
    """Refresh from one file, in this process, and print what it took."""
    kind = adapter_class("file")
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite://{folder}/jobsync.db", SCHEMA)
        http = HttpSession(service=kind.title, base_url="http://127.0.0.1", network=Network())
        adapter = kind(Connection("acme", "", {}, http, {"path": str(path)}))
        refresher = Refresher(lambda _: adapter, JobStore(database), IntegrationStore(database))
        began, cpu_began = time.perf_counter(), time.process_time()
        report = await refresher.refresh("acme", full=True)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        assert (report.added, report.rejected) == (jobs, ()), report
        print(json.dumps({"seconds": seconds, "cpu": cpu, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        await http.close()
        await database.close()


def _rows(count: int, text: str) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        city, country = CITIES[number % 3]
        day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        yield (
            str(number), f"Nurse, night shift {number}", "Live" if number % 5 else "Closed - Filled", city, country, f"Ward {number % 40}",
            day, f"{day} 14:05", "Night" if number % 2 else "Day", f"{text}{number}",
        )  # fmt: skip


def _write(folder: Path, jobs: int, rows: int) -> None:
    sheet, large, table = (folder / name for name in NAMES)
    _write_csv(table, jobs)
    _write_workbook(sheet, rows, SHORT)
    _write_workbook(large, rows, TEXT)


def _write_csv(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *_rows(count, TEXT)])


def _write_workbook(path: Path, count: int, text: str) -> None:
    """Write a workbook as Excel does: every text once, in a table of its own."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for line, row in enumerate([HEADINGS, *_rows(count, text)], 1):
                cells = (
                    f'<c r="{chr(65 + at)}{line}" t="s"><v>{texts.setdefault(each, len(texts))}</v></c>' for at, each in enumerate(row)
                )
                sheet.write(f'<row r="{line}">{"".join(cells)}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w") as shared:
            shared.write(f'<sst xmlns="{MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">'.encode())
            for each in texts:
                shared.write(f"<si><t>{each}</t></si>".encode())
            shared.write(b"</sst>")
        for name, part in _parts().items():
            archive.writestr(name, part)


def _parts() -> dict[str, str]:
    """Return what stands around the sheet in a workbook."""
    targets = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
    relations = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{name}" Target="{target}"/>' for name, target in targets.items())
    start = f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    types = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
    kinds = "".join(f'<Override PartName="/xl/{part}.xml" ContentType="{KIND}.{kind}+xml"/>' for part, kind in types.items())
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{start}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Jobs" sheetId="1" r:id="worksheet"/></sheets></workbook>'
        ),
        "[Content_Types].xml": (f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{rels}"/>{kinds}</Types>'),
    }


if __name__ == "__main__":
    main()
