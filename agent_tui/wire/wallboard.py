"""What a lead watches: one board a centre and one for all of them, and what the day may bring."""

from typing import Literal

from msgspec import Struct

from agent_tui.wire.base import Channel, Say, Time
from agent_tui.wire.live import Surge


class ServiceLevel(Struct, frozen=True):
    """A service level by the name of its formula; `calls` is its base, `value` null without any.

    `threshold_s` is the one of most queues: every stay is measured by its own queue's. `source` is where the target
    comes from.
    """

    value: float | None
    formula: str
    threshold_s: float
    target: float
    calls: int
    source: str = ""


class Ewt(Struct, frozen=True):
    """Seconds that half, and four of five, of those who join now and stay will wait at most; and from what."""

    p50: float
    p80: float
    ahead: int = 0
    agents: int = 0
    aht_s: float = 0.0


class Bars(Struct, frozen=True):
    """The last half-hours by entry time, oldest first; `start` is the first one's, the last one still fills."""

    start: Time
    minutes: int
    offered: list[int]
    answered: list[int]
    abandoned: list[int]
    service_level: list[float | None]


class ForecastPart(Struct, frozen=True):
    """One half-hour to come: expected calls, the range that holds four of five, and the agents they ask for."""

    start: Time
    offered: float
    low: float
    high: float
    agents_needed: int | None


class BoardAlert(Struct, frozen=True):
    """One thing to look at (`act`: to act on); value and threshold in the unit of the figure."""

    code: str
    level: Literal["look", "act"]
    value: float
    threshold: float
    say: Say


class Counts(Struct, frozen=True):
    """What became of the stays since midnight, beside the answered; `refused` and `contained` never got in."""

    abandoned: int
    short: int
    timed_out: int
    withdrawn: int
    exit_key: int
    overflowed: int
    lost_with_pbx: int
    waiting: int
    refused: int
    contained: int


class Said(Struct, frozen=True):
    """Scores 1..5 of today's contacts and how many, and self-service offered and accepted."""

    csat_average: float | None
    csat_count: int
    self_service_offered: int
    self_service_accepted: int


class Board(Struct, frozen=True):
    """One centre, or `all`; counts since midnight unless the name says otherwise, rates 0..1, null without calls.

    Offered = answered + the outcomes of `counts` from abandoned to waiting (short is part of abandoned): the stays of
    `GET /v1/segments` since midnight without refused ones and call backs. `agents` holds every state: available,
    reserved, on_contact, wrap_up, paused, not_responding, logged_out. `feed_age_s` null: nothing was ever heard.
    `feed_expected` false: no telephone exchange reports here, so a gap and callers it served cannot be known.
    """

    centre: str
    waiting: int
    longest_wait_s: float | None
    longest_since: Time | None
    by_channel: dict[Channel, int]
    agents: dict[str, int]
    paused_by_reason: dict[str, int]
    service_level: ServiceLevel
    service_level_30m: ServiceLevel
    service_level_calls: ServiceLevel
    asa_s: float | None
    aht_s: float | None
    abandon_rate: float | None
    abandon_rate_without_short: float | None
    answered: int
    offered: int
    counts: Counts
    callbacks_waiting: int
    oldest_promise: Time | None
    known_outage_callers: int
    ewt: Ewt | None
    said: Said
    data_gap: bool
    feed_age_s: float | None
    bars: Bars
    forecast: list[ForecastPart]
    alerts: list[BoardAlert]
    feed_expected: bool = False


class HotFeeder(Struct, frozen=True):
    """A feeder with more callers than chance explains; `chance` is how likely that is with nothing wrong."""

    feeder: str
    name: str
    callers: int
    window_s: float
    usual: float
    chance: float


class Wallboard(Struct, frozen=True):
    """Every centre and all of them together; `false_alarms_a_day` is what the test for hot feeders allows itself."""

    at: Time
    all: Board
    centres: dict[str, Board]
    hot_feeders: list[HotFeeder]
    false_alarms_a_day: float
    forecast_method: str
    surge: Surge
    id: str = "wallboard"
