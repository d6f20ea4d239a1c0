"""What-if: how many agents a load asks for, and what each lever buys."""

from typing import Annotated

from msgspec import Meta, Struct

from agent_tui.wire.base import Request, Short

Positive = Annotated[float, Meta(gt=0, le=86_400)]


class WhatIfRequest(Request, frozen=True):
    """Calls an hour of all centres together, and what is done about them.

    `multiplier` is the surge, `deflect` the share of its extra calls that never reaches the queue, `centres` how many
    centres (or which) share the calls evenly without helping each other: 1, the default, is one pool. `agents` of all
    of them together; without it the figures are those of the agents needed.
    """

    calls_per_hour: Annotated[float, Meta(ge=0, le=1_000_000)]
    aht_s: Positive
    target: Annotated[float, Meta(gt=0, lt=1)] = 0.8
    threshold_s: Annotated[float, Meta(ge=0, le=86_400)] = 30.0
    patience_s: Positive | None = None
    agents: Annotated[int, Meta(ge=0, le=5_000)] | None = None
    multiplier: Annotated[float, Meta(ge=0, le=100)] = 1.0
    deflect: Annotated[float, Meta(ge=0, le=1)] = 0.0
    centres: Annotated[int, Meta(ge=1, le=50)] | Annotated[list[Short], Meta(min_length=1, max_length=50)] = 1


class Staffed(Struct, frozen=True):
    """What a model says; `agents_needed` null beyond 5,000, `asa_s` null where the queue grows without end.

    Service level: served within the threshold of all offered.
    """

    agents_needed: int | None
    agents: int
    service_level: float
    asa_s: float | None
    abandon_rate: float
    occupancy: float


class Lever(Struct, frozen=True):
    """What one measure alone gives by Erlang A: as_is, deflect_30, _50, _70, pool (one queue for all), agents_10."""

    lever: str
    agents: int
    calls_per_hour: float
    service_level: float
    asa_s: float | None
    abandon_rate: float
    agents_needed: int | None


class WhatIf(Struct, frozen=True):
    """Both models of the same load: Erlang C, nobody gives up, and Erlang A, they do after `patience_s` on average."""

    calls_per_hour: float
    erlang: float
    centres: int
    patience_s: float
    erlang_c: Staffed
    erlang_a: Staffed
    levers: list[Lever]
