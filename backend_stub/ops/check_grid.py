"""Are the paths and counts of the grid what its devices and customers say?"""

from collections.abc import Iterator

from backend_stub.ops import bulk
from backend_stub.store.driver import sqlite3

MOST_SHOWN = 20
_PATHS = """SELECT d.code FROM device d LEFT JOIN device_node n ON n.device = d.code
    LEFT JOIN device_node above ON above.device = d.parent
    WHERE n.path IS NOT CASE WHEN d.parent IS NULL THEN json_array(d.code)
        ELSE '[' || json_quote(d.code) || ',' || substr(above.path, 2) END LIMIT ?"""
_COUNTS = """SELECT n.device FROM device_node n LEFT JOIN (
        SELECT above.value AS device, sum(fed.n) AS n FROM (
            SELECT transformer, count(*) AS n FROM customer WHERE status <> 'closed' AND transformer IS NOT NULL
            GROUP BY 1
        ) fed JOIN device_node node ON node.device = fed.transformer JOIN json_each(node.path) above GROUP BY 1
    ) got ON got.device = n.device WHERE n.customers <> coalesce(got.n, 0) LIMIT ?"""


def problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the devices whose path or whose number of customers is wrong."""
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'device_node'").fetchone() is None:
        return
    for row in conn.execute(_PATHS, (MOST_SHOWN,)):
        yield f"the path of the device {row[0]} is wrong"
    for row in conn.execute(_COUNTS, (MOST_SHOWN,)) if not bulk.is_under_way(conn) else ():
        yield f"the customers below the device {row[0]} are counted wrong"
