"""The HTTP target, connected to a test server, with waits that take no time."""

from jobsync_tui.backend.http import HttpSession, Limits, Network
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.backend.target.tenzo import TenzoTarget
from jobsync_tui.backend.target.wire_mapping import WireMapping
from jobsync_tui.testing.clockwork import Clockwork
from tests.support.tenzo_server import KEY


def tenzo(url: str, clockwork: Clockwork, mapping: WireMapping | None = None, key: str = KEY) -> TenzoTarget:
    """Return the target behind ``url``."""
    limits = Limits(deadline=5, connect=2, failures=1000)
    http = HttpSession(service="Tenzo", base_url=url, network=Network(), limits=limits, timing=clockwork.timing())
    return TenzoTarget(http, Secret(key), mapping)
