"""Ids in addresses that a person pastes: found where they are the job's, left where they are something else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.ats.registry import adapter_class, providers

UUID = "75ff237f-c221-4c26-8b23-faf395f5ea1c"
OTHER = "00000000-c221-4c26-8b23-faf395f5ea1c"

ADDRESSES = [
    ("lever", f"https://jobs.lever.co/acme/{UUID}/apply?x={OTHER}", UUID),
    ("lever", f" https://hire.lever.co/jobs/{UUID.upper()}\n", UUID),
    ("lever", f"https://lever.co.example.com/{UUID}", None),
    ("ashby", f"https://app.ashbyhq.com/jobs/{UUID}/pipeline", UUID),
    ("ashby", f"https://jobs.ashbyhq.com/acme/{UUID}", None),
    ("bullhorn", "https://cls4.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=JobOrder&id=17", "17"),
    ("bullhorn", "https://cls4.bullhornstaffing.com/OpenWindow.cfm?Entity=Candidate&id=17", None),
    ("smartrecruiters", f"https://www.smartrecruiters.com/app/jobs/details/{UUID}", UUID),
    ("smartrecruiters", "https://jobs.smartrecruiters.com/Acme/743999-nurse", None),
    ("teamtailor", "https://career.acme.com/jobs/26-ruby-on-rails-developer", "26"),
    ("teamtailor", "https://app.teamtailor.com/companies/x/jobs/26?a=1", "26"),
    ("teamtailor", "https://career.acme.com/jobs/26ers", None),
    ("recruitee", "https://app.recruitee.com/#/jobs/17/pipeline", "17"),
    ("recruitee", "https://acme.recruitee.com/o/nurse", None),
]


@pytest.mark.parametrize(("provider", "address", "job_id"), ADDRESSES)
def test_the_id_in_an_address(provider: str, address: str, job_id: str | None) -> None:
    assert adapter_class(provider).job_id_in_url(address) == job_id


@pytest.mark.parametrize("provider", providers())
@given(text=st.text(max_size=40) | st.sampled_from(["https://[bad", "https://", "//", "http://a:b@c:d/e?entity=JobOrder&id=x"]))
def test_any_text_is_an_address_or_none(provider: str, text: str) -> None:
    assert isinstance(adapter_class(provider).job_id_in_url(text), str | None)
