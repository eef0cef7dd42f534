"""Hostile strings in every field of real caches, through every screen and command of the real program, in a real terminal.

``python -m tests.security.hostile 10000`` runs them all, in caches of some hundreds; a part of it is in every run of the tests.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
import tempfile
import time
from base64 import b64decode
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from jobsync_tui.backend.core.text import clean
from jobsync_tui.backend.settings.paths import places
from jobsync_tui.backend.target.local import LocalTarget
from jobsync_tui.backend.target.local_seed import Seed, SeedJob
from tests.security.hostile_ats import HostileAts, hostile_ats
from tests.security.hostile_commands import CASES, MUST_END_WITH_0
from tests.security.hostile_walk import Walk
from tests.support.hostile import foreign_controls, hostile_strings
from tests.support.pty import Terminal, in_terminal

ROOT = Path(__file__).parents[2]
JOBSYNC = (sys.executable, "-m", "jobsync_tui")
CONFIG = """
[organization]
name = {name}

[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "strange"
name = {name}
provider = "file"
path = "jobs.jsonl"

[[integrations]]
id = "wire"
name = {name}
provider = "kombo"
base_url = "{url}"
credentials = {{ api_key = {{ file = "key" }}, integration_id = "{integration}" }}
"""
FIELDS = ("name", "client", "department", "owner", "requisition_id", "employment_type", "description", "ats_status", "remote")
SYNCED = 12
"""Jobs in the hostile ATS, which are synced: the first is created, renamed and updated, the others are created together."""


@dataclass
class Tally:
    """What came of it."""

    strings: int = 0
    bytes_read: int = 0
    foreign: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)
    screens: set[str] = field(default_factory=set)
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
        """Fill the caches, put every command and screen before them, and note what happened."""
        with hostile_ats([as_utf8(text)[:5000] for text in self._strings[:SYNCED]]) as ats:
            self._write(ats)
            asyncio.run(self._fill_target())
            expected = {path.name for path in self._folder.iterdir()} | {".local", "backup.db", "backup.target.db"}
            self._commands(ats)
            synced = self._synced()
            self._application(ats)
        self._read_log()
        made = {path.name for path in self._folder.iterdir()} - expected
        self._tally.actions += [f"made {name}" for name in made if not name.startswith(("target.db", "jobsync.db"))]
        if synced:
            self._tally.actions.append(f"{synced} syncs by commands that sync nothing")
        if not self._tally.crashes and self._synced() != SYNCED + 1:
            self._tally.actions.append(f"{self._synced()} syncs, where {SYNCED + 1} were confirmed")
        self._tally.strings += self._number

    def _synced(self) -> int:
        with closing(sqlite3.connect(self._folder / "jobsync.db")) as database, database:
            number: int = database.execute("SELECT count(*) FROM audit WHERE outcome IN ('created', 'updated')").fetchone()[0]
        return number

    def _write(self, ats: HostileAts) -> None:
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
        # No rule but the first is about the jobs of the ATS.
        texts = self._strings[SYNCED : SYNCED + 40]
        names = [in_yaml(printable(text)) for text in texts]
        rules = [
            f"  - {{ id: r{n}, name: {name}, when: {{ field: name, op: contains, value: {in_yaml(text[:80])} }},"
            f" actions: [ {{ folder: {name} }} ] }}\n"
            for n, (name, text) in enumerate(zip(names, texts, strict=True))
        ]
        everything = (
            f"  - {{ id: every, priority: 1, name: {names[0]}, when: {{ field: integration, op: equals, value: wire }},"
            f" actions: [ {{ folder: {names[1]} }}, {{ generation_template: {names[2]} }},"
            f" {{ setting: {{ name: {names[3]}, value: {names[4]} }} }},"
            f" {{ follow_up_user: {names[5]} }}, {{ interview_instructions: {names[6]} }} ] }}\n"
        )
        (self._folder / "rules.yaml").write_text("rules:\n" + everything + "".join(rules))
        raw = in_yaml(self._strings[7])
        (self._folder / "raw.yaml").write_text(f"rules:\n  - {{ id: raw, name: {raw}, actions: [ {{ folder: {raw} }} ], {raw}: {raw} }}\n")
        for name, words in (("key", ats.credentials["api_key"]), ("jobsync.toml", self._toml(ats))):
            path = self._folder / name
            path.write_text(words)
            path.chmod(0o600)

    async def _fill_target(self) -> None:
        """Put jobs into Tenzo that may be jobs of the file: one for certain, and two of which a person has to choose one."""
        texts = [as_utf8(text)[:2000] for text in self._strings]
        # One that is named by nothing but the id cannot be another one too.
        sure, doubtful = SYNCED + 1, SYNCED + 2
        jobs = [SeedJob(fields={"department": texts[sure], "description": texts[sure]}, external_id=f"{sure}")]
        alike = {"name": texts[doubtful], "department": texts[sure]}
        jobs += [SeedJob(fields=alike, external_id=f"{text}:{doubtful}") for text in texts[:2]]
        target = LocalTarget(places(self._config).local_target_url(f"sqlite:///{self._folder}/jobsync.db"))
        try:
            await target.seed(Seed(jobs=tuple(jobs)))
        finally:
            await target.close()

    def _toml(self, ats: HostileAts) -> str:
        name = json.dumps(printable(self._strings[0]), ensure_ascii=False)
        return CONFIG.format(folder=self._folder, name=name, url=ats.url, integration=ats.credentials["integration_id"])

    def _commands(self, ats: HostileAts) -> None:
        meant = {name: str(self._folder / name) for name in ("rules.yaml", "raw.yaml", "backup.db")}
        meant |= {"{text}": self._strings[0].replace("\0", "")[:2000], "{wire}": ats.job_id(ats.jobs[0])}
        for command, cases in CASES.items():
            for case in cases:
                words = [meant.get(word, word) for word in case]
                fine = MUST_END_WITH_0.intersection({command, " ".join([command, *case])})
                self._command(*command.split(), *words, code=0 if fine else None)
            self._tally.commands.add(command)

    def _command(self, *arguments: str, code: int | None = None) -> None:
        command = [*JOBSYNC, "-c", str(self._config), *arguments]
        with in_terminal(command, env=self._env, size=(100, 30)) as terminal:
            terminal.draws = False
            ended = terminal.wait_for_end(120)
            self._read(terminal, repr(arguments)[:60])
        if ended in {1, -6, -9, -11} or (code is not None and ended != code):
            self._tally.crashes.append(f"{arguments[0]} ended with {ended}: {terminal.output[-600:]!r}")

    def _application(self, ats: HostileAts) -> None:
        with in_terminal([*JOBSYNC, "-c", str(self._config)], env=self._env, size=(120, 40)) as terminal:
            walk = Walk(terminal, ats, self._number, as_utf8(self._strings[0])[:3000])
            try:
                ended = walk.run()
                self._tally.crashes += [f"the application ended with {ended}"] if ended else []
            except AssertionError as error:
                self._tally.crashes.append(f"the application: {error}")
            self._tally.screens |= walk.seen
            self._read(terminal, "the application")
            self._tally.foreign += [f"copied: {text!r}" for text in copied(terminal.output) if clean(text, lines=True) != text]

    def _read_log(self) -> None:
        log = self._folder / ".local" / "state" / "jobsync" / "jobsync.log"
        self._tally.crashes += [f"the log: {each}" for each in faults_in(log.read_bytes() if log.exists() else b"")[:3]]

    def _read(self, terminal: Terminal, what: str) -> None:
        self._tally.bytes_read += len(terminal.output)
        self._tally.foreign += [f"{what}: {each}" for each in foreign_controls(terminal.output)[:5]]
        self._tally.crashes += [f"{what}: {each}" for each in faults_in(terminal.output)[:3]]


def copied(output: bytes) -> list[str]:
    """Return what the application put on the terminal's clipboard."""
    return [b64decode(each).decode("utf-8", "surrogateescape") for each in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", output)]


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


def run(number: int, *, a_cache: int = 500, seed: int = 1) -> Tally:
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
