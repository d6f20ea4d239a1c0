"""What a lead says to everybody: the banner and the surge mode."""

from agent_tui import wire
from backend_stub.errors import Invalid
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import announcements
from backend_stub.store.engine import Tx

# Every desk gets it with every change: no place for a novel.
LONGEST = 500


def _brief(field: str, say: wire.Say | None) -> None:
    if say is not None and max(len(say.vi), len(say.en)) > LONGEST:
        raise Invalid(field, "too_long", f"An announcement has at most {LONGEST} characters.")


def banner(tx: Tx, call: Call) -> Answer:
    """Announce something on every desk, until a time; without a text take the announcement away."""
    request = call.body_as(wire.BannerRequest)
    _brief("text", request.text)
    return Answer(announcements.put_banner(tx, request))


def surge(tx: Tx, call: Call) -> Answer:
    """Switch surge mode: what callers hear, and whether they are offered a call back."""
    request = call.body_as(wire.SurgeRequest)
    _brief("announcement", request.announcement)
    return Answer(announcements.put_surge(tx, request, call.user.username))


ROUTES: tuple[Route, ...] = (
    Route("PUT", "/v1/banner", "banner.put", "write", banner, wire.BannerRequest, wire.Banner),
    Route("PUT", "/v1/surge", "surge.put", "write", surge, wire.SurgeRequest, wire.Surge),
)
