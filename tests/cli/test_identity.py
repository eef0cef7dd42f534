"""Which job is which, from the command line: jobs of the target that are linked twice, adopting, and integrations under a new id."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Jobsync
from tests.cli.talk import talk

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""
RULES = "rules: [{name: All, actions: [{folder: Ohio}]}]"


class Place:
    """A folder with a configuration, an export and rules that take every job."""

    def __init__(self, folder: Path, jobsync: Jobsync) -> None:
        self.folder = folder
        self.config = folder / "jobsync.toml"
        self._jobsync = jobsync
        self.config.write_text(CONFIG.format(folder=folder))
        self.config.chmod(0o600)
        folder.chmod(0o700)
        self.jobs("1,Welder", "2,Driver")
        (folder / "rules.yaml").write_text(RULES)

    def jobs(self, *rows: str) -> None:
        """Export these jobs."""
        (self.folder / "jobs.csv").write_text("\n".join(["id,name", *rows]) + "\n")

    def __call__(self, *arguments: str, code: int = 0) -> object:
        """Run a command with ``--json``, and return its document."""
        ended = self._jobsync("-c", str(self.config), *arguments, "--json")
        assert ended.code == code, (ended.out, ended.err)
        return ended.json

    def words(self, *arguments: str, code: int = 0) -> str:
        """Run a command, and return what it prints."""
        ended = self._jobsync("-c", str(self.config), *arguments)
        assert ended.code == code, (ended.out, ended.err)
        return ended.out + ended.err

    def outcomes(self, *arguments: str, code: int = 0) -> dict[str, tuple[str, str | None]]:
        """Sync everything, and return outcome and error code of each job."""
        document = self("sync", "1", "2", "--yes", *arguments, code=code)
        assert isinstance(document, dict)
        return {each["job"]["id"]: (each["outcome"], (each["error"] or {}).get("code")) for each in document["results"]}

    def change(self, database: str, sql: str) -> None:
        """Change one of the databases behind the program's back."""
        with closing(sqlite3.connect(self.folder / database)) as connection, connection:
            assert connection.execute(sql).rowcount > 0

    def findings(self, check: str) -> list[dict[str, str]]:
        """Return what doctor finds wrong under ``check``."""
        ended = self._jobsync("-c", str(self.config), "doctor", "--offline", "--json")
        return [each for each in ended.json["findings"] if each["check"] == check and each["status"] != "ok"]


@pytest.fixture
def place(tmp_path: Path, jobsync: Jobsync) -> Place:
    place = Place(tmp_path, jobsync)
    place("refresh")
    place.words("rules", "import", str(tmp_path / "rules.yaml"))
    return place


CREATED = {"1": ("created", None), "2": ("created", None)}
SHARE = "UPDATE sync_marks SET target_id = (SELECT MIN(target_id) FROM sync_marks)"


def test_the_doctor_finds_what_is_linked_to_one_job(place: Place) -> None:
    assert place.outcomes() == CREATED
    assert place.findings("links") == []
    place.change("jobsync.db", SHARE)
    [found] = place.findings("links")
    assert found["status"] == "fail"
    assert "export:1, export:2" in found["message"]
    assert "adopt" in found["remedy"]
    assert place.outcomes(code=3) == {"1": ("refused", "target_job_taken"), "2": ("refused", "target_job_taken")}


def test_a_person_links_what_adopt_leaves_to_them(place: Place) -> None:
    assert place.outcomes() == CREATED
    place.change("target.db", "UPDATE target_jobs SET external_id = 'oldtool:7' WHERE external_id = 'export:2'")
    place.change("jobsync.db", "UPDATE jobs SET sync_status = 'never' WHERE id = '2'")
    place.change("jobsync.db", "DELETE FROM sync_marks WHERE target_id = (SELECT target_id FROM operations WHERE job_id = '2')")
    dry = place("adopt", "--dry-run")
    assert isinstance(dry, dict)
    assert (dry["links"], len(dry["ambiguous"])) == ([], 1)
    target_id = dry["ambiguous"][0]["target_id"]
    assert "oldtool" in str(place("adopt", "--link", "2", target_id, "--dry-run"))
    assert place("adopt", "--link", "2", "nowhere", "--yes", code=2)
    assert place("adopt", "--link", "3", target_id, "--yes", code=4)
    taken = place("adopt", "--link", "1", target_id, "--yes", code=3)
    assert isinstance(taken, dict)
    assert taken["results"][0]["error"]["code"] == "already_linked"
    assert place.words("adopt", "--link", "2", target_id, code=2)
    made = place("adopt", "--link", "2", target_id, "--yes")
    assert isinstance(made, dict)
    assert [(each["outcome"], each["target_id"]) for each in made["results"]] == [("updated", target_id)]
    assert place.outcomes() == {"1": ("unchanged", None), "2": ("unchanged", None)}
    assert "adopt" in place.words("audit", "--job", "2")


def test_a_job_that_is_none_of_them_is_not_asked_for_again(place: Place) -> None:
    assert place.outcomes() == CREATED
    place.change("target.db", "UPDATE target_jobs SET external_id = 'oldtool:7' WHERE external_id = 'export:2'")
    place.change("jobsync.db", "UPDATE jobs SET sync_status = 'never' WHERE id = '2'")
    place.change("jobsync.db", "DELETE FROM sync_marks WHERE target_id = (SELECT target_id FROM operations WHERE job_id = '2')")
    shown = place.words("adopt", "--dry-run")
    assert "TO BE DECIDED BY YOU   1" in shown
    assert "another system's external ID" in shown
    assert place("adopt", "--none", "1", "--yes", code=2)
    assert place("adopt", "--none", "2", code=2)
    target_id = place("adopt", "--none", "export:2", "--dry-run")["apart"][0]["target_id"]  # type: ignore[index]
    assert "= name" in place.words("adopt", "--link", "export:2", target_id, "--dry-run")
    assert place("adopt", "--dry-run")["apart"] == []  # type: ignore[index]
    assert "Kept." in place.words("adopt", "--none", "2", "--yes")
    found = place("adopt", "--dry-run")
    assert isinstance(found, dict)
    assert (found["ambiguous"], [each["target_id"] for each in found["apart"]]) == ([], [target_id])
    assert "set_apart" in place.words("audit", "--job", "2")
    rename_in_the_configuration(place, "export", "import")
    place.words("integrations", "rename", "export", "import", "--yes")
    assert [each["job_id"] for each in place("adopt", "--dry-run")["apart"]] == ["2"]  # type: ignore[index]


def test_with_json_what_is_linked_or_kept_apart_is_shown_before_the_question(place: Place) -> None:
    assert place.outcomes() == CREATED
    place.change("target.db", "UPDATE target_jobs SET external_id = 'oldtool:7' WHERE external_id = 'export:2'")
    place.change("jobsync.db", "UPDATE jobs SET sync_status = 'never' WHERE id = '2'")
    place.change("jobsync.db", "DELETE FROM sync_marks WHERE target_id = (SELECT target_id FROM operations WHERE job_id = '2')")
    target_id = place("adopt", "--dry-run")["ambiguous"][0]["target_id"]  # type: ignore[index]
    assert target_id in asked(place, "adopt", "--link", "2", target_id)[0]
    shown, declined = asked(place, "adopt", "--none", "2")
    assert f"export:2 is not {target_id}" in shown
    assert declined["finished"] is False
    assert place("adopt", "--dry-run")["apart"] == []  # type: ignore[index]
    assert place("adopt", "--none", "2", "--yes")["finished"] is True  # type: ignore[index]


def test_with_json_a_rename_is_shown_before_the_question(place: Place) -> None:
    assert place.outcomes() == CREATED
    rename_in_the_configuration(place, "export", "import")
    assert asked(place, "integrations", "separate", "import")[1] == {"integration": "import", "separate": False}
    shown, document = asked(place, "integrations", "rename", "export", "import")
    assert "export -> import" in shown
    assert document["finished"] is False


def asked(place: Place, *arguments: str) -> tuple[str, dict[str, object]]:
    """Give a command with ``--json`` on a terminal, say no, and return what was shown before the question, and the document."""
    talked = talk(place.config, *arguments, "--json", to="[y/N]", answer=b"n\n", apart=True)
    assert talked.code == 0
    return talked.aside.partition("[y/N]")[0], json.loads(talked.screen.removeprefix("n\r\n"))


def rename_in_the_configuration(place: Place, old: str, new: str) -> None:
    place.config.write_text(place.config.read_text().replace(f'id = "{old}"', f'id = "{new}"'))


def test_an_integration_under_a_new_id_writes_nothing_until_somebody_says_what_it_is(place: Place) -> None:
    assert place.outcomes() == CREATED
    rename_in_the_configuration(place, "export", "import")
    assert place.outcomes(code=3) == {"1": ("refused", "maybe_renamed"), "2": ("refused", "maybe_renamed")}
    assert "integrations rename export import" in place.words("check", "1") + place.words("sync", "1", "--dry-run", code=3)
    place("adopt", "--dry-run")
    run = place("auto", "--once", code=6)
    assert isinstance(run, dict)
    assert [(each["error"]["code"], each["outcomes"]) for each in run["runs"]] == [("maybe_renamed", {})]
    # In every place where an admin looks.
    assert "rename export import" in place.words("integrations")
    assert "rename export import" in place.words("auto", "status")
    assert any("rename export import" in each["remedy"] for each in place.findings("integrations"))
    assert "import may be export under a new ID" in str(place("news"))
    # What was refreshed under the new id meanwhile is in nobody's way.
    place.words("integrations", "rename", "export", "import", "--yes")
    assert place.outcomes() == {"1": ("unchanged", None), "2": ("unchanged", None)}
    run = place("auto", "--once")
    assert isinstance(run, dict)
    assert run["runs"][0]["error"] is None
    assert "WAITS" not in place.words("auto", "status")


@pytest.mark.parametrize("spelled", ["x/../jobs.csv", "./jobs.csv", "link.csv", "linked/jobs.csv"])
def test_a_file_that_is_spelled_otherwise_is_the_same_file(place: Place, spelled: str) -> None:
    assert place.outcomes() == CREATED
    (place.folder / "x").mkdir(mode=0o700)
    (place.folder / "link.csv").symlink_to("jobs.csv")
    (place.folder / "linked").symlink_to(place.folder)
    rename_in_the_configuration(place, "export", "import")
    place.config.write_text(place.config.read_text().replace('path = "jobs.csv"', f'path = "{spelled}"'))
    assert place.outcomes(code=3) == {"1": ("refused", "maybe_renamed"), "2": ("refused", "maybe_renamed")}


def test_one_that_is_another_ats_goes_on_by_a_persons_word(place: Place) -> None:
    assert place.outcomes() == CREATED
    rename_in_the_configuration(place, "export", "import")
    place.words("integrations", "separate", "import", code=2)
    place.words("integrations", "separate", "nobody", "--yes", code=2)
    assert place.outcomes(code=3)["1"] == ("refused", "maybe_renamed")
    place("integrations", "separate", "import", "--yes")
    assert place.outcomes() == CREATED
    assert "integrations separate" in place.words("audit")
    place.words("integrations", "separate", "import", "--yes", code=2)


def test_another_file_is_another_ats(place: Place) -> None:
    assert place.outcomes() == CREATED
    place.config.write_text(place.config.read_text().replace('id = "export"', 'id = "import"').replace("jobs.csv", "others.csv"))
    (place.folder / "others.csv").write_text("id,name\n1,Cook\n2,Waiter\n")
    assert place.outcomes() == CREATED
    # Where nobody noted what the old one read, it may have been anything.
    place.change("jobsync.db", "UPDATE integrations SET provider = '', address = '' WHERE id = 'export'")
    rename_in_the_configuration(place, "import", "third")
    assert place.outcomes(code=3)["1"] == ("refused", "maybe_renamed")


def test_the_target_is_looked_at_with_the_integrations(place: Place) -> None:
    assert "target: ok" in place.words("test")
    assert place.outcomes() == CREATED
    tried = place("test")
    assert isinstance(tried, dict)
    assert (tried["ok"], tried["target"]["ok"], tried["target"]["missing"]) == (True, True, [])
    assert "target" not in str(place("test", "-i", "export"))
    place.change("target.db", "UPDATE target_jobs SET external_id = NULL")
    assert "without its external ID" in place.words("test", code=6)


def test_jobs_under_other_ids_take_over_what_they_have_in_the_target(place: Place) -> None:
    assert place.outcomes() == {"1": ("created", None), "2": ("created", None)}
    place.jobs("1.0,Welder", "2.0,Driver")
    assert "jobsync integrations rename-ids export" in place.words("refresh", code=6)
    shown = place.words("integrations", "rename-ids", "export", "--dry-run")
    assert "2 jobs to get the new id, 0 to be decided by you" in shown
    document = place("integrations", "rename-ids", "export", "--yes")
    assert isinstance(document, dict)
    assert [(each["old"], each["new"]) for each in document["pairs"]] == [("1", "1.0"), ("2", "2.0")]
    assert (document["summary"], document["finished"]) == ({"updated": 2}, True)
    place.words("refresh", "--full")
    synced = place("sync", "1.0", "2.0", "--yes")
    assert isinstance(synced, dict)
    assert synced["summary"] == {"unchanged": 2}
    assert "0 jobs to get the new id" in place.words("integrations", "rename-ids", "export", "--yes")
