"""The grid as stored: devices, the way up to the substation, and who hangs below.

Each device has a row with its path and its counts (triggers keep the customers'): both are one look-up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from agent_tui import wire
from backend_stub.store.driver import sqlite3

# No grid is deeper; the bound also ends a walk over damaged data.
MAX_DEPTH = 40

_DEVICES_BELOW = """WITH RECURSIVE below (code, depth) AS (
    SELECT code, 0 FROM device WHERE code = ?
    UNION SELECT device.code, depth + 1 FROM device JOIN below ON device.parent = below.code WHERE depth < 40
)
SELECT code FROM below ORDER BY depth, code"""
_PATH = """SELECT device.code, device.kind, device.name FROM device_node node JOIN json_each(node.path) above
    JOIN device ON device.code = above.value WHERE node.device = ? ORDER BY above.key"""
_PATHS = """WITH RECURSIVE tree (code, path, depth) AS (
    SELECT code, json_array(code), 1 FROM device WHERE parent IS NULL
    UNION ALL SELECT d.code, '[' || json_quote(d.code) || ',' || substr(tree.path, 2), depth + 1
    FROM device d JOIN tree ON d.parent = tree.code WHERE depth < 40
)
INSERT INTO device_node (device, path) SELECT code, path FROM tree WHERE true
ON CONFLICT (device) DO UPDATE SET path = excluded.path WHERE path <> excluded.path"""
_FED = """UPDATE device_node SET customers = fed.n FROM (
    SELECT transformer, count(*) AS n FROM customer WHERE status <> 'closed' AND transformer IS NOT NULL GROUP BY 1
) fed WHERE fed.transformer = device_node.device"""
_COUNTS = """UPDATE device_node SET customers = got.customers, transformers = got.transformers FROM (
    SELECT above.value AS device, sum(node.customers) AS customers, count(*) AS transformers
    FROM device JOIN device_node node ON node.device = device.code JOIN json_each(node.path) above
    WHERE device.kind = 'transformer' GROUP BY 1
) got WHERE got.device = device_node.device"""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One piece of the grid as imported; `parent` is None for a substation."""

    code: str
    kind: wire.DeviceKind
    parent: str | None
    name: str
    commune: str


def get(conn: sqlite3.Connection, code: str) -> DeviceRow | None:
    """Return a device by code, None when there is none."""
    row = conn.execute("SELECT code, kind, parent, name, commune FROM device WHERE code = ?", (code,)).fetchone()
    return None if row is None else DeviceRow(*row)


def every(conn: sqlite3.Connection) -> dict[str, DeviceRow]:
    """Return the whole grid by code (a few hundred bytes a device)."""
    rows = conn.execute("SELECT code, kind, parent, name, commune FROM device")
    return {row[0]: DeviceRow(*row) for row in rows}


def transformers(conn: sqlite3.Connection) -> set[str]:
    """Return the codes of all transformers."""
    return {str(row[0]) for row in conn.execute("SELECT code FROM device WHERE kind = 'transformer'")}


def upsert_many(conn: sqlite3.Connection, rows: Iterable[DeviceRow]) -> None:
    """Insert or change devices in the open transaction; parents come before what hangs below them."""
    conn.executemany(
        "INSERT INTO device (code, kind, parent, name, commune) VALUES (?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE"
        " SET kind = excluded.kind, parent = excluded.parent, name = excluded.name, commune = excluded.commune",
        ((row.code, row.kind, row.parent, row.name, row.commune) for row in rows),
    )
    renumber(conn)


def recount(conn: sqlite3.Connection) -> None:
    """Count the customers below every device anew, after a load that left it."""
    conn.execute("UPDATE device_node SET customers = 0")
    conn.execute(_FED)
    renumber(conn)


def renumber(conn: sqlite3.Connection) -> None:
    """Work out every device's path and counts anew; transformers know their own customers, whatever moved."""
    conn.execute(_PATHS)
    upper = "SELECT code FROM device WHERE kind <> 'transformer'"
    conn.execute(f"UPDATE device_node SET customers = 0, transformers = 0 WHERE device IN ({upper})")
    conn.execute(_COUNTS)
    conn.execute("INSERT INTO grouping_news DEFAULT VALUES")


def network_path(conn: sqlite3.Connection, device: str | None) -> list[wire.Device]:
    """Return the devices from `device` up to its substation, the device first; empty when it is unknown."""
    rows = conn.execute(_PATH, (device,))
    return [wire.Device(row[0], cast("wire.DeviceKind", row[1]), row[2]) for row in rows]


def devices_below(conn: sqlite3.Connection, device: str) -> list[str]:
    """Return the codes of the device and of everything fed through it, from the top down."""
    return [str(row[0]) for row in conn.execute(_DEVICES_BELOW, (device,))]


def customers_below(conn: sqlite3.Connection, device: str) -> int:
    """Return how many customers (not closed ones) are fed through the device."""
    row = conn.execute("SELECT customers FROM device_node WHERE device = ?", (device,)).fetchone()
    return 0 if row is None else int(row[0])
