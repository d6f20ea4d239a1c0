"""The 34 provinces and their communes with their customers and what is out there now."""

from collections import Counter

from agent_tui import wire
from backend_stub.domain import outage as rules
from backend_stub.errors import NotFound
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
    # Work under way is no fault, however long: one is counted here and the other there, as the list counts its rows.
    faults, today = Counter[str](), Counter[str]()
    for row in rows:
        (today if row["kind"] == "planned" else faults).update(outage_grid.strings(row["provinces"]))
    out = Counter[str]()
    for code, n in _out(conn, off).items():
        if code in places.communes():
            out[places.communes()[code].province] += n
    totals = customers_by_province(conn)
    return [
        wire.Area(p.code, p.name, p.corporation, totals[p.code], out[p.code], faults[p.code], today[p.code])
        for p in places.provinces().values()
    ]


def communes(conn: sqlite3.Connection, province: str) -> list[wire.CommuneOut]:
    """The communes of a province with an open outage, most customers out first; raises NotFound.

    Counted as the provinces are: exact where the devices that are back are known; of a mere number of customers back
    each commune below the device has its share.
    """
    if province not in places.provinces():
        raise NotFound("area")
    off = conn.execute(f"SELECT * FROM outage WHERE {outages.OPEN} ORDER BY n DESC").fetchall()
    touched = Counter(code for row in off for code in outage_grid.counts(row["below"]))
    out = _out(conn, off)
    totals = dict(conn.execute("SELECT commune, n FROM commune_customers"))
    found = [
        wire.CommuneOut(one.code, one.full_name, totals.get(one.code, 0), out[one.code], touched[one.code])
        for one in places.communes().values()
        if one.province == province and touched[one.code]
    ]
    return sorted(found, key=lambda one: (-one.customers_out, -one.outages, one.code))


def _out(conn: sqlite3.Connection, off: list[sqlite3.Row]) -> Counter[str]:
    """Customers out by commune, whoever is below two open outages counted once."""
    # A device reported twice counts as the larger of the two, unless both say which of its parts are back.
    largest = {row["device"]: row for row in sorted(off, key=lambda r: int(r["customers_out"]))}
    told: dict[str, list[set[str]]] = {}
    for row in off:
        if row["below_out"] is not None and largest[row["device"]]["below_out"] is not None:
            told.setdefault(row["device"], []).append(set(outage_steps.back_since(conn, row["id"])))
    # Whoever is out in one of them is out.
    back = {device: set.intersection(*parts) for device, parts in told.items()}
    out = Counter[str]()
    for device, row in largest.items():
        above = [code for code in outage_grid.strings(row["device_path"])[1:] if code in largest]
        if any(code not in back for code in above):
            continue
        # Where the devices that are back are known, their places have nobody out.
        below = outage_grid.counts(row["below_out"] or row["below"])
        several = len(told.get(device, ())) > 1
        if above or several:
            # Below a part of an outage that is back it is one of its own; the rest is out up there already.
            own = outage_grid.transformers(conn, device) - back.get(device, set())
            mine = own.intersection(*(back[code] for code in above))
            if several or mine != own:
                out.update(outage_grid.communes_of(conn, mine))
                continue
        out.update(rules.share_out(row["customers_out"], below))
    return out
