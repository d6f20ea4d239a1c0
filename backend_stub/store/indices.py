"""Reliability indices and the storm board from the steps on file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import indices as rules
from backend_stub.domain.indices import Interruption
from backend_stub.domain.outage import share_out
from backend_stub.reference import places
from backend_stub.reference.catalogue import corporations
from backend_stub.store import areas, outage_grid
from backend_stub.store.driver import sqlite3

HOUR_S = 3_600.0
# Guesses of the engine and announced works are not interruptions anybody has seen.
_STEPS = """SELECT s.customers, s.out_at, s.restored_at, o.id, o.cause, o.below, parent.restored_at AS parent_back,
    o.started_at FROM outage_step s JOIN outage o ON o.id = s.outage LEFT JOIN outage parent ON parent.id = o.parent
    WHERE o.status NOT IN ('predicted', 'probable', 'cancelled') AND s.out_at < ? AND coalesce(s.restored_at, ?) >= ?"""


@dataclass(slots=True)
class _Sum:
    """Customers of one place: out and back, and the outages they belong to."""

    affected: int = 0
    out: int = 0
    incidents: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def add(self, customers: int, outage: str, *, out: bool) -> None:
        self.affected += customers
        self.out += customers * out
        self.incidents.add(outage)
        if out:
            self.left.add(outage)

    def row(self, code: str, name: str) -> wire.StormRow:
        back = self.affected - self.out
        share = back / self.affected if self.affected else None
        return wire.StormRow(
            code, name, self.affected, back, self.out, share, len(self.incidents), len(self.left)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """A step's customers in one province."""

    outage: str
    province: str
    one: Interruption


def stats(conn: sqlite3.Connection, begin: float, end: float, now: float) -> wire.OutageStats:
    """Work out indices and storm board of [begin, end); what still lasts counts up to `now`."""
    parts = list(_parts(conn, begin, min(end, now), now))
    fresh = [part for part in parts if begin <= part.one.out_at < end and not part.one.continued]
    provinces = {code: _Sum() for code in places.provinces()}
    by_corporation = {code: _Sum() for code in corporations()}
    total = _Sum()
    for part in fresh:
        for place in (provinces[part.province], by_corporation[_serves(part.province)], total):
            place.add(part.one.customers, part.outage, out=part.one.restored_at is None)
    named = places.provinces()
    return wire.OutageStats(
        at(begin), at(end), _indices(conn, parts, begin, end, now), total.row("", ""),
        [place.row(code, corporations()[code].short) for code, place in by_corporation.items()],
        [place.row(code, named[code].name) for code, place in provinces.items() if place.affected],
        [*_hours(fresh, begin, min(end, now))],
    )  # fmt: skip


def _indices(
    conn: sqlite3.Connection, parts: list[_Part], begin: float, end: float, now: float
) -> list[wire.Reliability]:
    served = dict.fromkeys(corporations(), 0)
    for province, count in areas.customers_by_province(conn).items():
        served[_serves(province)] += count
    found = [
        _reliability(code, rules.indices((p.one for p in parts if _serves(p.province) == code), count, begin, end, now))
        for code, count in served.items()
    ]
    everybody = rules.indices((part.one for part in parts), sum(served.values()), begin, end, now)
    return [_reliability(None, everybody), *found]


def _reliability(code: str | None, got: rules.Indices) -> wire.Reliability:
    return wire.Reliability(code, got.served, got.saidi, got.saifi, got.caidi, got.maifi, got.customer_minutes)


def _parts(conn: sqlite3.Connection, begin: float, until: float, now: float) -> Iterator[_Part]:
    """Yield each step that touches the period, by province; a nested one goes on where its parent's ended."""
    known = places.communes()
    for row in conn.execute(_STEPS, (until, now, begin)):
        # What was restored with the parent was in truth still out: those minutes are added, not the same ones twice.
        nested = row["parent_back"] is not None and row["out_at"] < row["parent_back"]
        out_at = row["parent_back"] if nested else row["out_at"]
        by_province: dict[str, int] = {}
        for commune, customers in share_out(row["customers"], outage_grid.counts(row["below"])).items():
            if commune in known:
                province = known[commune].province
                by_province[province] = by_province.get(province, 0) + customers
        for province, customers in by_province.items():
            one = Interruption(customers, out_at, row["restored_at"], row["cause"], continued=nested)
            if customers and one.cause not in rules.NOT_COUNTED:
                yield _Part(row["id"], province, one)


def _hours(fresh: list[_Part], begin: float, until: float) -> Iterator[wire.StormHour]:
    went, back = Counter[int](), Counter[int]()
    for part in fresh:
        went[int((part.one.out_at - begin) // HOUR_S)] += part.one.customers
        if part.one.restored_at is not None:
            back[int((part.one.restored_at - begin) // HOUR_S)] += part.one.customers
    hour, out = 0, 0
    while begin + hour * HOUR_S < until:
        out += went[hour] - back[hour]
        yield wire.StormHour(at(begin + hour * HOUR_S), went[hour], back[hour], out)
        hour += 1


def _serves(province: str) -> str:
    return places.provinces()[province].corporation
