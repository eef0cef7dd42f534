"""The odd target is a target: without a switch thrown, it keeps to the published contract and a sync finds nothing odd about it."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from jobsync_tui.backend.core.models import Outcome
from tests.support import target_contract
from tests.support.odd_target import KEY, OddTarget
from tests.support.patience import PATIENCE
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job


def asked(odd: OddTarget, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Ask as a client would that is not ours, and hold the answer against the document."""
    connection = HTTPConnection(urlsplit(odd.url).netloc, timeout=PATIENCE)
    content = None if body is None else json.dumps(body)
    connection.request(method, path, content, {"Authorization": f"Bearer {KEY}", **headers})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    assert target_contract.faults_of_answer(method, path, answer.status, said) == []
    return answer.status, json.loads(said)


async def test_it_keeps_to_the_document(odd: OddTarget) -> None:
    made = {"external_id": "a:1", "name": "Nurse", "settings": {"language": "en"}}
    status, job = asked(odd, "POST", "/v1/jobs", made, **{"Idempotency-Key": "k" * 20})
    assert (status, job["version"]) == (201, 1)
    assert asked(odd, "POST", "/v1/jobs", made, **{"Idempotency-Key": "k" * 20})[1]["id"] == job["id"]
    patch = {"settings": {"language": None, "voice": "deep"}}
    _, changed = asked(odd, "PATCH", f"/v1/jobs/{job['id']}", patch, **{"Content-Type": "application/merge-patch+json"})
    assert (changed["settings"], changed["version"]) == ({"voice": "deep"}, 2)
    assert asked(odd, "GET", f"/v1/jobs/{job['id']}")[1] == changed
    assert asked(odd, "GET", "/v1/jobs?external_id=a%3A1")[1]["data"] == [changed]
    assert asked(odd, "GET", "/v1/templates")[0] == 200


async def test_its_pages_end(odd: OddTarget) -> None:
    odd.ways.page = 1
    ids = {odd.add(external_id=f"a:{number}") for number in range(3)}
    seen, cursor = set(), ""
    while cursor is not None:
        _, page = asked(odd, "GET", f"/v1/jobs?cursor={cursor}")
        seen |= {row["id"] for row in page["data"]}
        cursor = page["next"]
    assert seen == ids


async def test_a_sync_finds_nothing_odd_about_it(bench: Bench, odd: OddTarget) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (created.outcome, created.verified) == (Outcome.CREATED, True)
    bench.ats.put(a_job(name="ICU changed"))
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UPDATED
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert [write.kind for write in odd.writes] == ["create", "update"]
