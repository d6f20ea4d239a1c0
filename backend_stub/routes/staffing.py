"""What-if: agents needed for a load, and what each lever buys. Nothing is stored."""

import math
from typing import Final

from agent_tui import wire
from backend_stub.domain import staffing
from backend_stub.domain.staffing import Load, Model
from backend_stub.errors import Invalid
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store.driver import sqlite3

DEFLECTED: Final = (("deflect_30", 0.3), ("deflect_50", 0.5), ("deflect_70", 0.7))


class Case:
    """One load with its target, answered by both models."""

    def __init__(self, request: wire.WhatIfRequest, patience_s: float) -> None:
        self.request = request
        self.patience_s = request.patience_s or patience_s
        self.centres = request.centres if isinstance(request.centres, int) else len(set(request.centres))
        self.load = self.after(request.deflect)

    def after(self, deflect: float) -> Load:
        """Return the load when a share of the extra calls never reaches the queue; raises Invalid beyond reason."""
        asked = self.request
        calls = staffing.surged(asked.calls_per_hour, asked.multiplier, deflect)
        load = Load(calls, asked.aht_s, self.patience_s)
        if load.erlang > staffing.MOST_ERLANG:
            most = f"The load is {load.erlang:.0f} Erlang; at most {staffing.MOST_ERLANG:.0f} can be worked out."
            raise Invalid("calls_per_hour", "out_of_range", most)
        return load

    def staffed(self, model: Model, load: Load) -> wire.Staffed:
        """Return what a model says of the load."""
        asked = self.request
        needed = staffing.split_needed(load, self.centres, model, asked.target, asked.threshold_s)
        agents = asked.agents if asked.agents is not None else needed or staffing.MOST_AGENTS
        found = staffing.split(load, self.centres, model, agents, asked.threshold_s)
        return wire.Staffed(needed, agents, found.service_level, found.asa_s, found.abandon_rate, found.occupancy)

    def levers(self, agents: int) -> list[wire.Lever]:
        """Return what each measure alone gives with the same agents, the rest as asked."""
        more = agents + math.ceil(agents / 10)
        found = [self._lever("as_is", self.load, agents, self.centres)]
        found += [
            self._lever(name, self.after(max(share, self.request.deflect)), agents, self.centres)
            for name, share in DEFLECTED
        ]
        found += [self._lever("pool", self.load, agents, 1), self._lever("agents_10", self.load, more, self.centres)]
        return found

    def _lever(self, name: str, load: Load, agents: int, centres: int) -> wire.Lever:
        asked = self.request
        model = staffing.impatient
        got = staffing.split(load, centres, model, agents, asked.threshold_s)
        needed = staffing.split_needed(load, centres, model, asked.target, asked.threshold_s)
        return wire.Lever(name, agents, load.calls_per_hour, got.service_level, got.asa_s, got.abandon_rate, needed)


def what_if(_: sqlite3.Connection, call: Call) -> Answer:
    """Work out the agents a load needs and what a number of agents gives, by Erlang C and Erlang A."""
    case = Case(call.body_as(wire.WhatIfRequest), call.settings.wallboard.patience_s)
    erlang_a = case.staffed(staffing.impatient, case.load)
    return Answer(
        wire.WhatIf(
            calls_per_hour=case.load.calls_per_hour,
            erlang=case.load.erlang,
            centres=case.centres,
            patience_s=case.patience_s,
            erlang_c=case.staffed(staffing.patient, case.load),
            erlang_a=erlang_a,
            levers=case.levers(erlang_a.agents),
        )
    )


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/staffing/what-if", "staffing.what_if", "read", what_if, wire.WhatIfRequest, wire.WhatIf),
)
