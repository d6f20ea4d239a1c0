"""Interval reports: what the stays in queues amount to, by the half or quarter hour in which they began."""

from msgspec import Struct

from agent_tui.wire.base import Time


class IntervalRow(Struct, frozen=True):
    """One interval by entry time, or the whole day; seconds, rates 0..1, null without calls.

    `final` when the interval is over and everything that began in it. `offered` is the sum of the counts from
    `answered` to `waiting`, and of the stays behind; `calls` counts a contact once, however often it moved on.
    Names after the last underscore in capitals are formula ids.
    """

    start: Time
    end: Time
    final: bool
    offered: int
    calls: int
    answered: int
    answered_in_threshold: int
    abandoned: int
    abandoned_in_threshold: int
    abandoned_short: int
    timed_out: int
    withdrawn: int
    exit_key: int
    overflowed: int
    lost_with_pbx: int
    waiting: int
    refused: int
    contained: int
    transferred: int
    handled: int
    talk_s: float
    hold_s: float
    acw_s: float
    wait_s: float
    callbacks_called: int
    callbacks_reached: int
    service_level_SL_all: float | None
    service_level_SL_excl: float | None
    service_level_SL_pos: float | None
    service_level_SL_ans: float | None
    service_level_SL_short: float | None
    abandon_rate_AB_all: float | None
    abandon_rate_AB_short: float | None
    asa_s_ASA_all: float | None
    asa_s_ASA_waited: float | None
    aht_s_AHT: float | None
    callback_wait_s_average: float | None
    longest_wait_s: float | None
    abandoned_le_5: int
    abandoned_le_10: int
    abandoned_le_20: int
    abandoned_le_30: int
    abandoned_le_60: int
    abandoned_le_120: int
    abandoned_le_300: int
    abandoned_gt_300: int
    csat_count: int
    csat_average: float | None
    self_service_offered: int
    self_service_accepted: int


class IntervalReport(Struct, frozen=True):
    """A local day of one centre or of `all`; `formulas` says what the ids mean, `total` is the day's row."""

    day: str
    minutes: int
    centre: str
    thresholds_s: dict[str, float]
    short_s: float
    formulas: dict[str, str]
    items: list[IntervalRow]
    total: IntervalRow
    next: str | None = None


class AgentRow(Struct, frozen=True):
    """One agent's day; seconds, shares 0..1 (null without the time they are of).

    `scheduled_s` is what was planned up to now, `kept_s` how much of it was kept; both null without a plan.
    """

    id: str
    username: str
    name: str
    centre: str
    logged_in_s: float
    available_s: float
    paused_s: float
    not_responding_s: float
    ring_s: float
    handling_s: float
    handled: int
    not_answered: int
    talk_s: float
    hold_s: float
    acw_s: float
    aht_s_AHT: float | None
    occupancy_OCC: float | None
    utilisation_UTIL: float | None
    scheduled_s: float | None = None
    kept_s: float | None = None
    adherence_ADH: float | None = None
    conformance_CONF: float | None = None


class AgentReport(Struct, frozen=True):
    """The agents of a centre, or of all, on a local day."""

    day: str
    centre: str
    formulas: dict[str, str]
    items: list[AgentRow]
    next: str | None = None
