"""The 34 provinces with their customers and what is out there now."""

from agent_tui import wire
from backend_stub.domain import outage as rules
from backend_stub.reference import places
from backend_stub.store import outage_grid, outage_steps, outages
from backend_stub.store.driver import sqlite3


def customers_by_province(conn: sqlite3.Connection) -> dict[str, int]:
    """Customers (not closed ones) of each province, from the counts kept by commune."""
    total = dict.fromkeys(places.provinces(), 0)
    for code, n in conn.execute("SELECT commune, n FROM commune_customers"):
        commune = places.communes().get(code)
        if commune is not None:
            total[commune.province] += n
    return total


def every(conn: sqlite3.Connection, now: float) -> list[wire.Area]:
    """All provinces in code order; customers below two open outages are out once."""
    rows = outages.open_all(conn, now)
    off = [row for row in rows if row["status"] in rules.OFF_NOW]
    planned = [r for r in rows if rules.is_planned_today(r["kind"], r["status"], r["started_at"], r["etr"], now)]
    out, open_count = dict.fromkeys(places.provinces(), 0), dict.fromkeys(places.provinces(), 0)
    for row in off:
        for province in outage_grid.strings(row["provinces"]):
            open_count[province] += 1
    for row in _topmost(conn, off):
        # Where the devices that are back are known, their places have nobody out.
        below = outage_grid.counts(row["below_out"] or row["below"])
        for commune, n in rules.share_out(row["customers_out"], below).items():
            if commune in places.communes():
                out[places.communes()[commune].province] += n
    today = dict.fromkeys(places.provinces(), 0)
    for row in planned:
        for province in outage_grid.strings(row["provinces"]):
            today[province] += 1
    totals = customers_by_province(conn)
    return [
        wire.Area(p.code, p.name, p.corporation, totals[p.code], out[p.code], open_count[p.code], today[p.code])
        for p in places.provinces().values()
    ]


def _topmost(conn: sqlite3.Connection, off: list[sqlite3.Row]) -> list[sqlite3.Row]:
    # A transformer below a feeder that is out, or reported twice, must not count its customers again; below a part of
    # the feeder that is back it is an outage of its own.
    largest = {row["device"]: row for row in sorted(off, key=lambda r: int(r["customers_out"]))}
    back = {
        device: outage_steps.back_since(conn, row["id"]) for device, row in largest.items()
        if row["below_out"] is not None
    }  # fmt: skip
    return [
        row
        for row in largest.values()
        if not any(
            above in largest and row["device"] not in back.get(above, ())
            for above in outage_grid.strings(row["device_path"])[1:]
        )
    ]
