"""Every door of the service is the contract's or stands in decision 10 with its reason; both name what is there."""

import re
from pathlib import Path

from backend_stub.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "0010-beside-the-contract.md"
CONTRACT = """
    POST /v1/sessions · DELETE /v1/sessions/current · GET /v1/me · PUT /v1/me/state · GET /v1/agents · GET /v1/snapshot
    GET /v1/events · POST /v1/contacts · POST /v1/contacts/next · POST /v1/contacts/{id}/take
    POST /v1/contacts/{id}/hold · POST /v1/contacts/{id}/resume · POST /v1/contacts/{id}/release
    POST /v1/contacts/{id}/abandon · POST /v1/contacts/{id}/decline · POST /v1/contacts/{id}/end
    POST /v1/contacts/{id}/transfer · POST /v1/contacts/{id}/consult · POST /v1/contacts/{id}/identify
    POST /v1/contacts/{id}/attach · POST /v1/contacts/{id}/callback · POST /v1/contacts/{id}/message
    POST /v1/contacts/{id}/finish · GET /v1/contacts · GET /v1/contacts/{id} · POST /v1/contacts/{id}/csat
    POST /v1/contacts/bulk · GET /v1/callbacks · POST /v1/contacts/{id}/dispatch
    POST /v1/contacts/{id}/dispatch/ack · POST /v1/customers/search · GET /v1/customers/{code}
    GET /v1/customers/{code}/power · GET /v1/customers/{code}/bills · GET /v1/customers/{code}/bill-check
    GET /v1/outages · POST /v1/outages · PATCH /v1/outages/{id} · POST /v1/outages/{id}/confirm
    POST /v1/outages/{id}/cancel · POST /v1/outages/{id}/close · POST /v1/outages/{id}/restore
    GET /v1/outages/{id}/calls · GET /v1/outages/{id}/callbacks · POST /v1/outages/{id}/callbacks/{contact}
    GET /v1/areas · GET /v1/plans · POST /v1/tickets · GET /v1/tickets · POST /v1/tickets/search
    GET /v1/tickets/{id} · PATCH /v1/tickets/{id} · POST /v1/tickets/{id}/notes · GET /v1/tickets/{id}/history
    PUT /v1/tickets/{id}/presence · POST /v1/tickets/{id}/merge · POST /v1/tickets/bulk · POST /v1/undo/{token}
    GET /v1/templates · GET /v1/knowledge · GET /v1/wallboard · GET /v1/reports/intervals · GET /v1/segments
    POST /v1/staffing/what-if · POST /v1/agents/{id}/state · POST /v1/agents/{id}/skills
    POST /v1/contacts/{id}/reassign · PUT /v1/banner · PUT /v1/surge · GET /v1/outage-stats
    GET /health · GET /ready · GET /metrics · GET /openapi.json
    POST /v1/intake/{channel} · POST /v1/ivr · POST /v1/ivr/contained
"""
DOOR = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) /[a-z0-9/{}_.\-]+")


def doors(text: str) -> set[str]:
    return set(DOOR.findall(text))


def test_every_door_is_the_contracts_or_has_its_reason_on_the_page():
    table = "\n".join(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    there, promised, ours = {f"{r.method} {r.path}" for r in ROUTES}, doors(CONTRACT), doors(table)
    assert there - promised - ours == set(), "write down in decision 10 what these are for"
    assert ours - there == set(), "decision 10 speaks of doors that are gone"
    assert ours & promised == set()


def test_the_doors_of_the_contract_that_are_missing_are_named_as_missing():
    missing = doors(CONTRACT) - {f"{r.method} {r.path}" for r in ROUTES}
    [told] = re.findall(r"\*\*Not there yet\.\*\*(.*?)(?:\n\n|\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert doors(told) - {"POST /v1/contacts"} == missing
