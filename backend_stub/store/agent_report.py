"""The agents' day: the time in each state, and what was handled in it."""

from datetime import date
from typing import Final

from msgspec import Struct

from agent_tui import wire
from backend_stub.domain import metrics
from backend_stub.domain.localtime import midnight
from backend_stub.store.board_figures import STATES, state_of
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


def agents(conn: sqlite3.Connection, day: date, centre: str | None, now: float) -> wire.AgentReport:
    """Return the day of every agent and lead of a centre, or of all (None), who worked on it; by user name."""
    start = midnight(day)
    end = min(now, start + DAY_S)
    times = _times(conn, start, end, now)
    # A call back's stay began when the customer joined, days ago perhaps.
    rows = conn.execute(_HANDLED, (start - 7 * DAY_S, end, start, end))
    handled = {row[0]: Handled(*tuple(row)[1:]) for row in rows}
    missed = {row[0]: row[1] for row in conn.execute(_MISSED, {"start": start, "end": end})}
    sql = "SELECT id, username, name, centre FROM user WHERE ? IS NULL OR centre = ? ORDER BY username"
    return wire.AgentReport(
        day.isoformat(),
        centre or "all",
        {name: metrics.FORMULAS[name] for name in ("AHT", "OCC", "UTIL")},
        [
            _row(row, times.get(row["id"], {}), handled.get(row["id"], Handled()), missed.get(row["id"], 0))
            for row in conn.execute(sql, (centre, centre))
            if row["id"] in times or row["id"] in handled
        ],
    )


def _times(conn: sqlite3.Connection, start: float, end: float, now: float) -> dict[str, dict[str, float]]:
    """Return the seconds of each agent in each state between two moments; who was never there is not in."""
    found: dict[str, dict[str, float]] = {}
    for user, intent, activity, began, ended in conn.execute(_SPELLS, (start, end + 7 * DAY_S, end, now, end)):
        state, seconds = state_of(intent, activity), min(ended, end) - max(began, start)
        if seconds > 0 and state != "logged_out":
            spent = found.setdefault(user, dict.fromkeys(STATES, 0.0))
            spent[state] += seconds
    return found


def _row(who: sqlite3.Row, spent: dict[str, float], done: Handled, missed: int) -> wire.AgentRow:
    time = {state: spent.get(state, 0.0) for state in STATES}
    logged_in = sum(time.values())
    handling = sum(time[state] for state in HANDLING)
    return wire.AgentRow(
        id=who["id"],
        username=who["username"],
        name=who["name"],
        centre=who["centre"],
        logged_in_s=logged_in,
        available_s=time["available"],
        paused_s=time["paused"],
        not_responding_s=time["not_responding"],
        ring_s=time["reserved"],
        handling_s=handling,
        handled=done.count,
        not_answered=missed,
        talk_s=done.talk_s,
        hold_s=done.hold_s,
        acw_s=done.acw_s,
        aht_s_AHT=metrics.ratio(done.talk_s + done.hold_s + done.acw_s, done.count),
        # Ringing is time with a contact: the variant of OCC with [+ring].
        occupancy_OCC=metrics.occupancy(handling + time["reserved"], time["available"]),
        utilisation_UTIL=metrics.utilisation(handling, logged_in),
    )
