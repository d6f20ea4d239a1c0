"""Calls of which only the commune is known, as stored: the communes they report, and what is known of a place."""

import json
from collections import Counter
from typing import Final

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import outage as rules
from backend_stub.domain.alerts import Reported
from backend_stub.domain.commune_calls import CommuneCall, CommuneRules, OutageThere, reported
from backend_stub.domain.commune_calls import possible as domain_possible
from backend_stub.domain.evidence import weight_of
from backend_stub.domain.grouping_words import explain_commune
from backend_stub.domain.place_power import OutageHere, PlaceFacts
from backend_stub.errors import Invalid
from backend_stub.reference import places
from backend_stub.settings import Grouping
from backend_stub.store import grid, outage_grid, outage_steps, outages, place_search, power, trouble_calls
from backend_stub.store.driver import sqlite3

Row = sqlite3.Row
_BACK: Final = ", ".join(f"'{status}'" for status in ("restored", "verified", "closed", "done"))
# Who is no customer we know is told apart by the number: it is one caller who redials.
_CALLS = """SELECT t.contact, coalesce(t.customer, c.address) AS caller, t.commune, t.at, t.scope, t.sign, t.place,
    t.grouped FROM trouble_call t INDEXED BY trouble_call_placeless JOIN contact c ON c.id = t.contact
    WHERE t.active = 1 AND t.device IS NULL AND t.commune IS NOT NULL AND t.at > ?
    AND t.outage IS NULL AND c.outage IS NULL"""
_UNDER_WAY = "kind = 'planned' AND status IN ('notified', 'renotified') AND started_at <= ? AND coalesce(etr, ?) >= ?"
_THERE = f"""SELECT * FROM outage WHERE {outages.OPEN} OR ({_UNDER_WAY})
    OR (status IN ({_BACK}) AND restored_at > ?) ORDER BY n"""
_ANNOUNCED = "kind = 'planned' AND status IN ('notified', 'renotified')"
_IN_COMMUNE = f"""SELECT * FROM outage WHERE ({outages.OPEN} OR {_ANNOUNCED})
    AND EXISTS (SELECT 1 FROM json_each(below) WHERE key = ?) ORDER BY n"""
_BELOW = f"""SELECT * FROM outage WHERE ({outages.OPEN} OR {_ANNOUNCED}) AND device <> ?
    AND EXISTS (SELECT 1 FROM json_each(device_path) WHERE value = ?) ORDER BY n"""
_OTHERS = """SELECT count(DISTINCT coalesce(t.customer, c.address)) FROM trouble_call t
    JOIN contact c ON c.id = t.contact WHERE t.active = 1 AND t.at > ? AND {} = ? AND t.scope <> 'P' AND t.place <> 'i'
    AND t.sign <> 'X' AND t.contact IS NOT ?"""
_COLUMN: Final = {"transformer": "t.transformer", "lateral": "t.lateral"}


def thresholds(settings: Grouping) -> CommuneRules:
    """Return the rules as the operator set them."""
    return CommuneRules(settings.commune_calls, settings.commune_share, settings.window_minutes * 60)


def reports(conn: sqlite3.Connection, settings: Grouping, now: float) -> list[wire.ReportedCommune]:
    """Return the communes reported now, most callers first."""
    limits = thresholds(settings)
    calls = [
        _call(row) for row in conn.execute(_CALLS, (now - limits.window_s,)) if row["commune"] in places.communes()
    ]
    if len(calls) < limits.calls:
        return []
    communes = sorted({call.commune for call in calls})
    there = [_there(row) for row in conn.execute(_THERE, (now, now, now, now - limits.window_s))]
    sql = "SELECT commune, n FROM commune_customers WHERE commune IN (SELECT value FROM json_each(?))"
    customers = {row[0]: int(row[1]) for row in conn.execute(sql, (json.dumps(communes),))}
    found = []
    for one in reported(calls, there, customers, limits, now):
        commune = places.communes()[one.commune]
        province = places.provinces()[commune.province]
        outage = None if one.possibly is None else one.possibly.id
        found.append(
            wire.ReportedCommune(
                one.commune, commune.full_name, province.name, province.corporation, one.callers, at(one.first),
                at(one.last), explain_commune(commune.full_name, one), outage, one.possible,
            )
        )  # fmt: skip
    return found


def possible(conn: sqlite3.Connection, settings: Grouping, now: float) -> Counter[str]:
    """Return how many callers of the last window, known only by their commune, may mean each outage."""
    since = now - thresholds(settings).window_s
    calls = [_call(row) for row in conn.execute(_CALLS, (since,))]
    there = [_there(row) for row in conn.execute(_THERE, (now, now, now, since))] if calls else []
    return domain_possible(calls, there)


def by_centre(conn: sqlite3.Connection, settings: Grouping, now: float) -> dict[str, list[Reported]]:
    """Return the communes reported now as a lead's wallboard has them, by the corporation that serves them."""
    found: dict[str, list[Reported]] = {}
    for one in reports(conn, settings, now):
        found.setdefault(one.centre, []).append(Reported(one.calls, settings.commune_calls, one.explanation))
    return found


def place_facts(conn: sqlite3.Connection, wanted: wire.PlacePowerRequest, now: float) -> PlaceFacts:
    """Return what is known of a commune or a device; raises Invalid for a place there is not, or none or two."""
    if (wanted.commune is None) == (wanted.device is None):
        raise Invalid("commune", "one_place", "Ask about a commune or a device, one of the two.")
    since = now - trouble_calls.NEIGHBOURS_S
    if wanted.device is not None:
        return _at_device(conn, wanted.device, wanted.contact, since)
    commune = places.communes().get(wanted.commune or "")
    if commune is None:
        raise Invalid("commune", "unknown_commune", "There is no such commune.")
    rows = conn.execute(_IN_COMMUNE, (commune.code,)).fetchall()
    here = [OutageHere(power.fact(conn, row, None), _out(row).get(commune.code, 0)) for row in rows]
    total = place_search.customers_of(conn, commune.code)
    return PlaceFacts(
        commune.full_name, total, tuple(here), _others(conn, "t.commune", commune.code, wanted.contact, since)
    )


def _at_device(conn: sqlite3.Connection, code: str, contact: str | None, since: float) -> PlaceFacts:
    hit = place_search.device_hit(conn, code)
    if hit is None:
        raise Invalid("device", "unknown_device", "There is no such device in the imported grid.")
    path = [device.code for device in grid.network_path(conn, code)]
    here = []
    for row in outages.open_on_devices(conn, path):
        out = hit.customers
        if row["below_out"] is not None:
            left = outage_grid.transformers(conn, code) - outage_steps.back_since(conn, row["id"]).keys()
            out = outage_grid.customers_of(conn, left)
        here.append(OutageHere(power.fact(conn, row, code), out))
    below = conn.execute(_BELOW, (code, code)).fetchall()
    here += [OutageHere(power.fact(conn, row, None), sum(_out(row).values())) for row in below]
    column = _COLUMN.get(hit.device_kind or "")
    calling = 0 if column is None else _others(conn, column, code, contact, since)
    return PlaceFacts(hit.name, hit.customers, tuple(here), calling, device=True)


def _others(conn: sqlite3.Connection, column: str, value: str, contact: str | None, since: float) -> int:
    return int(conn.execute(_OTHERS.format(column), (since, value, contact)).fetchone()[0])


def _call(row: Row) -> CommuneCall:
    weight = weight_of(row["scope"], row["sign"], row["place"], bool(row["grouped"]))
    return CommuneCall(row["contact"], row["caller"], row["commune"], row["at"], weight)


def _there(row: Row) -> OutageThere:
    ended = row["restored_at"] if row["status"] in rules.ENDED else None
    counts = outage_grid.counts(row["below"]) if ended is not None else _out(row)
    return OutageThere(row["id"], row["device_name"] or row["device"], counts, row["started_at"], ended)


def _out(row: Row) -> dict[str, int]:
    return outage_grid.counts(row["below_out"] or row["below"])
