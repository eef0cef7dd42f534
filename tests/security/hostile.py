"""Hostile strings in every field of real caches, through every screen and command of the real program, in a real terminal.

``python -m tests.security.hostile 10000`` runs them all, in caches of some hundreds; a part of it is in every run of the tests.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from jobsync_tui.backend.text import clean
from tests.support.hostile import foreign_controls, hostile_strings
from tests.support.pty import Terminal, in_terminal

ROOT = Path(__file__).parents[2]
JOBSYNC = (sys.executable, "-m", "jobsync_tui")
CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "strange"
name = {name}
provider = "file"
path = "jobs.jsonl"
"""
FIELDS = ("name", "client", "department", "owner", "requisition_id", "employment_type", "description", "ats_status", "remote")


@dataclass
class Tally:
    """What came of it."""

    strings: int = 0
    bytes_read: int = 0
    foreign: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing of what must not happen did."""
        return not (self.foreign or self.crashes or self.actions)


class Round:
    """One cache of hostile jobs in a folder of its own."""

    def __init__(self, folder: Path, number: int, seed: int, tally: Tally) -> None:
        self._folder = folder
        self._number = number
        self._tally = tally
        self._strings = list(hostile_strings(number, seed))
        self._env = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "", "LINES": ""}
        self._config = folder / "jobsync.toml"

    def run(self) -> None:
        """Fill the cache, put every command and screen before it, and note what happened."""
        self._write()
        before = sorted(path.name for path in self._folder.iterdir())
        self._command("refresh", code=0)
        self._command("rules", "import", str(self._folder / "rules.yaml"), code=0)
        self._commands()
        self._application()
        self._read_log()
        new = {path.name for path in self._folder.iterdir()} - {
            *before,
            ".local",
            "jobsync.db",
            "target.db",
            "jobsync.db-wal",
            "jobsync.db-shm",
        }
        self._tally.actions += [f"made {name}" for name in new if not name.startswith(("target.db", "jobsync.db"))]
        with sqlite3.connect(self._folder / "jobsync.db") as database:
            written = database.execute("SELECT count(*) FROM audit WHERE outcome IN ('created', 'updated')").fetchone()[0]
        self._tally.actions += ["a sync"] * written
        self._tally.strings += self._number

    def _write(self) -> None:
        rows = []
        for index, text in enumerate(map(as_utf8, self._strings)):
            row: dict[str, object] = {**dict.fromkeys(FIELDS, text[:5000]), "name": text, "description": text}
            rows.append(
                row | {"id": f"{index}", "location": text[:5000], "tags": [text[:5000]], "url": text[:5000], "custom": {"note": text[:200]}}
            )
        # The last jobs bear their strings as ids too.
        for row, text in zip(rows[-20:], self._strings[-20:], strict=False):
            row["id"] = as_utf8(text[:100])
        (self._folder / "jobs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        rules = [
            f"  - {{ id: r{n}, name: {in_yaml(printable(text))}, when: {{ field: name, op: contains, value: {in_yaml(text[:80])} }},"
            f" actions: [ {{ folder: {in_yaml(printable(text))} }} ] }}\n"
            for n, text in enumerate(self._strings[:40])
        ]
        (self._folder / "rules.yaml").write_text("rules:\n" + "".join(rules))
        name = printable(self._strings[0])
        self._config.write_text(CONFIG.format(folder=self._folder, name=json.dumps(name, ensure_ascii=False)))
        self._config.chmod(0o600)

    def _commands(self) -> None:
        ids = [str(index) for index in range(12)]
        self._command("jobs", code=0)
        self._command("jobs", "--json", code=0)
        self._command("jobs", "--csv", code=0)
        self._command("integrations", code=0)
        self._command("check", *ids)
        self._command("sync", "--dry-run", *ids[:3])
        self._command("audit", code=0)
        self._command("rules", "show", code=None)
        self._command("doctor", "--offline")
        for text in self._strings[:1]:
            argument = text.replace("\0", "")[:2000]
            self._command("jobs", "--filter", argument)
            self._command("check", "-i", "strange", "--", argument)
            self._command("fetch", "-i", argument, "--", argument)

    def _command(self, *arguments: str, code: int | None = None) -> None:
        command = [*JOBSYNC, "-c", str(self._config), *arguments]
        with in_terminal(command, env=self._env, size=(100, 30)) as terminal:
            terminal.draws = False
            ended = terminal.wait_for_end(120)
            self._read(terminal, repr(arguments)[:60])
        if ended in {1, -6, -9, -11} or (code is not None and ended != code):
            self._tally.crashes.append(f"{arguments[0]} ended with {ended}: {terminal.output[-600:]!r}")

    def _application(self) -> None:
        with in_terminal([*JOBSYNC, "-c", str(self._config)], env=self._env, size=(120, 40)) as terminal:
            try:
                self._walk(terminal)
            except AssertionError as error:
                self._tally.crashes.append(f"the application: {error}")
            self._read(terminal, "the application")

    def _walk(self, terminal: Terminal) -> None:
        terminal.wait_for(f"of {self._number}", 60)
        for _ in range(self._number // 30 + 1):
            terminal.send("\x1b[6~")
            terminal.read_now()
        terminal.send("G")
        terminal.wait_for(f"row {self._number} of {self._number}")
        # A click on a name: markup that was read as markup would act. It may open the job as well.
        terminal.send("\x1b[<0;20;10M\x1b[<0;20;10m")
        self._back(terminal)
        # Most of these jobs match no rule, and then a sync shows why.
        for keys, words in (("e", "Check Eligibility"), ("s", "Check Eligibility"), ("H", "History"), ("R", "Rules"), ("L", "Log")):
            for key in "gG":
                terminal.send(key)
                self._back(terminal)
                terminal.send(keys)
                terminal.wait_for(words)
                if keys == "e":
                    self._other_jobs(terminal, "]" if key == "g" else "[")
                terminal.send("\x1b[<0;20;6M\x1b[<0;20;6m")
                self._back(terminal)
        terminal.send("q")
        ended = terminal.wait_for_end(30)
        if ended:
            self._tally.crashes.append(f"the application ended with {ended}")

    def _other_jobs(self, terminal: Terminal, key: str) -> None:
        for _ in range(10):
            terminal.send(f"{key}+")
            terminal.read_now()

    def _back(self, terminal: Terminal) -> None:
        """Go back to the list, whose first line says how old it is, from whatever was opened."""
        terminal.read_now(0.2)
        end = time.monotonic() + 30
        while "cached" not in terminal.text.partition("\n")[0]:
            if time.monotonic() > end:
                raise AssertionError(f"no way back:\n{terminal.text}")
            terminal.send("\x1b")
            terminal.read_now(0.3)

    def _read_log(self) -> None:
        log = self._folder / ".local" / "state" / "jobsync" / "jobsync.log"
        self._tally.crashes += [f"the log: {each}" for each in faults_in(log.read_bytes() if log.exists() else b"")[:3]]

    def _read(self, terminal: Terminal, what: str) -> None:
        self._tally.bytes_read += len(terminal.output)
        self._tally.foreign += [f"{what}: {each}" for each in foreign_controls(terminal.output)[:5]]
        self._tally.crashes += [f"{what}: {each}" for each in faults_in(terminal.output)[:3]]


def faults_in(output: bytes) -> list[str]:
    """Return where ``output`` tells of a fault of the program, each with what stands around it."""
    found = re.finditer(rb"Traceback \(most recent|A fault in|Exception ignored", output)
    return [f"{each[0].decode()} ... in {output[max(0, each.start() - 200) : each.end() + 600]!r}" for each in found]


def as_utf8(text: str) -> str:
    """Return ``text`` as a file can hold it: half a surrogate pair, which only an argument can be, becomes a replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def printable(text: str) -> str:
    """Return what a rules file takes as a name: markup, formulas and wide characters are left."""
    return clean("".join(c for c in text if c.isprintable()))[:80].strip() or "-"


def in_yaml(text: str) -> str:
    """Return ``text`` as a YAML scalar in which everything unusual is an escape."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in as_utf8(text)) + '"'


def run(number: int, *, a_cache: int = 400, seed: int = 1) -> Tally:
    """Drive ``number`` strings through the program, ``a_cache`` at a time."""
    tally = Tally()
    started = time.monotonic()
    while tally.strings < number and tally.is_clean:
        with tempfile.TemporaryDirectory(prefix="jobsync-hostile-") as folder:
            Round(Path(folder), min(a_cache, number - tally.strings), seed, tally).run()
        seed += 1
    tally.seconds = time.monotonic() - started
    return tally


def main() -> int:
    """Run as many as the first argument says, and say what came of it."""
    tally = run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    words = f"{len(tally.crashes)} crashes, {len(tally.foreign)} foreign control bytes, {len(tally.actions)} actions"
    print(f"{tally.strings} strings, {tally.bytes_read / 1e6:.1f} MB read from the terminal in {tally.seconds:.0f} s: {words}")  # noqa: T201
    for each in (*tally.crashes, *tally.foreign, *tally.actions):
        print(each)  # noqa: T201
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
