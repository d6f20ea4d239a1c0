"""Errors as problem+json (RFC 9457)."""

import msgspec

from agent_tui import wire
from backend_stub.errors import Refused

CONTENT_TYPE = "application/problem+json"


def body(refused: Refused, request_id: str) -> bytes:
    """Return the JSON of an error answer; `current` and the extras stand beside the standard members."""
    problem = wire.Problem(
        f"urn:agent-tui:problem:{refused.code}",
        refused.title,
        refused.status,
        refused.detail,
        refused.code,
        request_id,
        refused.errors,
    )
    if refused.current is None and not refused.extra:
        return msgspec.json.encode(problem)
    fields: dict[str, object] = {**refused.extra, **msgspec.structs.asdict(problem)}
    if refused.current is not None:
        fields["current"] = refused.current
    return msgspec.json.encode(fields)
