"""Wallboard of five centres and interval report of a day of 19,178 calls, against bare reads of the same rows."""

import random
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub.domain.forecast import DAY_SHARES
from backend_stub.domain.localtime import midnight
from backend_stub.reference.catalogue import corporations
from backend_stub.settings import Settings
from backend_stub.store import connect, gate, migrations, reports
from backend_stub.store.driver import sqlite3
from backend_stub.store.wallboard import Boards
from benchmarks.common import figure, median, no_collection, scratch

CALLS = 19_178
DAY = date(2026, 11, 23)
ROUNDS = 15
AGENTS = 300
CHANNELS = ("hotline",) * 7 + ("zalo", "app", "webchat")
WAITING = 2_000
CONTACT = """INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, priority_class,
    joined_at, address, state_since) VALUES (?, 's', ?, ?, ?, ?, 'outage', 'outage', 'normal', ?, '', ?)"""
STAY = """INSERT INTO segment (contact, centre, channel, queue, joined_at, agent, answered_at, ended_at, acw_s, outcome)
    VALUES (?, ?, ?, 'outage', ?, 'u1', ?, ?, 20, ?)"""
OUTCOMES = ("answered",) * 85 + ("abandoned",) * 12 + ("withdrawn",) * 2 + ("timeout",)


def fill(conn: sqlite3.Connection, now: float) -> None:
    """Store a day of calls up to `now`, a few still waiting or talking, and agents at work."""
    rng, start = random.Random(1), midnight(DAY)
    centres = list(corporations())
    conn.execute("BEGIN")
    for n in range(AGENTS):
        add_agent(conn, n, rng.choice(centres), now)
    hours = rng.choices(range(24), DAY_SHARES, k=CALLS)
    # Stored in the order they came, as a service does.
    for n, joined in enumerate(sorted(start + (hour + rng.random()) * 3_600 for hour in hours)):
        add_call(conn, n, rng, rng.choice(centres), joined, now)
    conn.execute("COMMIT")


def add_agent(conn: sqlite3.Connection, n: int, centre: str, now: float) -> None:
    conn.execute(
        """INSERT INTO user (id, username, name, role, centre, password_hash, created_at)
           VALUES (?, ?, 'A', 'agent', ?, '', 0)""",
        (f"u{n}", f"a{n}", centre),
    )
    conn.execute(
        "INSERT INTO agent_state (user_id, intent, activity, since) VALUES (?, 'available', ?, ?)",
        (f"u{n}", ("idle", "on_contact", "wrap_up")[n % 3], now - 60),
    )


def add_call(conn: sqlite3.Connection, n: int, rng: random.Random, centre: str, joined: float, now: float) -> None:
    channel, outcome = rng.choice(CHANNELS), rng.choice(OUTCOMES)
    answered = joined + rng.expovariate(1 / 35) if outcome == "answered" else None
    ended = (answered or joined) + min(900, rng.lognormvariate(4.78, 0.95))
    state = "closed"
    if ended > now and joined <= now:
        answered = answered if answered is not None and answered <= now else None
        ended, outcome, state = None, None, "queued" if answered is None else "connected"
    conn.execute(CONTACT, (f"c{n}", f"x{n}", centre, channel, state, joined, joined))
    conn.execute(STAY, (f"c{n}", centre, channel, joined, answered, ended, outcome))


def queue_up(conn: sqlite3.Connection, now: float) -> None:
    """Let 2,000 more callers wait, as in a storm."""
    rng, centres = random.Random(2), list(corporations())
    conn.execute("BEGIN")
    for n in range(CALLS, CALLS + WAITING):
        joined = now - rng.random() * 900
        conn.execute(CONTACT, (f"c{n}", f"x{n}", rng.choice(centres), "hotline", "queued", joined, joined))
        conn.execute(STAY, (f"c{n}", rng.choice(centres), "hotline", joined, None, None, None))
    conn.execute("COMMIT")


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median CPU time of the work."""
    times = []
    with no_collection():
        for _ in range(ROUNDS):
            began = time.thread_time()
            work()
            times.append((time.thread_time() - began) * 1e3)
    return median(times)


def main() -> None:
    """Print the figures."""
    # In the evening: the whole day is there.
    now = midnight(DAY) + 23.9 * 3_600
    settings = Settings()
    with scratch() as place:
        path = place / connect.DATABASE
        migrations.create(path, gate.APPLICATION_ID)
        writer = sqlite3.connect(str(path), isolation_level=None)
        fill(writer, now)
        conn = connect.reader(path)
        boards = Boards()
        began = time.thread_time()
        boards.now(conn, settings, now)
        first = (time.thread_time() - began) * 1e3
        board = milliseconds(lambda: boards.now(conn, settings, now))
        count = "SELECT centre, count(*), min(joined_at) FROM segment WHERE outcome IS NULL GROUP BY centre"
        floor_board = milliseconds(lambda: conn.execute(count).fetchall())
        wanted = reports.Filter()
        report = milliseconds(lambda: reports.intervals(conn, DAY, 15, wanted, settings, now))
        rows = "SELECT joined_at, answered_at, ended_at, hold_s, acw_s, outcome FROM segment WHERE joined_at >= ?"
        floor_report = milliseconds(lambda: conn.execute(rows, (midnight(DAY),)).fetchall())
        queue_up(writer, now)
        storm = milliseconds(lambda: boards.now(conn, settings, now))
        writer.close()
        conn.close()
    figure("wallboard_5_centres_day", board, "ms", "value<=20", floor_board)
    figure("wallboard_2000_waiting", storm, "ms", "value<=20", floor_board)
    figure("wallboard_first_look", first, "ms", "value<=1000", floor_report)
    figure("interval_report_day", report, "ms", "value<=100", floor_report)


if __name__ == "__main__":
    main()
