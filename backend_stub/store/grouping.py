"""The engine of predicted outages beside the database: fed with what is new, its decisions carried out.

Its memory is a copy: it is made anew from the database whenever the two are not of the same run.
"""

from collections.abc import Iterable
from typing import Final

from backend_stub.domain import outage as rules
from backend_stub.domain.evidence import Call, Rules, Shape, weight_of
from backend_stub.domain.grouping import Engine
from backend_stub.settings import Grouping, Settings
from backend_stub.store import grouping_acts, outage_steps, outages
from backend_stub.store.contact_rows import strings
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

Row = sqlite3.Row
# Announced work begins by the clock, without anybody changing a row.
KNOWN_S: Final = 10.0
_GUESSED = ", ".join(f"'{status}'" for status in sorted(rules.GUESSED))
_ENDED = ", ".join(f"'{status}'" for status in sorted(rules.ENDED))
_LIVE = f"""SELECT p.outage, p.device FROM prediction p JOIN outage o ON o.id = p.outage
    WHERE o.status IN ({_GUESSED}) AND p.last_at >= ? ORDER BY o.n"""
_KNOWN = f"""SELECT o.* FROM outage o LEFT JOIN prediction p ON p.outage = o.id
    WHERE ({outages.OPEN} OR o.kind = 'planned' AND o.status IN ('notified', 'renotified'))
    AND (p.outage IS NULL OR o.status NOT IN ({_GUESSED})) ORDER BY o.n DESC"""
# Who is no customer we know is told apart by the number: one who redials is one caller.
_CALLS = """SELECT t.*, c.outage AS joined, coalesce(t.customer, c.address) AS caller
    FROM trouble_call t JOIN contact c ON c.id = t.contact WHERE"""
_BOUND = "t.active = 1 AND t.grouped = 1 AND t.outage = ?"
_FREE = "t.active = 1 AND t.grouped = 1 AND t.outage IS NULL AND c.outage IS NULL AND t.at > ?"
_SHAPE = """SELECT device.kind, node.transformers,
    (SELECT count(*) FROM device d WHERE d.parent = device.code AND d.kind <> 'transformer') AS branches,
    (SELECT count(*) FROM device d WHERE d.parent = device.code AND d.kind = 'transformer') AS direct
    FROM device JOIN device_node node ON node.device = device.code WHERE device.code = ?"""
_OVER = f"""UPDATE trouble_call SET active = 0 WHERE active = 1
    AND outage IN (SELECT id FROM outage WHERE id = ? AND status IN ({_ENDED}))"""


def thresholds(settings: Grouping) -> Rules:
    """Return the engine's rules as the operator set them."""
    return Rules(
        settings.calls_per_transformer, settings.transformers_share_lateral, settings.laterals_share_feeder,
        settings.feeders_share_substation, settings.min_calls, settings.window_minutes * 60,
        settings.separation_minutes * 60, settings.forget_minutes * 60, settings.probable_calls,
        settings.probable_minutes * 60,
    )  # fmt: skip


class Grouper:
    """The recurring work of one service."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._run = -1
        self._known_at = 0.0
        self._paths: dict[str, tuple[str, ...]] = {}
        self._conn: sqlite3.Connection | None = None

    def run(self, tx: Tx, settings: Settings) -> None:
        """Take up what is new, decide, and carry it out, in the open transaction."""
        run = int(tx.conn.execute("SELECT runs FROM grouping_run").fetchone()[0])
        news = tx.conn.execute("SELECT n, contact, outage FROM grouping_news ORDER BY n").fetchall()
        # Whatever fails from here on leaves no memory behind: the next run reads everything anew.
        engine, self._engine = self._engine, None
        if run != self._run or any(row["contact"] is None and row["outage"] is None for row in news):
            engine = None
        for row in news:
            if row["outage"] is not None:
                tx.conn.execute(_OVER, (row["outage"],))
        if engine is None:
            grouping_acts.follow_grid(tx)
            engine = self._read_all(tx, thresholds(settings.grouping))
        else:
            self._take_up(tx, engine, news)
        if news:
            tx.conn.execute("DELETE FROM grouping_news WHERE n <= ?", (news[-1]["n"],))
        decisions = engine.decide(tx.now)
        changed = grouping_acts.carry_out(tx, engine, decisions) if decisions else False
        changed |= grouping_acts.grow_old(tx, engine.rules)
        if news or changed:
            tx.conn.execute("UPDATE grouping_run SET runs = runs + 1")
            run += 1
        self._run, self._engine = run, engine

    def _read_all(self, tx: Tx, thresholds: Rules) -> Engine:
        self._paths.clear()
        self._conn = tx.conn
        engine = Engine(thresholds, self._shape)
        for row in tx.conn.execute(_LIVE, (tx.now - thresholds.separation_s,)).fetchall():
            bound = tx.conn.execute(f"{_CALLS} {_BOUND}", (row["outage"],)).fetchall()
            calls = [call for call in map(self._call, bound) if row["device"] in call.path and call.weight]
            path = self._path(row["device"])
            engine.restore(row["outage"], row["device"], path[-1] if path else row["device"], calls)
        self._know(tx, engine)
        # An older call is no evidence any more, and a fault of today is not what it was about.
        free = tx.conn.execute(f"{_CALLS} {_FREE}", (tx.now - thresholds.window_s,)).fetchall()
        engine.add_all((call for call in map(self._call, free) if call.path), tx.now)
        return engine

    def _take_up(self, tx: Tx, engine: Engine, news: Iterable[Row]) -> None:
        contacts = {row["contact"]: None for row in news if row["contact"] is not None}
        named = {row["outage"]: None for row in news if row["outage"] is not None}
        self._conn = tx.conn
        for outage_id in named:
            row = outages.get(tx.conn, outage_id)
            if row is not None and row["status"] not in rules.GUESSED:
                engine.drop(outage_id)
        if contacts or named or tx.now >= self._known_at + KNOWN_S:
            self._know(tx, engine)
        for contact_id in contacts:
            row = tx.conn.execute(f"{_CALLS} t.contact = ?", (contact_id,)).fetchone()
            if row is not None:
                self._take_call(tx, engine, row)

    def _take_call(self, tx: Tx, engine: Engine, row: Row) -> None:
        """Count a new or changed call, unless it is over or an agent attached it to another outage."""
        call, outage, joined = self._call(row), row["outage"], row["joined"]
        held = outage is not None and engine.holds(call.id, outage)
        if row["active"] and held and joined in (None, outage) and engine.calls[call.id] == call:
            return
        if joined is not None or not row["active"]:
            engine.remove(call.id)
            if joined is not None and joined != outage:
                tx.conn.execute("UPDATE trouble_call SET outage = ? WHERE contact = ?", (joined, call.id))
            return
        if outage is not None:
            tx.conn.execute("UPDATE trouble_call SET outage = NULL WHERE contact = ?", (call.id,))
        # A danger is nobody's second call: no outage takes it up by itself.
        engine.add(call, tx.now) if row["grouped"] else engine.remove(call.id)

    def _know(self, tx: Tx, engine: Engine) -> None:
        self._known_at = tx.now
        known: dict[str, str] = {}
        back: dict[str, frozenset[str]] = {}
        for row in tx.conn.execute(_KNOWN).fetchall():
            plan_hours = row["status"], row["started_at"], row["etr"]
            if row["kind"] == "planned" and not rules.plan_under_way(*plan_hours, tx.now):
                continue
            known[row["device"]] = row["id"]
            if row["below_out"] is not None:
                back[row["id"]] = frozenset(outage_steps.back_since(tx.conn, row["id"]))
        engine.know(known, back)

    def _call(self, row: Row) -> Call:
        weight = weight_of(row["scope"], row["sign"], row["place"], bool(row["grouped"]))
        return Call(row["contact"], row["caller"], self._path(row["device"]), row["at"], weight)

    def _path(self, device: str | None) -> tuple[str, ...]:
        if device is None or self._conn is None:
            return ()
        path = self._paths.get(device)
        if path is None:
            found = self._conn.execute("SELECT path FROM device_node WHERE device = ?", (device,)).fetchone()
            path = self._paths[device] = tuple(strings(found[0])) if found is not None else ()
        return path

    def _shape(self, device: str) -> Shape:
        row = None if self._conn is None else self._conn.execute(_SHAPE, (device,)).fetchone()
        if row is None:
            return Shape("transformer")
        return Shape(row["kind"], row["branches"], row["direct"], row["transformers"])
