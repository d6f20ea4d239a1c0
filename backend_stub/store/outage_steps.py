"""The steps of an outage as stored: who went out together and came back together, and through which transformers."""

from collections.abc import Collection

import msgspec

from backend_stub.domain import outage as rules
from backend_stub.domain.outage import Split, StepFigures
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def figures(conn: sqlite3.Connection, outage_id: str) -> list[StepFigures]:
    """The outage's steps in order."""
    sql = "SELECT customers, out_at, restored_at FROM outage_step WHERE outage = ? ORDER BY position"
    return [StepFigures(*row) for row in conn.execute(sql, (outage_id,))]


def with_devices(conn: sqlite3.Connection, outage_id: str) -> list[tuple[StepFigures, list[str]]]:
    """The outage's steps in order, each with the transformers known to have come back in it."""
    sql = """SELECT customers, out_at, restored_at, (SELECT json_group_array(device ORDER BY device)
        FROM outage_step_device d WHERE d.outage = s.outage AND d.position = s.position)
        FROM outage_step s WHERE outage = ? ORDER BY position"""
    decode = msgspec.json.Decoder(list[str]).decode
    return [(StepFigures(*row[:3]), decode(row[3])) for row in conn.execute(sql, (outage_id,))]


def back_since(conn: sqlite3.Connection, outage_id: str) -> dict[str, float]:
    """The transformers that are back while the outage lasts, with the time (epoch seconds); none after a new cut."""
    sql = """SELECT device, s.restored_at FROM outage_step_device d JOIN outage_step s USING (outage, position)
        WHERE outage = ? AND s.restored_at IS NOT NULL
        AND s.out_at = (SELECT max(out_at) FROM outage_step WHERE outage = d.outage)"""
    return {str(row[0]): float(row[1]) for row in conn.execute(sql, (outage_id,))}


def begin(tx: Tx, outage_id: str, customers: int, out_at: float, restored_at: float | None) -> None:
    """Append a step: customers who went out together."""
    sql = (
        "INSERT INTO outage_step (outage, position, customers, out_at, restored_at)"
        " SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ? FROM outage_step WHERE outage = ?"
    )
    tx.conn.execute(sql, (outage_id, customers, out_at, restored_at, outage_id))


def end_all(tx: Tx, outage_id: str, back_at: float | None = None) -> None:
    """Bring back whoever is still out, at `back_at` (epoch seconds) or now."""
    sql = "UPDATE outage_step SET restored_at = max(out_at, ?) WHERE outage = ? AND restored_at IS NULL"
    tx.conn.execute(sql, (tx.now if back_at is None else back_at, outage_id))


def clear(tx: Tx, outage_id: str) -> None:
    """Forget the steps, for a source that knows them better."""
    for table in ("outage_step_device", "outage_step"):
        tx.conn.execute(f"DELETE FROM {table} WHERE outage = ?", (outage_id,))


def store(tx: Tx, outage_id: str, change: Split, devices: Collection[str]) -> None:
    """Keep what a restoration did to the open step: those who are back before those who stay out."""
    where = "WHERE outage = ? AND restored_at IS NULL"
    position = int(tx.conn.execute(f"SELECT position FROM outage_step {where}", (outage_id,)).fetchone()[0])
    if change.rest is not None:
        sql = f"UPDATE outage_step SET customers = ?, position = position + 1 {where}"
        tx.conn.execute(sql, (change.rest.customers, outage_id))
        sql = "INSERT INTO outage_step (outage, position, customers, out_at, restored_at) VALUES (?, ?, ?, ?, ?)"
        tx.conn.execute(sql, (outage_id, position, *change.back))
    else:
        tx.conn.execute(f"UPDATE outage_step SET restored_at = ? {where}", (change.back.restored_at, outage_id))
    rows = [(outage_id, position, device) for device in sorted(devices)]
    tx.conn.executemany("INSERT INTO outage_step_device (outage, position, device) VALUES (?, ?, ?)", rows)


def remeasure(tx: Tx, outage_id: str, total: int) -> None:
    """Let the open step follow the grid: with those back already it makes up `total`, the customers below now."""
    past = figures(tx.conn, outage_id)
    still = rules.open_step(past)
    if still is None:
        return
    back = sum(step.customers for step in past if step.restored_at is not None and step.out_at == still.out_at)
    sql = "UPDATE outage_step SET customers = ? WHERE outage = ? AND restored_at IS NULL"
    tx.conn.execute(sql, (max(0, total - back), outage_id))
