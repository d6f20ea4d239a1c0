"""Callers of whom only a place is known: find the place, say what is known there, and list what they report."""

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.domain.place_power import place_verdict
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import commune_calls, place_search
from backend_stub.store.driver import sqlite3


def find(conn: sqlite3.Connection, call: Call) -> Answer:
    """Answer what a place may be; every text is acceptable."""
    wanted = call.body_as(wire.PlaceSearch)
    return Answer(wire.Page(place_search.find(conn, wanted.q, wanted.near, wanted.limit)))


def power(conn: sqlite3.Connection, call: Call) -> Answer:
    """Say what is known of the supply there."""
    facts = commune_calls.place_facts(conn, call.body_as(wire.PlacePowerRequest), call.now)
    found = place_verdict(facts, call.now)
    return Answer(
        wire.PlacePower(
            found.verdict, found.say, facts.name, facts.customers, facts.reporting, outage=found.outage,
            plan=found.plan, since=opt_to_wire(found.since), eta=opt_to_wire(found.eta), eta_state=found.eta_state,
            customers_out=found.customers_out, others=found.others,
        )
    )  # fmt: skip


def reported(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the communes that callers report and no known outage explains, most callers first."""
    return Answer(wire.Page(commune_calls.reports(conn, call.settings.grouping, call.now)))


def possible(conn: sqlite3.Connection, call: Call) -> Answer:
    """Count, by outage, the callers known only by commune who may mean it: what a list of outages shows beside them."""
    found = commune_calls.possible(conn, call.settings.grouping, call.now)
    return Answer(wire.Page([wire.PossibleCalls(outage, callers) for outage, callers in found.items()]))


ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/v1/places/search", "place.search", "read", find, wire.PlaceSearch, wire.Page[wire.PlaceHit]
    ),
    Route("POST", "/v1/places/power", "place.power", "read", power, wire.PlacePowerRequest, wire.PlacePower),
    Route(
        "GET", "/v1/places/reported", "place.reported", "read", reported, answer=wire.Page[wire.ReportedCommune]
    ),
    Route(
        "GET", "/v1/places/possible", "place.possible", "read", possible, answer=wire.Page[wire.PossibleCalls]
    ),
)  # fmt: skip
