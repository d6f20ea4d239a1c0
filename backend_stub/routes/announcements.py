"""What a lead says to everybody: the banner and the surge mode."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import announcements
from backend_stub.store.engine import Tx


def banner(tx: Tx, call: Call) -> Answer:
    """Announce something on every desk, until a time; without a text take the announcement away."""
    return Answer(announcements.put_banner(tx, call.body_as(wire.BannerRequest)))


def surge(tx: Tx, call: Call) -> Answer:
    """Switch surge mode: what callers hear, and whether they are offered a call back."""
    return Answer(announcements.put_surge(tx, call.body_as(wire.SurgeRequest), call.user.username))


ROUTES: tuple[Route, ...] = (
    Route("PUT", "/v1/banner", "banner.put", "write", banner, wire.BannerRequest, wire.Banner),
    Route("PUT", "/v1/surge", "surge.put", "write", surge, wire.SurgeRequest, wire.Surge),
)
