"""The days that can be played: how many customers, why, on which channels, what breaks; all figures are estimates."""

import difflib
from dataclasses import dataclass
from typing import Literal

from agent_tui.wire import Channel
from backend_stub.simulate import grid

Reason = Literal["power_out", "danger", "bill", "payment", "meter", "new_supply", "other"]

# Hourly shares of a day's calls in percent (reference/contact-centre.md 6.1, marked there as a guess).
DAY_PROFILE = (
    0.8, 0.5, 0.4, 0.4, 0.5, 1.2, 3.0, 5.5, 8.2, 8.8, 8.6, 7.2,
    4.6, 5.4, 7.6, 7.8, 7.0, 5.8, 4.8, 4.6, 4.0, 2.8, 1.8, 1.1,
)  # fmt: skip
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
    """A feeder that fails; calls start at `per_minute` and halve every `half_life` (both times in minutes)."""

    minute: float
    feeder: str
    per_minute: float
    half_life: float = 40.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of day: contacts an hour at the busiest hour, those waiting at the start, reasons by weight.

    The first simulated agent steps in when `floor` customers wait, each further one at one more (a shift leader's way
    to staff), so that somebody always waits for the agent at the desk.
    """

    name: str
    per_hour: float
    backlog: int
    floor: int
    reasons: dict[Reason, float]
    failures: tuple[Failure, ...] = ()


_STORM = tuple(
    Failure(minute, feeder.code, 2.0, 50.0)
    for minute, feeder in zip((0, 1, 2, 4, 6, 9, 13, 18, 24, 31), grid.FEEDERS[1:11], strict=True)
)
_DAY: dict[Reason, float] = {
    "power_out": 34, "danger": 2, "bill": 26, "payment": 12, "meter": 10, "new_supply": 8, "other": 9,
}  # fmt: skip
_SCENARIOS = (
    Scenario("quiet", 60, 5, 3, {**_DAY, "power_out": 18}),
    Scenario("day", 220, 22, 17, _DAY, (Failure(3, grid.FAILING_FEEDER, 2.2),)),
    Scenario(
        "heatwave", 330, 30, 24, {**_DAY, "power_out": 55, "danger": 2},
        tuple(Failure(2 + 9 * n, code, 1.6) for n, code in enumerate(("471-THO", "471-HCH", "472-NTR"))),
    ),
    Scenario("storm", 420, 60, 45, {**_DAY, "power_out": 90, "danger": 5, "bill": 6}, _STORM),
    Scenario("billshock", 380, 40, 30, {**_DAY, "power_out": 8, "bill": 120, "meter": 22}),
)  # fmt: skip
NAMES = tuple(scenario.name for scenario in _SCENARIOS)


def by_name(name: str) -> Scenario:
    """The scenario of this name; ValueError naming the nearest for an unknown one."""
    for scenario in _SCENARIOS:
        if scenario.name == name:
            return scenario
    near = difflib.get_close_matches(name, NAMES, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"unknown scenario {name!r}{hint} (known: {', '.join(NAMES)})")
