"""Trouble calls as stored: one a contact, placed on the grid by its customer or by what the agent was told."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Final

import msgspec
from msgspec import UNSET

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.errors import Invalid
from backend_stub.reference import places
from backend_stub.store import customers, grid, place_search
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

Row = sqlite3.Row

QUEUE: Final = "outage"
SCOPES: Final[dict[str, wire.TroubleScope]] = {"A": "all", "P": "part", "N": "neighbours"}
SIGNS: Final[dict[str, wire.TroubleSign]] = {"L": "lost", "F": "flicker", "D": "dim", "X": "overvoltage"}
DANGERS: Final[tuple[wire.TroubleDanger, ...]] = ("none", "wire_down", "fire", "pole", "shock")
PLACES: Final[dict[str, wire.TroublePlace | None]] = {"m": "meter", "s": "street", "i": "inside", "": None}
# What agents end a contact with when nobody was without power.
NO_TROUBLE: Final = frozenset({"wrong_number", "nuisance"})
NEIGHBOURS_S: Final = 3_600.0
# Who is no customer we know is told apart by the number: one who redials is one caller.
CALLER: Final = "coalesce(trouble_call.customer, (SELECT address FROM contact WHERE id = trouble_call.contact))"

_STORE = """INSERT INTO trouble_call (contact, customer, device, transformer, lateral, feeder, commune, scope, sign,
    danger, place, grouped, class_before, said, at)
    VALUES (:contact, :customer, :device, :transformer, :lateral, :feeder, :commune, :scope, :sign, :danger,
    :place, :grouped, :class_before, :said, :at)
    ON CONFLICT (contact) DO UPDATE SET customer = excluded.customer, device = excluded.device,
    transformer = excluded.transformer, lateral = excluded.lateral, feeder = excluded.feeder,
    commune = excluded.commune, scope = excluded.scope, sign = excluded.sign, danger = excluded.danger,
    place = excluded.place, grouped = excluded.grouped, class_before = excluded.class_before, said = excluded.said,
    active = CASE WHEN trouble_call.outage IS NULL THEN 1 ELSE trouble_call.active END"""
_TROUBLE = msgspec.json.Decoder(wire.Trouble)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the grid: the lowest known device, and which of its kinds lie above it; or only a commune."""

    device: str | None = None
    transformer: str | None = None
    lateral: str | None = None
    feeder: str | None = None
    commune: str | None = None


def locate(conn: sqlite3.Connection, device: str | None, commune: str | None) -> Spot:
    """Return a device's place on the grid; of several laterals above one another the lowest counts."""
    above: dict[str, str] = {}
    for one in grid.network_path(conn, device):
        above.setdefault(one.kind, one.code)
    known = device if above else None
    return Spot(known, above.get("transformer"), above.get("lateral"), above.get("feeder"), commune)


def of_customer(conn: sqlite3.Connection, code: str | None) -> Spot:
    """Return where a customer is fed from."""
    brief = None if code is None else customers.brief(conn, code)
    return Spot() if brief is None else locate(conn, brief.transformer, brief.commune or None)


def get(conn: sqlite3.Connection, contact_id: str) -> Row | None:
    """Return the contact's call or None."""
    row: Row | None = conn.execute("SELECT * FROM trouble_call WHERE contact = ?", (contact_id,)).fetchone()
    return row


def shown(text: str | None) -> wire.Trouble | None:
    """Return a contact's stored trouble as sent."""
    return None if text is None else _TROUBLE.decode(text)


@dataclass(frozen=True, slots=True)
class Begun:
    """The call an identified contact of the outage queue is by itself, and what the contact shows of it."""

    customer: str
    spot: Spot
    shown: str


def begin(conn: sqlite3.Connection, queue: str, customer: str | None) -> Begun | None:
    """Return the call a new contact is, None where it is none (yet)."""
    if queue != QUEUE or customer is None:
        return None
    spot = of_customer(conn, customer)
    return Begun(customer, spot, _pack(wire.Trouble(device=spot.device, commune=spot.commune)))


def store_new(tx: Tx, contact_id: str, begun: Begun, priority_class: str, joined_at: float) -> None:
    """Store a call of a contact that is there by now."""
    _store(
        tx, contact_id, begun.customer, begun.spot, wire.Trouble(), _Kept(joined_at, priority_class != "danger")
    )  # fmt: skip


def following(tx: Tx, row: Row, changes: Mapping[str, object]) -> dict[str, object]:
    """Let the call follow a change of its contact and return what the contact's row changes with it.

    Another customer moves it, the outage queue makes an identified contact one, another queue takes back what nobody
    confirmed, and a contact raised to danger is never grouped.
    """
    known = get(tx.conn, row["id"])
    if changes.get("disposition") in NO_TROUBLE:
        tx.conn.execute("UPDATE trouble_call SET active = 0 WHERE contact = ? AND active = 1", (row["id"],))
    queue, customer = changes.get("queue", row["queue"]), changes.get("customer", row["customer"])
    priority = changes.get("priority_class", row["priority_class"])
    told = shown(None if known is None else row["trouble"]) or wire.Trouble()
    if queue != QUEUE and "queue" in changes and known is not None and not known["said"]:
        sql = "UPDATE trouble_call SET active = 0, outage = NULL WHERE contact = ? AND active = 1"
        tx.conn.execute(sql, (row["id"],))
        return {"trouble": None}
    if isinstance(customer, str) and _is_news(row, known, changes, queue):
        spot = of_customer(tx.conn, customer)
        kept = _Kept.of(known, row, grouped=priority != "danger" and told.danger == "none")
        told = msgspec.structs.replace(told, device=spot.device, commune=spot.commune, street=None)
        _store(tx, row["id"], customer, spot, told, kept)
        return {"trouble": _pack(told)}
    if known is not None and "priority_class" in changes:
        grouped = int(priority != "danger" and known["danger"] == 0)
        sql = "UPDATE trouble_call SET grouped = ? WHERE contact = ? AND grouped <> ?"
        tx.conn.execute(sql, (grouped, row["id"], grouped))
    return {}


def say(tx: Tx, row: Row, request: wire.TroubleRequest) -> dict[str, object]:
    """Set codes and place of a contact's call and return what its row changes; raises Invalid for an unknown place.

    A danger raises the contact above every queue; taken back, it gets its class again.
    """
    known = get(tx.conn, row["id"])
    told = shown(row["trouble"]) or wire.Trouble()
    sent = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not UNSET}
    spot, street = _spot(tx.conn, row, known, request)
    moved = not sent.keys().isdisjoint(("device", "commune", "street"))
    street = street if moved else told.street
    told = msgspec.structs.replace(told, **{**sent, "device": spot.device, "commune": spot.commune, "street": street})
    priority, changes = str(row["priority_class"]), dict[str, object]()
    if moved and row["customer"] is None:
        # Of a customer the address is known; of anybody else this is all there is to read back.
        changes["place"] = _words_of(spot.commune, street)
    kept = _Kept.of(known, row, grouped=told.danger == "none")
    if told.danger != "none" and priority != "danger":
        kept.class_before, changes["priority_class"] = priority, "danger"
    elif told.danger == "none" and kept.class_before is not None:
        changes["priority_class"], kept.class_before = kept.class_before, None
    kept.grouped = changes.get("priority_class", priority) != "danger"
    kept.said = True
    _store(tx, row["id"], row["customer"], spot, told, kept)
    return {"trouble": _pack(told), **changes}


def of_outage(conn: sqlite3.Connection, outage_id: str) -> list[wire.TroubleCall]:
    """Return the calls counted at an outage, oldest first."""
    rows = conn.execute("SELECT * FROM trouble_call WHERE outage = ? ORDER BY at, n", (outage_id,))
    return [_call(row) for row in rows]


def neighbours(
    conn: sqlite3.Connection,
    transformer: str | None,
    lateral: str | None,
    exclude_customer: str | None,
    now: float,
    within_s: float = NEIGHBOURS_S,
) -> int:
    """Return how many others on the same transformer or lateral called lately that the power is out.

    A part of their own house, or too high a voltage, is not that.
    """
    sql = f"""SELECT count(DISTINCT {CALLER}) FROM trouble_call WHERE active = 1 AND at > ?
        AND (transformer = ? OR lateral = ?) AND scope <> 'P' AND place <> 'i' AND sign <> 'X'
        AND customer IS NOT ?"""
    return int(conn.execute(sql, (now - within_s, transformer, lateral, exclude_customer)).fetchone()[0])


@dataclass(slots=True)
class _Kept:
    """What a call keeps when its codes or its place change."""

    at: float
    grouped: bool
    class_before: str | None = None
    said: bool = False

    @classmethod
    def of(cls, known: Row | None, contact: Row, *, grouped: bool) -> "_Kept":
        """Return it as stored, or as it begins."""
        if known is None:
            return cls(contact["joined_at"], grouped)
        return cls(known["at"], grouped, known["class_before"], bool(known["said"]))


def _is_news(row: Row, known: Row | None, changes: Mapping[str, object], queue: object) -> bool:
    if "customer" in changes and changes["customer"] != row["customer"]:
        return queue == QUEUE or known is not None
    # Moved away it was no call any more; moved back (or the move undone) it is one again.
    return queue == QUEUE != row["queue"] and (known is None or not known["active"])


def _words_of(commune: str | None, street: str | None) -> str | None:
    known = None if commune is None else places.communes().get(commune)
    return ", ".join(part for part in (street, known and known.full_name) if part) or None


def _spot(
    conn: sqlite3.Connection, row: Row, known: Row | None, request: wire.TroubleRequest
) -> tuple[Spot, str | None]:
    commune = None if request.commune is UNSET else request.commune
    if commune is not None and commune not in places.communes():
        raise Invalid("commune", "unknown_commune", "There is no such commune.")
    if request.street is not UNSET:
        if commune is None:
            raise Invalid("street", "no_commune", "A street is named with its commune.")
        street = place_search.street(conn, request.street, commune)
        if street is None:
            raise Invalid("street", "unknown_street", "No customer of this commune lives in such a street.")
        if request.device is UNSET:
            # A street fed from several transformers points at none: it is a call from its commune.
            return locate(conn, place_search.transformer_of(conn, street[0], commune), commune), street[1]
        return _at(conn, row, known, request, commune), street[1]
    return _at(conn, row, known, request, commune), None


def _at(
    conn: sqlite3.Connection, row: Row, known: Row | None, request: wire.TroubleRequest, commune: str | None
) -> Spot:
    if request.device is not UNSET:
        found = grid.get(conn, request.device)
        if found is None:
            raise Invalid("device", "unknown_device", "There is no such device in the imported grid.")
        return locate(conn, found.code, commune or found.commune or None)
    if commune is not None:
        return Spot(commune=commune)
    if known is not None:
        return Spot(*(known[name] for name in Spot.__slots__))
    return of_customer(conn, row["customer"])


def _store(tx: Tx, contact_id: str, customer: str | None, spot: Spot, told: wire.Trouble, kept: _Kept) -> None:
    device, transformer, lateral, feeder, commune = astuple(spot)
    tx.conn.execute(_STORE, {
        "contact": contact_id, "customer": customer, "device": device, "transformer": transformer, "lateral": lateral,
        "feeder": feeder, "commune": commune, "scope": told.scope[0].upper(), "sign": _sign(told.sign),
        "danger": DANGERS.index(told.danger), "place": (told.place or "")[:1], "grouped": int(kept.grouped),
        "class_before": kept.class_before, "said": int(kept.said), "at": kept.at,
    })  # fmt: skip


def _sign(sign: wire.TroubleSign) -> str:
    return next(letter for letter, name in SIGNS.items() if name == sign)


def _pack(told: wire.Trouble) -> str:
    return msgspec.json.encode(told).decode()


def _call(row: Row) -> wire.TroubleCall:
    return wire.TroubleCall(
        contact=row["contact"], customer=row["customer"], device=row["device"], transformer=row["transformer"],
        lateral=row["lateral"], feeder=row["feeder"], commune=row["commune"], scope=SCOPES[row["scope"]],
        sign=SIGNS[row["sign"]], danger=DANGERS[row["danger"]], place=PLACES[row["place"]], at=at(row["at"]),
        active=bool(row["active"]),
    )  # fmt: skip
