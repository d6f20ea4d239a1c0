"""The days that can be played: how many customers, why, on which channels, what breaks; all figures are estimates."""

import difflib
from dataclasses import dataclass
from typing import Literal

from agent_tui.wire import Channel
from agent_tui.wire.trouble import TroubleDanger
from backend_stub.domain import forecast
from backend_stub.simulate import grid

Reason = Literal["power_out", "danger", "bill", "payment", "meter", "new_supply", "other"]

DAY_PROFILE = forecast.DAY_SHARES
BUSIEST = max(DAY_PROFILE)
START_HOUR = 9

CHANNELS: dict[Channel, float] = {
    "hotline": 0.46, "zalo": 0.16, "app": 0.12, "webchat": 0.09, "facebook": 0.07, "website": 0.06, "email": 0.04,
}  # fmt: skip
QUEUES: dict[Reason, str] = {
    "power_out": "outage", "danger": "outage", "bill": "billing", "payment": "billing",
    "meter": "service", "new_supply": "service", "other": "general",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """A feeder, lateral or transformer that fails; calls start at `per_minute` and halve every `half_life` (minutes).

    A negative `minute` was before the start: who called since then waits already.
    """

    minute: float
    device: str
    per_minute: float
    half_life: float = 40.0
    cause: str = "UNK"


@dataclass(frozen=True, slots=True)
class Peril:
    """Somebody below `device` reports a danger at this minute."""

    minute: float
    device: str
    danger: TroubleDanger


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of day: contacts an hour at the busiest hour, those waiting at the start, reasons by weight.

    The first simulated agent steps in when `floor` customers wait, each further one at one more (a shift leader's way
    to staff), so that somebody always waits for the agent at the desk. With `works` planned work is going on.
    """

    name: str
    per_hour: float
    backlog: int
    floor: int
    reasons: dict[Reason, float]
    failures: tuple[Failure, ...] = ()
    perils: tuple[Peril, ...] = ()
    works: bool = False


# Feeder after feeder along the coast: two before the desk opens, so that the first screen shows what is going on.
_STORM = tuple(
    Failure(minute, feeder.code, 4.0, 15.0, cause)
    for minute, feeder, cause in zip(
        (-6, -3, 1, 4, 7, 11, 16, 22, 29, 37), grid.FEEDERS[2:7] + grid.FEEDERS[8:13],
        ("WX.WIND", "VEG", "EQ.POLE", "WX.WIND", "VEG", "WX.WIND", "WX.LIGHT", "EQ.CONN", "WX.WIND", "VEG"),
        strict=True,
    )
)  # fmt: skip
_PERILS = (
    Peril(-1.5, "471-THO", "wire_down"), Peril(0.5, "473-THO", "pole"), Peril(3, "475-THO", "wire_down"),
    Peril(6, "476-THO", "fire"), Peril(10, "478-THO", "wire_down"), Peril(14, "483-SCA", "shock"),
    Peril(20, "471-SHO", "pole"), Peril(27, "471-BMT", "wire_down"),
)  # fmt: skip
# Transformers one after another, as they do on the hottest evening.
_HEAT = tuple(
    Failure(minute, device, 2.5, 15.0, "OVER.TX" if device.count("-") > 2 else "WX.HEAT")
    for minute, device in (
        (-4, "471-THO-02-03"), (-1, "471-HCH-01-02"), (3, "472-NTR-03-01"), (8, "473-THO-04-05"), (10, "471-THO-04"),
        (13, "471-BMT-02-01"), (19, "471-HCH-03-04"), (24, "473-THO-02"), (26, "475-THO-01-02"), (33, "472-NTR-01-05"),
    )
)  # fmt: skip
_DAY: dict[Reason, float] = {
    "power_out": 34, "danger": 2, "bill": 26, "payment": 12, "meter": 10, "new_supply": 8, "other": 9,
}  # fmt: skip
_SCENARIOS = (
    Scenario("quiet", 60, 5, 3, {**_DAY, "power_out": 18}),
    Scenario("day", 220, 22, 17, _DAY, (Failure(3, grid.FAILING_FEEDER, 2.2, cause="VEG"),)),
    Scenario("heatwave", 330, 30, 24, {**_DAY, "power_out": 55, "danger": 2}, _HEAT, works=True),
    Scenario("storm", 260, 30, 45, {**_DAY, "power_out": 30, "danger": 1, "bill": 6}, _STORM, _PERILS, works=True),
    Scenario("billshock", 380, 40, 30, {**_DAY, "power_out": 8, "bill": 120, "meter": 22}),
)
NAMES = tuple(scenario.name for scenario in _SCENARIOS)


def by_name(name: str) -> Scenario:
    """The scenario of this name; ValueError naming the nearest for an unknown one."""
    for scenario in _SCENARIOS:
        if scenario.name == name:
            return scenario
    near = difflib.get_close_matches(name, NAMES, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"unknown scenario {name!r}{hint} (known: {', '.join(NAMES)})")
