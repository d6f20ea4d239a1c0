"""Promised calls made by simulated agents: only what would pile up, so that the desk has some left to make."""

from random import Random
from typing import Final

from agent_tui import wire
from backend_stub.simulate.door import Door, unless_refused
from backend_stub.simulate.floor import Floor

LEFT_FOR_THE_DESK: Final = 6
_TALK_S: Final = 25.0
_ON, _NO_ANSWER = 0.8, 0.15


async def call_one_back(door: Door, floor: Floor, rng: Random) -> bool:
    """Make the oldest promised call about an outage if more are due than the desk needs; whether one was made."""
    page = await door.call("GET", "/v1/callbacks?due=now&limit=100", wire.Page[wire.Callback])
    due = [one for one in page.items if one.kind == "outage" and one.claimed_by is None] if page else []
    if len(due) <= LEFT_FOR_THE_DESK:
        return False
    path = f"/v1/outages/{due[0].outage}/callbacks/{due[0].contact}"
    if await unless_refused(door.call("POST", f"{path}/claim", wire.OutageCallback)) is None:
        return False
    await floor.sleep(_TALK_S * rng.uniform(0.6, 1.6))
    said = wire.CallbackResultRequest(_result(rng))
    return await unless_refused(door.call("POST", path, wire.OutageCallback, said)) is not None


def _result(rng: Random) -> wire.CallbackResult:
    chance = rng.random()
    if chance < _ON:
        return "on"
    return "no_answer" if chance < _ON + _NO_ANSWER else "still_out"
