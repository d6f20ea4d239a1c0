"""The router's decision with 5,000 waiting and 500 agents of one centre, in CPU of one core; and what length costs.

Floor: the same rows read through the same index and nothing decided (`SELECT ... LIMIT 1` by skill).
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub.domain.agent import CAPACITY
from backend_stub.settings import Settings
from backend_stub.store import contact_queue, contact_rounds, migrations
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from benchmarks.common import CENTRE, figure, median, no_collection

NOW = 1_795_330_800.0
SKILLS = ("outage", "billing", "service", "general")
CLASSES = ("normal", "normal", "normal", "normal", "repeat", "hospital", "life_support", "danger")
KINDS = {"voice": True, "text": True}


def fill(waiting: int, agents: int, idle: int) -> sqlite3.Connection:
    """Return a centre in memory with so many waiting, so many agents, of whom `idle` may get an offer."""
    chance = random.Random(1)
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    migrations.apply(conn)
    conn.execute("BEGIN")
    for n in range(agents):
        user = f"u{n}"
        sql = "INSERT INTO user (id, username, name, role, centre, password_hash, created_at)"
        conn.execute(f"{sql} VALUES (?, ?, ?, 'agent', ?, '-', 0)", (user, user, user, CENTRE))
        for skill in chance.sample(SKILLS, 2):
            conn.execute("INSERT INTO user_skill VALUES (?, ?, ?)", (user, skill, chance.randint(1, 5)))
        activity = "idle" if n < idle else "on_contact"
        conn.execute(
            "INSERT INTO agent_state (user_id, intent, activity, since, centre) VALUES (?, 'available', ?, ?, ?)",
            (user, activity, NOW - chance.random() * 600, CENTRE),
        )
        if activity == "on_contact":
            _contact(conn, chance, f"h{n}", "connected", user)
    for n in range(waiting):
        _contact(conn, chance, f"c{n}", "queued", None)
    conn.execute("COMMIT")
    return conn


def _contact(conn: sqlite3.Connection, chance: random.Random, name: str, state: str, agent: str | None) -> None:
    joined = NOW - chance.random() * 1_800
    skill = chance.choice(SKILLS)
    values = (name, name, CENTRE, "zalo" if agent is None and chance.random() < 0.2 else "hotline", state, skill, skill,
              chance.randint(1, 3), chance.choice(CLASSES), joined, agent, joined)  # fmt: skip
    conn.execute(
        """INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, skill_level,
           priority_class, joined_at, address, agent, state_since)
           VALUES (?, 's', ?, ?, ?, ?, ?, ?, ?, ?, ?, '0900000000', ?, ?)""",
        values,
    )
    conn.execute(
        "INSERT INTO segment (contact, centre, channel, queue, joined_at) VALUES (?, ?, 'hotline', ?, ?)",
        (name, CENTRE, skill, joined),
    )


def cost(work: Callable[[], object], times: int = 200) -> float:
    """Return the median CPU milliseconds of one run."""
    spent = []
    with no_collection():
        for _ in range(times):
            began = time.process_time_ns()
            work()
            spent.append((time.process_time_ns() - began) / 1e6)
    return median(spent)


def main() -> None:
    """Print the figures."""
    surge = fill(5_000, 500, 0)
    sql = f"{contact_queue._HEAD}{contact_queue._ORDER} LIMIT 1"
    look = {"centre": CENTRE, "skill": "outage", "voice": True, "level": 9, "now": NOW}
    floor = cost(lambda: surge.execute(sql, look).fetchone())
    nobody = cost(lambda: contact_queue.plan(surge, CENTRE, CAPACITY, NOW), 50)
    figure("router_nobody_free", nobody, "ms", "value<=1", floor)
    agent = next(f"u{n}" for n in range(500))
    chosen = cost(lambda: contact_queue.best_for(surge, CENTRE, agent, KINDS, NOW))
    figure("next_of_5000", chosen, "ms", "value<=1", floor)
    few = fill(50, 500, 0)
    short = cost(lambda: contact_queue.best_for(few, CENTRE, agent, KINDS, NOW))
    figure("next_5000_against_50", chosen, "ms", "ratio<=1.5", short)
    one = fill(5_000, 500, 1)
    planned = cost(lambda: contact_queue.plan(one, CENTRE, CAPACITY, NOW))
    figure("router_one_agent_free", planned, "ms", "value<=1", floor)
    calm = fill(1, 500, 500)
    planned = cost(lambda: contact_queue.plan(calm, CENTRE, CAPACITY, NOW))
    figure("router_one_contact_500_free", planned, "ms", "value<=1", floor)
    full = fill(5_000, 500, 500)
    pairs = len(contact_queue.plan(full, CENTRE, CAPACITY, NOW))
    planned = cost(lambda: contact_queue.plan(full, CENTRE, CAPACITY, NOW), 5) / pairs
    figure("router_500_offers_each", planned, "ms", "value<=1", floor)

    full.execute("BEGIN")
    floor_write = cost(lambda: full.execute("UPDATE contact SET version = version + 1 WHERE id = 'c1'"))
    began = time.process_time_ns()
    made = contact_rounds.route(Tx(full, NOW), Settings())
    figure("offer_stored_each", (time.process_time_ns() - began) / 1e6 / made, "ms", "value<=2", floor_write)


if __name__ == "__main__":
    main()
