"""The contract suite for nine further providers: a simulator and a line each."""

from __future__ import annotations

from jobsync_tui.testing.contract import AdapterContract
from tests.support.wire.ashby import AshbyWire
from tests.support.wire.bullhorn import BullhornWire
from tests.support.wire.lever import LeverWire
from tests.support.wire.merge import MergeWire
from tests.support.wire.recruitcrm import RecruitCrmWire
from tests.support.wire.recruitee import RecruiteeWire
from tests.support.wire.smartrecruiters import SmartRecruitersWire
from tests.support.wire.teamtailor import TeamtailorWire
from tests.support.wire.workable import WorkableWire


class TestMerge(AdapterContract):
    wire = MergeWire


class TestLever(AdapterContract):
    wire = LeverWire


class TestAshby(AdapterContract):
    wire = AshbyWire


class TestBullhorn(AdapterContract):
    wire = BullhornWire


class TestRecruitCrm(AdapterContract):
    wire = RecruitCrmWire


class TestWorkable(AdapterContract):
    wire = WorkableWire


class TestSmartRecruiters(AdapterContract):
    wire = SmartRecruitersWire


class TestTeamtailor(AdapterContract):
    wire = TeamtailorWire


class TestRecruitee(AdapterContract):
    wire = RecruiteeWire
