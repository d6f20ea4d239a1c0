"""Is the power out at this customer's?"""

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.domain.localtime import local
from backend_stub.domain.power import verdict
from backend_stub.errors import NotFound
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import customers, power
from backend_stub.store.driver import sqlite3


def _power(conn: sqlite3.Connection, call: Call) -> Answer:
    customer = customers.brief(conn, call.path["code"])
    if customer is None:
        raise NotFound("customer")
    facts = power.facts(conn, customer, local(call.now).date(), call.now)
    found = verdict(facts, call.now)
    return Answer(
        wire.Power(
            found.verdict, found.say, outage=found.outage, plan=found.plan, since=opt_to_wire(found.since),
            eta=opt_to_wire(found.eta), eta_state=found.eta_state, neighbours_calling=facts.neighbours,
            restored_at=opt_to_wire(found.restored_at), nested_of=found.nested_of, script=list(found.script),
        )
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/customers/{code}/power", "customer.power", "read", _power, answer=wire.Power),
)
