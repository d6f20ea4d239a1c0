"""The grid as stored: devices, the way up to the substation, and who hangs below."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from agent_tui import wire
from backend_stub.store.driver import sqlite3

# A path never gets longer than the grid is deep; the bound also ends a walk over damaged data.
MAX_DEPTH = 40

_DEVICES_BELOW = """WITH RECURSIVE below (code, depth) AS (
    SELECT code, 0 FROM device WHERE code = ?
    UNION SELECT device.code, depth + 1 FROM device JOIN below ON device.parent = below.code WHERE depth < 40
)
SELECT code FROM below ORDER BY depth, code"""
_CUSTOMERS_BELOW = """WITH RECURSIVE below (code, depth) AS (
    SELECT code, 0 FROM device WHERE code = ?
    UNION SELECT device.code, depth + 1 FROM device JOIN below ON device.parent = below.code WHERE depth < 40
)
SELECT count(*) FROM below JOIN customer ON customer.transformer = below.code WHERE customer.status <> 'closed'"""


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


def network_path(conn: sqlite3.Connection, device: str | None) -> list[wire.Device]:
    """Return the devices from `device` up to its substation, the device first; empty when it is unknown."""
    path: list[wire.Device] = []
    seen: set[str] = set()
    while device is not None and device not in seen and len(path) < MAX_DEPTH:
        seen.add(device)
        row = conn.execute("SELECT code, kind, name, parent FROM device WHERE code = ?", (device,)).fetchone()
        if row is None:
            break
        path.append(wire.Device(row[0], cast("wire.DeviceKind", row[1]), row[2]))
        device = row[3]
    return path


def devices_below(conn: sqlite3.Connection, device: str) -> list[str]:
    """Return the codes of the device and of everything fed through it, from the top down."""
    return [str(row[0]) for row in conn.execute(_DEVICES_BELOW, (device,))]


def customers_below(conn: sqlite3.Connection, device: str) -> int:
    """Return how many customers (not closed ones) are fed through the device."""
    return int(conn.execute(_CUSTOMERS_BELOW, (device,)).fetchone()[0])
