"""What the wallboard reads beside the stays: agents, promises, known outages, scores, feeds, callers of feeders."""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from backend_stub.domain import hot_feeders
from backend_stub.domain import outage as outage_rules
from backend_stub.domain.contact import LIVE
from backend_stub.domain.hot_feeders import Seen
from backend_stub.store.driver import sqlite3
from backend_stub.store.trouble_calls import CALLER

STATES: Final = ("available", "reserved", "on_contact", "wrap_up", "paused", "not_responding", "logged_out")
# On duty: with a contact or free for one.
STAFF: Final = ("available", "reserved", "on_contact", "wrap_up")
_KNOWN: Final = ", ".join(f"'{status}'" for status in sorted(outage_rules.KNOWN | {"active"}))
_LIVE: Final = ", ".join(f"'{state}'" for state in LIVE)
_PATH: Final = msgspec.json.Decoder(list[str])


class Crew(Struct, frozen=True):
    """The agents of a centre by state, and who is paused for what."""

    states: dict[str, int]
    reasons: dict[str, int]

    @property
    def staff(self) -> int:
        """How many are on duty."""
        return sum(self.states[state] for state in STAFF)


class Promises(Struct, frozen=True):
    """Call backs that wait: how many, and the oldest promised moment."""

    count: int = 0
    oldest: float | None = None


class Scores(Struct, frozen=True):
    """What customers said and accepted: scores (1..5), self-service offered and accepted."""

    count: int = 0
    total: int = 0
    offered: int = 0
    accepted: int = 0


class Feed(Struct, frozen=True):
    """When a centre was heard last and since when its data have a gap; `expected` when a PBX should be heard."""

    heard_at: float
    gap_since: float | None = None
    expected: bool = True


def crews(conn: sqlite3.Connection) -> dict[str, Crew]:
    """Return the agents of each centre by state; leads count while they work."""
    sql = """SELECT u.centre, coalesce(s.intent, 'logged_out'), coalesce(s.activity, 'offline'), s.reason, count(*)
             FROM user u LEFT JOIN agent_state s ON s.user_id = u.id
             WHERE NOT u.disabled AND (u.role = 'agent' OR u.role = 'lead' AND s.intent <> 'logged_out')
             GROUP BY 1, 2, 3, 4"""
    found: dict[str, Crew] = {}
    for centre, intent, activity, reason, count in conn.execute(sql):
        crew = found.setdefault(centre, Crew(dict.fromkeys(STATES, 0), {}))
        state = state_of(intent, activity)
        crew.states[state] += count
        if state == "paused":
            crew.reasons[reason or ""] = crew.reasons.get(reason or "", 0) + count
    return found


def state_of(intent: str, activity: str) -> str:
    """Return which of STATES an agent is in: what happens, else what the agent wants."""
    if activity in ("reserved", "on_contact", "wrap_up"):
        return activity
    if intent == "logged_out" or activity == "offline":
        return "logged_out"
    if intent == "paused":
        return "paused"
    return "not_responding" if activity == "not_responding" else "available"


def promises(conn: sqlite3.Connection) -> dict[str, Promises]:
    """Return the call backs that wait in each centre: from the queue, from agents and after outages.

    Those after an outage have no promised moment: a `callback_at` beside one is of an earlier call that was made.
    """
    sql = """SELECT centre, count(*), min(at) FROM (
        SELECT centre, coalesce(callback_at, state_since) AS at FROM contact WHERE state = 'callback_waiting'
        UNION ALL SELECT centre, NULL FROM contact WHERE callback = 1 AND state <> 'callback_waiting'
    ) GROUP BY centre"""
    return {centre: Promises(count, oldest) for centre, count, oldest in conn.execute(sql)}


def known_outage(conn: sqlite3.Connection) -> set[str]:
    """Return which waiting contacts have their outage known: attached to one, or below a device that is out."""
    out = {row[0] for row in conn.execute(f"SELECT device FROM outage WHERE status IN ({_KNOWN})")}
    # Every live state written out, not only the two that wait: else SQLite does not use the index of live contacts.
    sql = f"""SELECT c.id, c.outage, node.path FROM contact c INDEXED BY contact_live
              LEFT JOIN customer u ON u.code = c.customer LEFT JOIN device_node node ON node.device = u.transformer
              WHERE c.state IN ({_LIVE}) AND c.state IN ('queued', 'offered')
              AND (c.outage IS NOT NULL OR c.customer IS NOT NULL)"""
    cursor = conn.cursor()
    cursor.row_factory = None
    return {
        contact
        for contact, outage, path in cursor.execute(sql)
        if outage is not None or (out and path is not None and not out.isdisjoint(_PATH.decode(path)))
    }


def scores(conn: sqlite3.Connection, start: float, end: float) -> dict[str, list[tuple[float, Scores]]]:
    """Return, by centre, what customers whose contact joined in [start, end) said, each with its joining."""
    found: dict[str, list[tuple[float, Scores]]] = {}
    sql = """SELECT c.centre, c.joined_at, csat.score FROM csat JOIN contact c ON c.id = csat.contact
             WHERE csat.at >= ? AND c.joined_at >= ? AND c.joined_at < ?"""
    for centre, joined_at, score in conn.execute(sql, (start, start, end)):
        found.setdefault(centre, []).append((joined_at, Scores(1, score)))
    sql = """SELECT c.centre, c.joined_at, s.accepted FROM self_service s JOIN contact c ON c.id = s.contact
             WHERE s.at >= ? AND c.joined_at >= ? AND c.joined_at < ?"""
    for centre, joined_at, accepted in conn.execute(sql, (start, start, end)):
        found.setdefault(centre, []).append((joined_at, Scores(offered=1, accepted=accepted)))
    return found


def added(parts: Iterable[Scores]) -> Scores:
    """Return the sum of scores."""
    whole = [0, 0, 0, 0]
    for part in parts:
        for n, value in enumerate((part.count, part.total, part.offered, part.accepted)):
            whole[n] += value
    return Scores(*whole)


def contained(conn: sqlite3.Connection, start: float, end: float) -> list[tuple[str, float]]:
    """Return (centre, moment) of the callers whom the announcement served in [start, end)."""
    rows = conn.execute("SELECT centre, at FROM contained WHERE at >= ? AND at < ?", (start, end))
    return [(row[0], row[1]) for row in rows]


def feeds(conn: sqlite3.Connection) -> dict[str, Feed]:
    """Return the telephone feeds by centre; one without a PBX has none."""
    rows = conn.execute("SELECT centre, heard_at, gap_since FROM feed")
    return {row[0]: Feed(row[1], row[2]) for row in rows}


def feeder_callers(conn: sqlite3.Connection, since: float) -> dict[str, int]:
    """Return how many different customers reported trouble on each feeder since a moment: one who redials is one."""
    sql = f"""SELECT feeder, count(DISTINCT {CALLER}) FROM trouble_call
             WHERE at >= ? AND feeder IS NOT NULL GROUP BY feeder"""
    return {row[0]: row[1] for row in conn.execute(sql, (since,))}


def feeders_seen(conn: sqlite3.Connection, since: float) -> tuple[dict[str, Seen], float, int]:
    """Return what was seen on each feeder that had callers, the days looked at, and how many feeders there are."""
    days = conn.execute("SELECT count(DISTINCT day) FROM feeder_day WHERE day >= ?", (since,)).fetchone()[0]
    rows = conn.execute("SELECT feeder, sum(callers) FROM feeder_day WHERE day >= ? GROUP BY feeder", (since,))
    seen = {row[0]: Seen(row[1], days) for row in rows if row[0]}
    feeders = conn.execute("SELECT count(*) FROM device WHERE kind = 'feeder'").fetchone()[0]
    return seen, float(days), int(feeders)


def feeder_names(conn: sqlite3.Connection, hot: Iterable[hot_feeders.Hot]) -> dict[str, str]:
    """Return the names of feeders."""
    listed = msgspec.json.encode([one.feeder for one in hot]).decode()
    rows = conn.execute("SELECT code, name FROM device WHERE code IN (SELECT value FROM json_each(?))", (listed,))
    return {row[0]: row[1] for row in rows}
