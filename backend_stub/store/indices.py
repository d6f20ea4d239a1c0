"""Reliability indices and the storm board from the steps on file."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import indices as rules
from backend_stub.domain.indices import Interruption
from backend_stub.domain.nested import NEVER, Extent, Step, inside, merged
from backend_stub.domain.outage import share_out
from backend_stub.reference import places
from backend_stub.reference.catalogue import corporations
from backend_stub.store import areas, outage_grid
from backend_stub.store.driver import sqlite3

HOUR_S = 3_600.0
# The outages that touch a period, with the ones they are nested in, whenever those were. Guesses of the engine and
# announced works are not interruptions anybody has seen; work that is called off has had its steps all the same.
_STEPS = """WITH RECURSIVE touched (id) AS (
    SELECT outage FROM outage_step WHERE out_at < ? AND coalesce(restored_at, ?) >= ?
    UNION SELECT parent FROM outage JOIN touched USING (id) WHERE parent IS NOT NULL
)
SELECT s.position, s.customers, s.out_at, s.restored_at, o.id, o.n, o.cause, o.below, o.parent, o.device,
    o.device_path, o.provinces, o.below_out
    FROM touched JOIN outage o USING (id) JOIN outage_step s ON s.outage = o.id
    WHERE o.status NOT IN ('predicted', 'probable') AND (o.status <> 'cancelled' OR o.kind = 'planned')
    ORDER BY o.n, s.position"""
_DEVICES = """SELECT d.outage, d.position, d.device FROM outage_step_device d WHERE d.outage IN (
    SELECT value FROM json_each(?))"""


@dataclass(slots=True)
class _Sum:
    """Customers of one place: out and back, and the outages they belong to."""

    affected: int = 0
    out: int = 0
    incidents: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def count(self, one: Interruption) -> None:
        self.affected += one.customers
        self.out += one.customers * (one.restored_at is None)

    def name(self, step: Step) -> None:
        self.incidents.add(step.outage)
        if step.restored_at is None:
            self.left.add(step.outage)

    def row(self, code: str, name: str) -> wire.StormRow:
        back = self.affected - self.out
        share = back / self.affected if self.affected else None
        return wire.StormRow(
            code, name, self.affected, back, self.out, share, len(self.incidents), len(self.left)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """Customers of one province who were out together."""

    province: str
    one: Interruption


def stats(conn: sqlite3.Connection, begin: float, end: float, now: float) -> wire.OutageStats:
    """Work out indices and storm board of [begin, end); what still lasts counts up to `now`."""
    steps = _steps(conn, begin, min(end, now), now)
    parts = list(_parts(steps))
    fresh = [part for part in parts if begin <= part.one.out_at < end]
    provinces = {code: _Sum() for code in places.provinces()}
    by_corporation = {code: _Sum() for code in corporations()}
    total = _Sum()
    for part in fresh:
        for place in (provinces[part.province], by_corporation[_serves(part.province)], total):
            place.count(part.one)
    # A fault inside another one adds no customers, and has to be repaired all the same.
    for province, own in steps.items():
        for step in own:
            if step.customers and begin <= step.out_at < end:
                for place in (provinces[province], by_corporation[_serves(province)], total):
                    place.name(step)
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


def _parts(steps: Mapping[str, list[Step]]) -> Iterator[_Part]:
    """Yield the interruptions of each province; one inside another is one with it."""
    for province, own in steps.items():
        for step in merged(own):
            yield _Part(province, Interruption(step.customers, step.out_at, step.restored_at, step.cause))


def _steps(conn: sqlite3.Connection, begin: float, until: float, now: float) -> dict[str, list[Step]]:
    """Return the steps that touch the period, by province, with the outages they lie in."""
    rows = [r for r in conn.execute(_STEPS, (until, now, begin)) if r["cause"] not in rules.NOT_COUNTED]
    outer = inside(_extents(rows))
    inner = {row["id"]: row["device"] for row in rows if row["id"] in outer}
    below = {key: frozenset(outage_grid.transformers(conn, device)) for key, device in inner.items()}
    # Only of these it matters which devices came back when: the others lie in one province and stand for themselves.
    back = _back(conn, set(outer.values()) | {r["id"] for r in rows if "," in r["provinces"]})
    steps: dict[str, list[Step]] = {}
    for row in rows:
        devices = back.get((row["id"], row["position"]), frozenset())
        for province, customers in _by_province(conn, row, devices).items():
            step = Step(
                row["id"], customers, row["out_at"], row["restored_at"], row["cause"], outer.get(row["id"]), devices,
                below.get(row["id"], frozenset()),
            )  # fmt: skip
            steps.setdefault(province, []).append(step)
    return steps


def _extents(rows: list[sqlite3.Row]) -> list[Extent]:
    by_outage: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        by_outage.setdefault(row["id"], []).append(row)
    return [
        Extent(
            outage, own[0]["n"], tuple(outage_grid.strings(own[0]["device_path"])),
            min(row["out_at"] for row in own),
            max(NEVER if row["restored_at"] is None else row["restored_at"] for row in own), own[0]["parent"],
        )
        for outage, own in by_outage.items()
    ]  # fmt: skip


def _by_province(conn: sqlite3.Connection, row: sqlite3.Row, devices: frozenset[str]) -> Counter[str]:
    """Return a step's customers by province: those of its devices, or of all that no step names."""
    communes = outage_grid.counts(row["below"])
    if "," in row["provinces"]:
        known = outage_grid.communes_of(conn, devices) if devices else outage_grid.counts(row["below_out"] or "{}")
        communes = known or communes
    found = Counter[str]()
    for commune, customers in share_out(row["customers"], communes).items():
        if commune in places.communes():
            found[places.communes()[commune].province] += customers
    return found


def _back(conn: sqlite3.Connection, outages: set[str]) -> Mapping[tuple[str, int], frozenset[str]]:
    """Return the transformers that came back in each step (outage, position) of some outages."""
    found: dict[tuple[str, int], set[str]] = {}
    for outage, position, device in conn.execute(_DEVICES, (outage_grid.pack(sorted(outages)),)):
        found.setdefault((outage, position), set()).add(device)
    return {step: frozenset(devices) for step, devices in found.items()}


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
