"""What hangs below a device: worked out once per outage and kept on its row."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from agent_tui import wire
from backend_stub.errors import Invalid
from backend_stub.reference import places
from backend_stub.store import grid
from backend_stub.store.driver import sqlite3

_STRINGS = msgspec.json.Decoder(list[str])
_COUNTS = msgspec.json.Decoder(dict[str, int])
_LOADS = msgspec.json.Decoder(list[wire.PriorityLoad])

_FED = """WITH RECURSIVE below (code) AS (
    SELECT code FROM device WHERE code = ?
    UNION SELECT device.code FROM device JOIN below ON device.parent = below.code
)"""
_BY_COMMUNE = (
    _FED + " SELECT commune, count(*) FROM below JOIN customer ON customer.transformer = below.code"
    " WHERE customer.status <> 'closed' GROUP BY commune ORDER BY commune"
)
_BY_COMMUNE_BUT = (
    _FED + " SELECT commune, count(*) FROM below JOIN customer ON customer.transformer = below.code"
    " WHERE customer.status <> 'closed' AND below.code NOT IN (SELECT value FROM json_each(?))"
    " GROUP BY commune ORDER BY commune"
)
_TRANSFORMERS = _FED + " SELECT code FROM below JOIN device USING (code) WHERE kind = 'transformer'"
_COMMUNES_OF = """SELECT commune, count(*) FROM customer WHERE status <> 'closed'
    AND transformer IN (SELECT value FROM json_each(?)) GROUP BY commune"""
_FED_DIRECTLY = """SELECT count(*) FROM customer WHERE status <> 'closed'
    AND transformer IN (SELECT value FROM json_each(?))"""
_PRIORITY = (
    _FED + " SELECT customer.code, name, priority_load FROM below JOIN customer ON customer.transformer = below.code"
    " WHERE customer.status <> 'closed' AND priority_load <> '' ORDER BY priority_load, customer.code"
)


@dataclass(frozen=True, slots=True)
class Below:
    """A device's way up (codes, device first) and the customers it feeds, by commune."""

    device: wire.Device
    path: list[str]
    communes: dict[str, int]
    priority_loads: list[wire.PriorityLoad]

    @property
    def customers(self) -> int:
        """How many customers (not closed ones) the device feeds."""
        return sum(self.communes.values())

    def columns(self) -> dict[str, str | int]:
        """The columns of an outage's row that come from the grid."""
        provinces = sorted({places.communes()[code].province for code in self.communes if code in places.communes()})
        return {
            "device": self.device.code,
            "device_name": self.device.name,
            "device_kind": self.device.kind,
            "device_path": pack(self.path),
            "below": pack(self.communes),
            "provinces": pack(provinces),
            "priority_loads": pack(self.priority_loads),
            "customers_total": self.customers,
        }


def measure(conn: sqlite3.Connection, device: str) -> Below:
    """Work out what the device feeds; raises Invalid when no such device was imported."""
    path = grid.network_path(conn, device)
    if not path:
        raise Invalid("device", "unknown_device", "There is no such device in the imported grid.")
    communes = {str(code): int(n) for code, n in conn.execute(_BY_COMMUNE, (device,))}
    if not communes:
        # A device that feeds nobody still lies somewhere, and the map must show it there.
        row = grid.get(conn, device)
        communes = {} if row is None else {row.commune: 0}
    loads = [wire.PriorityLoad(*row) for row in conn.execute(_PRIORITY, (device,))]
    return Below(path[0], [d.code for d in path], communes, loads)


def communes_but(conn: sqlite3.Connection, device: str, back: Iterable[str]) -> dict[str, int]:
    """Customers by commune below a device, those of the transformers `back` left out."""
    rows = conn.execute(_BY_COMMUNE_BUT, (device, pack(sorted(back))))
    return {str(commune): int(n) for commune, n in rows}


def communes_of(conn: sqlite3.Connection, transformers: Iterable[str]) -> dict[str, int]:
    """Customers (not closed ones) by commune on these transformers."""
    return {str(commune): int(n) for commune, n in conn.execute(_COMMUNES_OF, (pack(sorted(transformers)),))}


def transformers(conn: sqlite3.Connection, device: str) -> set[str]:
    """The transformers at or below a device."""
    return {str(row[0]) for row in conn.execute(_TRANSFORMERS, (device,))}


def customers_of(conn: sqlite3.Connection, transformers: Iterable[str]) -> int:
    """How many customers (not closed ones) hang on these transformers."""
    return int(conn.execute(_FED_DIRECTLY, (pack(sorted(transformers)),)).fetchone()[0])


def pack(value: object) -> str:
    """A value as stored."""
    return msgspec.json.encode(value).decode()


def strings(text: str) -> list[str]:
    """A stored list of texts."""
    return _STRINGS.decode(text)


def counts(text: str) -> dict[str, int]:
    """Stored customers by commune."""
    return _COUNTS.decode(text)


def loads(text: str) -> list[wire.PriorityLoad]:
    """Stored priority loads."""
    return _LOADS.decode(text)


def names(communes: Iterable[str]) -> list[str]:
    """Full names of communes by code, a code nobody knows as it is."""
    known = places.communes()
    return [known[code].full_name if code in known else code for code in communes]
