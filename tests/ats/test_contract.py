"""The contract suite, run for our adapters: a simulator and a line each."""

from __future__ import annotations

from jobsync_tui.testing.contract import AdapterContract
from tests.support.wire.crelate import CrelateWire
from tests.support.wire.greenhouse import GreenhouseWire
from tests.support.wire.kombo import KomboWire


class TestKombo(AdapterContract):
    wire = KomboWire


class TestGreenhouse(AdapterContract):
    wire = GreenhouseWire


class TestCrelate(AdapterContract):
    wire = CrelateWire
