"""What the engine of predicted outages decided, carried out on outages, calls and whoever was attached already."""

from collections.abc import Iterable
from typing import Final

from agent_tui import wire
from backend_stub.domain import outage as rules
from backend_stub.domain.decisions import Decisions, Predicted
from backend_stub.domain.evidence import Rules
from backend_stub.domain.grouping import Engine
from backend_stub.store import contact_moves, outages, predictions, ticket_rows, tickets, trouble_calls
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outages import Report

AUTHOR: Final = "prediction"
_GUESSED = ", ".join(f"'{status}'" for status in sorted(rules.GUESSED))
_RIPE = """SELECT o.* FROM outage o JOIN prediction p ON p.outage = o.id
    WHERE o.status = 'predicted' AND (p.calls >= ? OR p.made_at <= ?)"""
_STALE = f"""SELECT o.* FROM outage o JOIN prediction p ON p.outage = o.id
    WHERE o.status IN ({_GUESSED}) AND p.last_at < ? AND o.crew = 'none'"""
_GRID = ("device_path", "below", "priority_loads", "customers_total", "device_name", "device_kind")


def carry_out(tx: Tx, engine: Engine, decisions: Decisions) -> bool:
    """Store the decisions and tell everybody of each outage once; says whether anything was stored."""
    touched = dict.fromkeys(decisions.absorbed.values())
    _bind(tx, [(outage, call) for call, outage in decisions.absorbed.items()])
    _bind(tx, [(None, call) for call in decisions.loose])
    for one in decisions.predicted:
        outage_id = one.outage or _create(tx, engine, one)
        moved = one.outage is not None and _move(tx, outage_id, one.device)
        if predictions.store(tx, outage_id, one) or moved or one.fresh:
            touched[outage_id] = None
        _bind(tx, [(outage_id, call) for call in one.fresh])
    for gone in decisions.merged:
        into = None if gone.into is None else engine.groups[gone.into].outage
        _merge(tx, gone.outage, into)
        if into is not None:
            touched[into] = None
    for outage_id in touched:
        outages.touch(tx, outage_id)
    return bool(touched or decisions.loose or decisions.merged)


def grow_old(tx: Tx, thresholds: Rules) -> bool:
    """Make what is predicted long enough, or by enough calls, probable, and cancel what was never confirmed."""
    ripe = (thresholds.probable_calls, tx.now - thresholds.probable_s)
    rows = tx.conn.execute(_RIPE, ripe).fetchall()
    for row in rows:
        outages.change(tx, row, wire.PatchOutage(status="probable"), AUTHOR)
    stale = tx.conn.execute(_STALE, (tx.now - thresholds.forget_s,)).fetchall()
    for row in stale:
        _cancel(tx, row, "Không còn cuộc gọi nào · No more calls")
    return bool(rows or stale)


def follow_grid(tx: Tx) -> None:
    """Let open outages and calls follow a grid that was imported anew."""
    sql = f"SELECT * FROM outage o WHERE {outages.OPEN} OR status IN ('draft', 'notified', 'renotified', 'postponed')"
    for row in tx.conn.execute(sql).fetchall():
        outages.measure_again(tx, row)
        after = outages.get(tx.conn, row["id"])
        if after is not None and any(after[name] != row[name] for name in _GRID):
            outages.settle(tx, row["id"], bump=True)
    devices = tx.conn.execute("SELECT DISTINCT device, lateral, feeder FROM trouble_call WHERE active = 1").fetchall()
    for device, lateral, feeder in devices:
        spot = trouble_calls.locate(tx.conn, device, None)
        if (spot.lateral, spot.feeder) != (lateral, feeder):
            sql = "UPDATE trouble_call SET transformer = ?, lateral = ?, feeder = ? WHERE active = 1 AND device = ?"
            tx.conn.execute(sql, (spot.transformer, spot.lateral, spot.feeder, device))


def _bind(tx: Tx, pairs: Iterable[tuple[str | None, str]]) -> None:
    tx.conn.executemany("UPDATE trouble_call SET outage = ? WHERE contact = ?", pairs)


def _create(tx: Tx, engine: Engine, one: Predicted) -> str:
    row = outages.create(tx, Report(one.device, "unplanned", "predicted", one.first, AUTHOR))
    engine.named(one.key, row["id"])
    return str(row["id"])


def _move(tx: Tx, outage_id: str, device: str) -> bool:
    """Let a predicted outage be another device's: the guess rolled up, or split."""
    sql = f"UPDATE outage SET device = ? WHERE id = ? AND device <> ? AND status IN ({_GUESSED})"
    if not tx.conn.execute(sql, (device, outage_id, device)).rowcount:
        return False
    row = outages.get(tx.conn, outage_id)
    if row is not None:
        outages.measure_again(tx, row)
    return True


def _merge(tx: Tx, outage_id: str, into: str | None) -> None:
    """Cancel a predicted outage; calls, contacts and tickets go where its own calls went."""
    row = outages.get(tx.conn, outage_id)
    if row is None or row["status"] not in rules.GUESSED:
        return
    taker = None if into is None else outages.get(tx.conn, into)
    if taker is None:
        tx.conn.execute("UPDATE trouble_call SET outage = NULL WHERE outage = ? AND active = 1", (outage_id,))
        _cancel(tx, row, "Các cuộc gọi không còn cho thấy sự cố này · Its calls no longer show this outage")
        return
    tx.conn.execute("UPDATE trouble_call SET outage = ? WHERE outage = ? AND active = 1", (into, outage_id))
    for contact in tx.conn.execute("SELECT * FROM contact WHERE outage = ?", (outage_id,)).fetchall():
        contact_moves.change(tx, contact, {"outage": into})
    _move_tickets(tx, outage_id, taker)
    _cancel(tx, row, f"Gộp vào sự cố của {taker['device']} · Merged into the outage of {taker['device']}")


def _move_tickets(tx: Tx, outage_id: str, taker: sqlite3.Row) -> None:
    for ticket in tx.conn.execute("SELECT * FROM ticket WHERE outage = ?", (outage_id,)).fetchall():
        tickets.apply(tx, ticket, {"outage": taker["id"]}, AUTHOR, "changed")
        ticket_rows.emit(tx, ticket["id"])


def _cancel(tx: Tx, row: sqlite3.Row, note: str) -> None:
    outages.change(tx, row, wire.PatchOutage(status="cancelled", note=note), AUTHOR)
