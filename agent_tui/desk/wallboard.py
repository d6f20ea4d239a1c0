"""What is behind a lead's figures, agents and stays; moves of agents; words for an announcement. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal

from agent_tui.wire import Agent, Board, Contact, Outage, Say, Segment, Wallboard

ALL: Final = "all"
LOCAL: Final = timezone(timedelta(hours=7))
LEVEL: Final = 3
"""The skill level of somebody who is asked to help out."""
ON_DUTY: Final = ("available", "reserved", "on_contact", "wrap_up")
STATES: Final = (*ON_DUTY, "paused", "not_responding", "logged_out")
Kind = Literal["stays", "agents", "view"]


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a figure: stays in queues or agents of a centre (None: all), or another view of the desk.

    `feeder` is the hot one whose callers are listed; they may be of any centre.
    """

    kind: Kind
    figure: str
    centre: str | None
    view: str = ""
    feeder: str = ""


# Where an alarm is answered: by people, by looking at who waits, or in another view.
_ALERTS: Final[Mapping[str, tuple[Kind, str]]] = {
    "service_level": ("agents", "on_hand"),
    "short_of_agents": ("agents", "on_hand"),
    "no_staff": ("agents", "on_hand"),
    "not_responding": ("agents", "not_responding"),
    "longest_wait": ("stays", "waiting"),
    "abandon": ("stays", "abandoned"),
    "callbacks_late": ("view", "callbacks"),
    "danger_unanswered": ("view", "dangers"),
    "notice_due": ("view", "plans"),
}
_FIGURES: Final[Mapping[str, tuple[Kind, str]]] = {
    **{name: ("stays", name) for name in ("waiting", "offered", "answered", "abandoned", "known_outage")},
    "longest": ("stays", "waiting"),
    "service_level_30m": ("agents", "on_hand"),
    "ewt": ("stays", "waiting"),
    "callbacks": ("view", "callbacks"),
    **{state: ("agents", state) for state in STATES},
}


def behind(row: str, centre: str) -> Behind | None:
    """What Enter opens on a row of the wallboard (`alert:CODE`, `hot:FEEDER` or a figure); None where nothing lies."""
    what, _sep, name = row.partition(":")
    if what == "hot":
        return Behind("stays", "hot", None, feeder=name)
    found = _ALERTS.get(name) if what == "alert" else _FIGURES.get(row)
    if found is None:
        return None
    kind, figure = found
    return Behind(kind, figure, None if centre == ALL else centre, figure if kind == "view" else "")


def board_of(wallboard: Wallboard, centre: str) -> Board:
    """The board of a centre, that of all for one there is none of."""
    return wallboard.centres.get(centre, wallboard.all)


def state_of(agent: Agent) -> str:
    """Which of STATES an agent is in: what happens, else what the agent wants; as the service counts."""
    if agent.activity in ("reserved", "on_contact", "wrap_up"):
        return agent.activity
    if agent.intent == "logged_out" or agent.activity == "offline":
        return "logged_out"
    if agent.intent == "paused":
        return "paused"
    return "not_responding" if agent.activity == "not_responding" else "available"


def agents_behind(agents: Iterable[Agent], what: Behind) -> list[Agent]:
    """The very agents a figure counts, free ones first; `on_hand` is everybody who is not logged out."""
    wanted = {state for state in STATES if state != "logged_out"} if what.figure == "on_hand" else {what.figure}
    here = [one for one in agents if (what.centre in (None, one.centre)) and state_of(one) in wanted]
    return sorted(here, key=lambda one: (STATES.index(state_of(one)), one.centre, one.name, one.id))


def stays_behind(stays: Iterable[Segment], what: Behind) -> list[Segment]:
    """The very stays a figure counts, the longest wait first; calls back and refused ones are in none of them.

    The callers of a hot feeder are counted by the service, whatever became of them.
    """
    if what.figure == "hot":
        return list(stays)
    counted = [stay for stay in stays if not stay.callback and stay.outcome != "refused"]
    if what.figure == "answered":
        counted = [stay for stay in counted if stay.answered_at is not None]
    elif what.figure == "abandoned":
        counted = [stay for stay in counted if stay.outcome == "abandoned" and stay.answered_at is None]
    elif what.figure in ("waiting", "known_outage"):
        counted = [stay for stay in counted if still_waits(stay)]
        return sorted(counted, key=lambda stay: (stay.joined_at, stay.contact))
    return sorted(counted, key=lambda stay: (-stay.wait_s, stay.joined_at, stay.contact))


def still_waits(stay: Segment) -> bool:
    """Whether the customer waits in this stay now."""
    return stay.outcome is None and stay.answered_at is None and stay.ended_at is None


def midnight(now: datetime) -> datetime:
    """The beginning of the local day."""
    return now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def busiest_skill(contacts: Iterable[Contact]) -> str:
    """The skill most of the waiting contacts ask for; outage without any, for that is what surges."""
    counts: dict[str, int] = {}
    for contact in contacts:
        if contact.state in ("queued", "offered"):
            counts[contact.skill] = counts.get(contact.skill, 0) + 1
    return max(counts, key=lambda skill: (counts[skill], skill), default="outage")


def announcement(outages: Iterable[Outage]) -> Say:
    """What callers may be told about the largest outage: where.

    No target: it holds for one outage among many, and would still be read aloud when it has passed.
    """
    largest = max(
        (one for one in outages if one.kind == "unplanned"), key=lambda one: (one.customers_out, one.id), default=None
    )
    if largest is None:
        return Say(
            "Tổng đài đang có nhiều cuộc gọi, mong quý khách chờ hoặc để lại số để được gọi lại.",
            "We are receiving many calls; please wait, or leave your number and we will call you back.",
        )
    where = ", ".join(largest.places[:2]) or largest.device_name or largest.device
    return Say(f"{where} đang mất điện, đơn vị đang xử lý.", f"The power is out in {where}; we are working on it.")


_CSV: Final[tuple[tuple[str, Callable[[Segment], object]], ...]] = (
    ("contact", lambda stay: stay.contact),
    ("centre", lambda stay: stay.centre),
    ("queue", lambda stay: stay.queue),
    ("channel", lambda stay: stay.channel),
    ("agent", lambda stay: stay.agent),
    ("joined_at", lambda stay: stay.joined_at),
    ("answered_at", lambda stay: stay.answered_at),
    ("ended_at", lambda stay: stay.ended_at),
    ("outcome", lambda stay: stay.outcome or "open"),
    ("wait_s", lambda stay: stay.wait_s),
    ("talk_s", lambda stay: stay.talk_s),
    ("hold_s", lambda stay: stay.hold_s),
    ("acw_s", lambda stay: stay.acw_s),
    ("transferred_to", lambda stay: stay.transferred_to),
    ("callback", lambda stay: int(stay.callback)),
)


def stays_csv(stays: Sequence[Segment]) -> bytes:
    """Stays as RFC 4180 in UTF-8 with the mark by which a spreadsheet knows it; times are Vietnam's."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(name for name, _of in _CSV)
    writer.writerows([_cell(of(stay)) for _name, of in _CSV] for stay in stays)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(LOCAL).isoformat()
    text = str(value)
    # A spreadsheet takes a text that begins so for a formula.
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
