"""Whoever could write a file of ours, or put another in its place, owns us: everything that is read, run or opened is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jobsync_tui.backend.core.ownership import named_files, weakness
from tests.cli.conftest import Jobsync, home, jobsync
from tests.support.others import give_away

__all__ = ["home", "jobsync"]

CONFIG = """
[storage]
url = "sqlite:///{folder}/data/jobsync.db"
{more}
[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""
HOOK = '[notify]\ncommand = ["{folder}/hooks/page"]\n'
BUNDLE = '[network]\nca_bundle = "hooks/page"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "conf"
    for each in (folder, folder / "data", folder / "hooks"):
        each.mkdir(parents=True, mode=0o700)
    (folder / "jobs.csv").write_text("id,name\n1,Welder\n")
    (folder / "hooks" / "page").write_text("#!/bin/sh\n")
    (folder / "hooks" / "page").chmod(0o700)
    path = folder / "jobsync.toml"
    write(path)
    return path


def write(path: Path, more: str = "") -> None:
    path.write_text(CONFIG.format(folder=path.parent, more=more.format(folder=path.parent)))
    path.chmod(0o600)


def linked(path: Path) -> None:
    """Have the way to a file lead through a link in a folder that others can write."""
    shared = path.parent.parent / f"shared-{path.name}"
    shared.mkdir()
    path.rename(shared / "real")
    (shared / "real").rename(path.with_name("real"))
    (shared / "link").symlink_to(path.with_name("real"))
    path.symlink_to(shared / "link")
    shared.chmod(0o777)


Open = Callable[[Path, pytest.MonkeyPatch], None]

OPENINGS: dict[str, Open] = {
    "written by all": lambda path, _: path.chmod(0o666),
    "written by the group": lambda path, _: path.chmod(0o660),
    "in a folder that all write": lambda path, _: path.parent.chmod(0o777),
    "in a folder that a group writes": lambda path, _: path.parent.chmod(0o770),
    "below a folder that all write": lambda path, _: path.parent.parent.chmod(0o777),
    "behind a link that others can replace": lambda path, _: linked(path),
    "another account's": give_away,
    "in a folder of another account": lambda path, patch: give_away(path.parent, patch),
}


@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS)
class TestWhatIsOpenToOthers:
    """Each file in turn; every command refuses it, and doctor names what mends it."""

    @staticmethod
    def refused(jobsync: Jobsync, config: Path, named: str) -> None:
        for command in (("jobs",), ("auto", "--once"), ("rules", "list")):
            ended = jobsync("-c", str(config), *command)
            assert ended.code == 2, (command, ended)
            assert named in ended.err
        told = jobsync("-c", str(config), "doctor", "--offline", "--json").json
        assert any(each["status"] == "fail" and each["remedy"] for each in told["findings"]), told

    def test_the_configuration(self, jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, opening: Open) -> None:
        opening(config, monkeypatch)
        self.refused(jobsync, config, "the configuration file")

    def test_the_database(self, jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, opening: Open) -> None:
        assert jobsync("-c", str(config), "refresh").code == 0
        opening(config.parent / "data" / "jobsync.db", monkeypatch)
        self.refused(jobsync, config, "")

    def test_what_is_kept_beside_the_database(self, jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, opening: Open) -> None:
        assert jobsync("-c", str(config), "refresh").code == 0
        (config.parent / "data" / "jobsync.db-journal").touch(0o600)
        opening(config.parent / "data" / "jobsync.db-journal", monkeypatch)
        assert jobsync("-c", str(config), "jobs").code == 2

    def test_the_target(self, jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, opening: Open) -> None:
        (config.parent / "rules.yaml").write_text("rules: [ {name: All} ]")
        assert jobsync("-c", str(config), "rules", "import", str(config.parent / "rules.yaml")).code == 0
        assert jobsync("-c", str(config), "sync", "1", "--yes").code == 0
        opening(config.parent / "data" / "target.db", monkeypatch)
        assert jobsync("-c", str(config), "sync", "1", "--yes").code == 2

    @pytest.mark.parametrize("more", [HOOK, BUNDLE], ids=["hook", "certificates"])
    def test_the_hook_and_the_certificates(
        self, jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, opening: Open, more: str
    ) -> None:
        write(config, more)
        assert jobsync("-c", str(config), "jobs").code == 0
        opening(config.parent / "hooks" / "page", monkeypatch)
        self.refused(jobsync, config, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["/bin/sh", "{script}"],
        ["/usr/bin/env", "sh", "{script}"],
        ["/bin/sh", "-c", "exec {script} --quiet"],
        ["/usr/bin/env", "--option={script}"],
        ["/usr/bin/env", "-I{script}"],
        ["/bin/sh", "{relative}"],
        ["/usr/bin/env", "{folder}"],
    ],
)
def test_what_the_arguments_of_the_hook_name_is_looked_at_as_its_program_is(jobsync: Jobsync, config: Path, arguments: list[str]) -> None:
    folder = config.parent / "hooks"
    named = {"script": str(folder / "page"), "relative": str(folder / "page").lstrip("/"), "folder": str(folder)}
    command = [argument.format(**named) for argument in arguments]
    write(config, f"[notify]\ncommand = {command}\n")
    assert jobsync("-c", str(config), "jobs").code == 0
    folder.chmod(0o777)
    TestWhatIsOpenToOthers.refused(jobsync, config, "argument of notify.command")


def test_an_argument_that_names_no_file_and_a_device_are_nobodys() -> None:
    assert named_files(["/bin/sh", "--quiet", "https://example.com/x", "a\0b", "", "no such"]) == (Path("/bin/sh"),)
    assert [path for path in named_files(["/bin/sh", "-c", "cat > /dev/null"]) if weakness(path)] == []


def test_a_sticky_folder_is_as_safe_as_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "file").touch(0o600)
    assert weakness(shared / "file") is None
    # Away from an account that is not root goes all that it has, and the first of that is named.
    lost = [shared / "file"] if os.geteuid() == 0 else shared.parents
    give_away(shared / "file", monkeypatch)
    found = weakness(shared / "file")
    assert found is not None
    assert found.path in lost


def test_a_file_of_roots_that_all_may_read_is_fine() -> None:
    assert weakness(Path("/etc/passwd")) is None


def test_a_ring_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("../" + tmp_path.name + "/a")
    assert weakness(tmp_path / "a" / "x") is None
