"""An end of a bulk sync in the application: what was done is shown beside what ended it."""

from __future__ import annotations

from jobsync_tui.backend.core.errors import AccessDenied, CutShort, NotPermitted, StorageError
from jobsync_tui.backend.core.models import JobHead, JobStatus, Outcome, SyncResult
from jobsync_tui.session.failures import Place, place_of, words_for


def results(*outcomes: Outcome) -> tuple[SyncResult, ...]:
    head = JobHead("1", "Welder", None, JobStatus.OPEN, None, None)
    return tuple(SyncResult(integration="hers", job=head, eligibility=None, outcome=outcome) for outcome in outcomes)


def test_a_cut_is_shown_where_its_ending_belongs_and_counts_what_was_done() -> None:
    found = results(Outcome.CREATED, Outcome.CREATED, Outcome.NOT_FOUND, Outcome.REFUSED)
    assert place_of(CutShort(AccessDenied("gone"), found)) is Place.EXIT
    assert place_of(CutShort(StorageError("full"), found)) is Place.DIALOG
    assert words_for(CutShort(AccessDenied("gone", remedy="ask"), found)) == ("2 created, 1 not found, 1 refused. gone", "ask")


def test_one_thing_that_is_not_permitted_ends_no_session() -> None:
    assert place_of(NotPermitted("not these rules")) is Place.DIALOG
    assert place_of(AccessDenied("not you")) is Place.EXIT
