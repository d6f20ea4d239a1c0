"""Predictions as stored: from which calls an outage is thought to be, kept also when people have taken it over."""

from typing import TypedDict

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain.decisions import Predicted
from backend_stub.domain.grouping_words import explain
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_STORE = """INSERT INTO prediction (outage, device, kind, calls, transformers, laterals, first_at, last_at, made_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outage) DO UPDATE SET device = excluded.device,
    kind = excluded.kind, calls = excluded.calls, transformers = excluded.transformers, laterals = excluded.laterals,
    first_at = excluded.first_at, last_at = excluded.last_at
    WHERE (device, calls, transformers, laterals, first_at, last_at) IS NOT (excluded.device, excluded.calls,
        excluded.transformers, excluded.laterals, excluded.first_at, excluded.last_at)"""


class Shown(TypedDict):
    """The fields of an outage's answer that tell of its prediction."""

    explanation: wire.Say | None
    predicted_from: wire.PredictedFrom | None


def store(tx: Tx, outage_id: str, one: Predicted) -> bool:
    """Keep what an outage was predicted from and say whether that is new."""
    values = (
        outage_id, one.device, one.kind, one.calls, one.transformers, one.laterals, one.first, one.last, tx.now
    )  # fmt: skip
    return tx.conn.execute(_STORE, values).rowcount > 0


def shown(conn: sqlite3.Connection, outage_id: str) -> Shown:
    """Return an outage's explanation and counts, nothing where people reported it."""
    row = conn.execute("SELECT * FROM prediction WHERE outage = ?", (outage_id,)).fetchone()
    if row is None:
        return Shown(explanation=None, predicted_from=None)
    counts = (row["calls"], row["transformers"], row["laterals"])
    return Shown(
        explanation=explain(row["kind"], row["device"], *counts, row["last_at"] - row["first_at"]),
        predicted_from=wire.PredictedFrom(*counts, at(row["first_at"]), at(row["last_at"])),
    )
