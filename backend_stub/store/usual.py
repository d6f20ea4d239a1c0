"""What is usual: offered calls of every half-hour and callers of every feeder and day, kept as they end."""

from backend_stub.domain.forecast import HALF_HOUR_S, like_days
from backend_stub.domain.localtime import local, midnight
from backend_stub.settings import Settings
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.trouble_calls import CALLER

KEEP_DAYS = 28
DAY_S = 86_400.0
# So many half-hours a round: a database that begins with a month of history catches up within the hour.
AT_ONCE = 96


def keep(tx: Tx, _: Settings) -> None:
    """Count the half-hours and days that ended since the last round, and drop what is too old to be usual."""
    _half_hours(tx)
    _feeder_days(tx)
    tx.conn.execute("DELETE FROM half_hour WHERE start < ?", (tx.now - 2 * KEEP_DAYS * DAY_S,))
    tx.conn.execute("DELETE FROM feeder_day WHERE day < ?", (tx.now - 2 * KEEP_DAYS * DAY_S,))


def _half_hours(tx: Tx) -> None:
    first = _first(tx, "SELECT max(start) FROM half_hour", HALF_HOUR_S)
    if first is None:
        return
    start = first - first % HALF_HOUR_S
    end = min(tx.now - tx.now % HALF_HOUR_S, start + AT_ONCE * HALF_HOUR_S)
    if end <= start:
        return
    # A half-hour in which a centre had no calls is counted too: nothing is usual then.
    tx.conn.execute(
        """INSERT OR IGNORE INTO half_hour (centre, start, offered)
        WITH span (start) AS (SELECT :start UNION ALL SELECT start + :step FROM span WHERE start + :step < :end),
        counted (centre, start, n) AS (SELECT centre, CAST(joined_at / :step AS INTEGER) * :step, count(*) FROM segment
            WHERE joined_at >= :start AND joined_at < :end AND callback = 0 AND outcome IS NOT 'refused' GROUP BY 1, 2)
        SELECT place.centre, span.start, coalesce(counted.n, 0)
        FROM span JOIN (SELECT DISTINCT centre FROM user) place
        LEFT JOIN counted ON counted.centre = place.centre AND counted.start = span.start""",
        {"start": start, "end": end, "step": HALF_HOUR_S},
    )


def _feeder_days(tx: Tx) -> None:
    first = _first(tx, "SELECT max(day) FROM feeder_day", DAY_S)
    if first is None:
        return
    today = midnight(local(tx.now).date())
    day = midnight(local(first).date())
    while day < today:
        # The row without a feeder says that the day was counted, however quiet it was.
        tx.conn.execute("INSERT OR IGNORE INTO feeder_day (feeder, day, callers) VALUES ('', ?, 0)", (day,))
        tx.conn.execute(
            f"""INSERT OR IGNORE INTO feeder_day (feeder, day, callers)
            SELECT feeder, ?, count(DISTINCT {CALLER}) FROM trouble_call
            WHERE at >= ? AND at < ? AND feeder IS NOT NULL GROUP BY feeder""",
            (day, day, day + DAY_S),
        )
        day += DAY_S


def _first(tx: Tx, last: str, step: float) -> float | None:
    """Return the first moment not counted yet: after the last, else the first contact of the last weeks."""
    kept = tx.conn.execute(last).fetchone()[0]
    if kept is not None:
        return float(kept) + step
    sql = "SELECT min(joined_at) FROM segment WHERE joined_at >= ?"
    oldest = tx.conn.execute(sql, (tx.now - KEEP_DAYS * DAY_S,)).fetchone()[0]
    return None if oldest is None else float(oldest)


def like(conn: sqlite3.Connection, start: float) -> dict[str, list[float]]:
    """Return, by centre, the calls of the same half-hour on the like days of the last weeks."""
    found: dict[str, list[float]] = {}
    for moment in like_days(start, KEEP_DAYS):
        for centre, offered in conn.execute("SELECT centre, offered FROM half_hour WHERE start = ?", (moment,)):
            found.setdefault(centre, []).append(offered)
    return found
