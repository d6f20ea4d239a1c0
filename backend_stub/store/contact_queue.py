"""The queue in the router's order: read through one index, so that nothing here costs more in a longer queue.

The index `contact_route` holds what waits (queued, and promised calls that are due) by centre, skill, kind of channel
and place; whoever looks for the next contact reads the heads of the lists that agent can serve.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from agent_tui.wire import PriorityClass
from backend_stub.domain import routing
from backend_stub.domain.contact import ChannelClass
from backend_stub.domain.routing import ANY_LEVEL, FORGIVE_S, RELAX_EVERY_S, Ready, Waiting
from backend_stub.store.contact_rows import pack, strings
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

# A surge is worked off in rounds, so that nobody's change waits long behind one.
MOST_A_ROUND: Final = 100

_COLUMNS: Final = "id, joined_at, skill, skill_level, priority_class, score_adj, excluded, voice, state_since"
# The level falls by one for every minute waited, but never for the absolute classes (rank 0).
_HEAD: Final = f"""SELECT {_COLUMNS} FROM contact INDEXED BY contact_route
    WHERE waits = 1 AND centre = :centre AND skill = :skill AND voice = :voice
    AND (skill_level <= :level
         OR route_rank = 1 AND joined_at <= :now - {RELAX_EVERY_S} * (skill_level - :level))"""
_ORDER: Final = " ORDER BY route_rank, route_key, id"
_NOT_FROM: Final = f" AND (instr(excluded, :agent) = 0 OR state_since <= :now - {FORGIVE_S})"
_IDLE: Final = """FROM agent_state s INDEXED BY agent_ready
    WHERE s.centre = :centre AND s.intent = 'available' AND s.pending IS NULL AND s.activity = 'idle'"""
# Of a big idle floor only the best of each skill are read, as many as could be needed.
_BEST: Final = """SELECT k.user_id, k.level, s.since
    FROM user_skill k INDEXED BY user_skill_by_level CROSS JOIN agent_state s ON s.user_id = k.user_id
    WHERE k.skill = :skill AND s.centre = :centre AND s.intent = 'available' AND s.pending IS NULL
    AND s.activity = 'idle' ORDER BY k.level DESC, s.since LIMIT :most"""
_NO_SKILL: Final = " AND NOT EXISTS (SELECT 1 FROM user_skill k WHERE k.user_id = s.user_id)"
_TEXTING: Final = """SELECT c.agent, count(*), s.since FROM contact c INDEXED BY contact_texts
    CROSS JOIN agent_state s ON s.user_id = c.agent
    WHERE c.centre = :centre AND c.state IN ('connected', 'held', 'wrap_up') AND c.channel <> 'hotline'
    AND s.intent = 'available' AND s.pending IS NULL AND s.activity = 'on_contact'
    AND NOT EXISTS (SELECT 1 FROM contact h INDEXED BY contact_in_hand WHERE h.agent = c.agent
                    AND h.state IN ('connected', 'held', 'wrap_up') AND h.channel = 'hotline')
    AND NOT EXISTS (SELECT 1 FROM contact o INDEXED BY contact_offers WHERE o.offered_to = c.agent
                    AND o.state = 'offered')
    GROUP BY c.agent HAVING count(*) < :places"""
# Up to here an idle floor is read as it is.
_FEW: Final = 50


def mark_due(tx: Tx) -> None:
    """Let promised calls whose time has come wait among the others; they keep their `joined_at`."""
    sql = "UPDATE contact SET due = 1 WHERE state = 'callback_waiting' AND due = 0 AND callback_at <= ?"
    tx.conn.execute(sql, (tx.now,))


def waiting_of(row: sqlite3.Row) -> Waiting:
    """Return what the router needs of a contact's row."""
    went_back = frozenset(strings(row["excluded"]))
    return Waiting(
        row["id"], row["joined_at"], row["skill"], row["skill_level"], row["priority_class"], row["score_adj"],
        went_back, bool(row["voice"]), row["state_since"],
    )  # fmt: skip


def skills_waiting(conn: sqlite3.Connection, centre: str) -> list[str]:
    """Return the skills somebody waits for, one look into the index each."""
    sql = "SELECT min(skill) FROM contact INDEXED BY contact_route WHERE waits = 1 AND centre = ? AND skill > ?"
    found: list[str] = []
    while (skill := conn.execute(sql, (centre, found[-1] if found else "")).fetchone()[0]) is not None:
        found.append(skill)
    return found


def best_for(
    conn: sqlite3.Connection, centre: str, agent: str, kinds: Mapping[ChannelClass, bool], now: float
) -> Waiting | None:
    """Return what this agent should take next of the kinds of channel for which there is a place, or None."""
    skills = dict(conn.execute("SELECT skill, level FROM user_skill WHERE user_id = ?", (agent,)).fetchall())
    heads: list[Waiting] = []
    for skill in skills or skills_waiting(conn, centre):
        wanted = {"centre": centre, "skill": skill, "level": skills.get(skill, ANY_LEVEL), "now": now}
        for kind, free in kinds.items():
            if free:
                values = {**wanted, "voice": kind == "voice", "agent": f'"{agent}"'}
                row = conn.execute(_HEAD + _NOT_FROM + _ORDER + " LIMIT 1", values).fetchone()
                heads += [] if row is None else [_waiting(row)]
    return min(heads, key=routing.order_key, default=None)


def plan(
    conn: sqlite3.Connection, centre: str, places: Mapping[ChannelClass, int], now: float
) -> list[tuple[Waiting, Ready]]:
    """Return which contact should ring at whom in a centre; every agent at most once."""
    skills = skills_waiting(conn, centre)
    agents = ready(conn, centre, skills, places) if skills else []
    heads: list[Iterator[Waiting]] = []
    for skill in skills if agents else ():
        for voice in (True, False):
            level = max((one.level(skill) for one in agents if (one.voice if voice else one.text)), default=0)
            if level:
                values = {"centre": centre, "skill": skill, "voice": voice, "level": level, "now": now}
                heads.append(map(_waiting, conn.execute(_HEAD + _ORDER, values)))
    return routing.match(heads, agents, now)


def ready(conn: sqlite3.Connection, centre: str, skills: list[str], places: Mapping[ChannelClass, int]) -> list[Ready]:
    """Return the agents who may get an offer: idle ones, and those with texts only for another text.

    Somebody who talks is left alone, whatever places are free, and nobody is rung twice at a time.
    """
    idle = conn.execute(f"SELECT s.user_id, s.since {_IDLE} LIMIT {_FEW + 1}", {"centre": centre}).fetchall()
    if len(idle) > _FEW:
        agents = _best(conn, centre, skills)
    else:
        known = _skills(conn, [row[0] for row in idle])
        agents = [Ready(user, since, known.get(user, {}), user not in known) for user, since in idle]
    texts = "SELECT 1 FROM contact INDEXED BY contact_route WHERE waits = 1 AND centre = ? AND skill = ? AND voice = 0"
    if any(conn.execute(texts + " LIMIT 1", (centre, skill)).fetchone() for skill in skills):
        writing = conn.execute(_TEXTING, {"centre": centre, "places": places["text"]}).fetchall()
        known = _skills(conn, [row[0] for row in writing])
        for user, _, since in writing:
            agents.append(Ready(user, since, known.get(user, {}), user not in known, voice=False))
    return agents


def _best(conn: sqlite3.Connection, centre: str, skills: list[str]) -> list[Ready]:
    """Return of many idle agents the best of each skill, and those without skills where these may not do."""
    count = (
        "SELECT count(*) FROM (SELECT 1 FROM contact INDEXED BY contact_route WHERE waits = 1 AND centre = ? LIMIT ?)"
    )
    needed = int(conn.execute(count, (centre, MOST_A_ROUND)).fetchone()[0])
    since_of: dict[str, float] = {}
    levels: dict[str, dict[str, int]] = {}
    # A few more than needed: some may have missed the very contact.
    most, short = needed + _FEW, False
    for skill in skills:
        found = conn.execute(_BEST, {"skill": skill, "centre": centre, "most": most}).fetchall()
        short |= len(found) < most
        for user, level, since in found:
            since_of[user] = since
            levels.setdefault(user, {})[skill] = level
    agents = [Ready(user, since_of[user], known) for user, known in levels.items()]
    if short:
        sql = f"SELECT s.user_id, s.since {_IDLE}{_NO_SKILL} ORDER BY s.since LIMIT :most"
        rows = conn.execute(sql, {"centre": centre, "most": most})
        agents += [Ready(user, since, generalist=True) for user, since in rows]
    return agents


def _skills(conn: sqlite3.Connection, users: list[str]) -> dict[str, dict[str, int]]:
    sql = "SELECT user_id, skill, level FROM user_skill WHERE user_id IN (SELECT value FROM json_each(?))"
    found: dict[str, dict[str, int]] = {}
    for user, skill, level in conn.execute(sql, (pack(users),)) if users else ():
        found.setdefault(user, {})[skill] = level
    return found


def depth(conn: sqlite3.Connection, now: float) -> dict[str, tuple[int, float]]:
    """Return how many wait in each queue and how long the first has (seconds); a promised call is no wait."""
    sql = """SELECT queue, count(*), min(joined_at) FROM contact INDEXED BY contact_queued
             WHERE state = 'queued' GROUP BY queue"""
    return {queue: (count, max(0.0, now - joined_at)) for queue, count, joined_at in conn.execute(sql)}


def _waiting(row: tuple[str, float, str, int, PriorityClass, float, str, int, float] | sqlite3.Row) -> Waiting:
    went_back = frozenset(strings(row[6]) if row[6] != "[]" else ())
    return Waiting(row[0], row[1], row[2], row[3], row[4], row[5], went_back, bool(row[7]), row[8])
