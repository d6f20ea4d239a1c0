"""The agents' day: the time in each state, what was handled in it, and how the shift plan was kept."""

from datetime import date
from typing import Final

from msgspec import Struct

from agent_tui import wire
from backend_stub.domain import adherence, metrics
from backend_stub.domain.adherence import Kept, Planned
from backend_stub.domain.localtime import midnight
from backend_stub.store import shifts
from backend_stub.store.board_figures import STAFF, STATES, state_of
from backend_stub.store.driver import sqlite3

DAY_S: Final = 86_400.0
HANDLING: Final = ("on_contact", "wrap_up")
# A state of a week is a desk left alone, no work: without an end a day of last year would be read up to now.
_SPELLS: Final = """SELECT user_id, intent, activity, began, ended FROM agent_spell
    WHERE ended > ? AND ended < ? AND began < ?
    UNION ALL SELECT user_id, intent, activity, since, ? FROM agent_state WHERE since < ?"""
# By the end of the conversation: what an agent finished on the day, whenever the customer had joined.
_HANDLED: Final = """SELECT agent, count(*), sum(max(0, ended_at - answered_at - hold_s)), sum(hold_s), sum(acw_s)
    FROM segment WHERE joined_at >= ? AND joined_at < ? AND ended_at >= ? AND ended_at < ? AND answered_at IS NOT NULL
    AND outcome IS NOT NULL GROUP BY agent"""
# Rung until the agent did not respond, also where that still lasts: the present state is in no spell yet.
_MISSED: Final = """WITH one (user_id, activity, began, ended) AS (
        SELECT user_id, activity, began, ended FROM agent_spell
        WHERE ended > :start AND ended < :end + 604800.0 AND began <= :end
        UNION ALL SELECT user_id, activity, since, NULL FROM agent_state),
    followed AS (SELECT *, lead(activity) OVER (PARTITION BY user_id ORDER BY began) AS after FROM one)
    SELECT user_id, count(*) FROM followed WHERE activity = 'reserved' AND ended > :start AND ended <= :end
    AND after = 'not_responding' GROUP BY user_id"""


class Handled(Struct, frozen=True):
    """What an agent finished: contacts and seconds."""

    count: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    acw_s: float = 0.0


class Did(Struct):
    """What an agent did: seconds in each state, and the spans on duty and paused (epoch seconds)."""

    spent: dict[str, float]
    duty: list[adherence.Span]
    paused: list[adherence.Span]


def _nothing() -> Did:
    return Did(dict.fromkeys(STATES, 0.0), [], [])


def agents(conn: sqlite3.Connection, day: date, centre: str | None, now: float) -> wire.AgentReport:
    """Return the day of every agent and lead of a centre, or of all (None), who worked or was planned; by user name."""
    start = midnight(day)
    end = min(now, start + DAY_S)
    times = _times(conn, start, end, now)
    # A call back's stay began when the customer joined, days ago perhaps.
    rows = conn.execute(_HANDLED, (start - 7 * DAY_S, end, start, end))
    handled = {row[0]: Handled(*tuple(row)[1:]) for row in rows}
    missed = {row[0]: row[1] for row in conn.execute(_MISSED, {"start": start, "end": end})}
    plans = shifts.planned(conn, start, end)
    sql = "SELECT id, username, name, centre FROM user WHERE ? IS NULL OR centre = ? ORDER BY username"
    known = times.keys() | handled.keys() | plans.keys()
    return wire.AgentReport(
        day.isoformat(),
        centre or "all",
        {name: metrics.FORMULAS[name] for name in ("AHT", "OCC", "UTIL", "ADH", "CONF")},
        [
            _row(
                row,
                time := times.get(row["id"]) or _nothing(),
                handled.get(row["id"], Handled()),
                missed.get(row["id"], 0),
                _kept(plans.get(row["id"]), time, start, end),
            )
            for row in conn.execute(sql, (centre, centre))
            if row["id"] in known
        ],
    )


def _kept(plan: list[Planned] | None, time: Did, start: float, end: float) -> Kept | None:
    return None if plan is None else adherence.follow(plan, time.duty, time.paused, start, end)


def _times(conn: sqlite3.Connection, start: float, end: float, now: float) -> dict[str, Did]:
    """Return what each agent did between two moments; who was never there is not in."""
    found: dict[str, Did] = {}
    for user, intent, activity, began, ended in conn.execute(_SPELLS, (start, end + 7 * DAY_S, end, now, end)):
        state, begin, until = state_of(intent, activity), max(began, start), min(ended, end)
        if until <= begin or state == "logged_out":
            continue
        time = found.setdefault(user, _nothing())
        time.spent[state] += until - begin
        if state in STAFF:
            time.duty.append((begin, until))
        elif state == "paused":
            time.paused.append((begin, until))
    return found


def _row(who: sqlite3.Row, time: Did, done: Handled, missed: int, kept: Kept | None) -> wire.AgentRow:
    spent = time.spent
    logged_in = sum(spent.values())
    handling = sum(spent[state] for state in HANDLING)
    return wire.AgentRow(
        id=who["id"],
        username=who["username"],
        name=who["name"],
        centre=who["centre"],
        logged_in_s=logged_in,
        available_s=spent["available"],
        paused_s=spent["paused"],
        not_responding_s=spent["not_responding"],
        ring_s=spent["reserved"],
        handling_s=handling,
        handled=done.count,
        not_answered=missed,
        talk_s=done.talk_s,
        hold_s=done.hold_s,
        acw_s=done.acw_s,
        aht_s_AHT=metrics.ratio(done.talk_s + done.hold_s + done.acw_s, done.count),
        # Ringing is time with a contact: the variant of OCC with [+ring].
        occupancy_OCC=metrics.occupancy(handling + spent["reserved"], spent["available"]),
        utilisation_UTIL=metrics.utilisation(handling, logged_in),
        scheduled_s=None if kept is None else kept.scheduled_s,
        kept_s=None if kept is None else kept.kept_s,
        adherence_ADH=None if kept is None else kept.adherence,
        conformance_CONF=None if kept is None else kept.conformance,
    )
