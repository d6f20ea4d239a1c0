"""Customers as stored: upsert and the record's parts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agent_tui import wire
from agent_tui.text import phone as phones
from backend_stub.domain.lookup import name_key, street_key
from backend_stub.reference import places
from backend_stub.store import dictionary, grid, streets
from backend_stub.store.dictionary import Move, Posting
from backend_stub.store.driver import sqlite3

MAX_SHARING = 20

network_path = grid.network_path
customers_below = grid.customers_below
devices_below = grid.devices_below

_COLUMNS = """id, code, name, name_f, title, address, commune, old_address, meter_no, contract_no,
    transformer, tariff, households, priority_load, status, street, house, phone"""
_UPSERT = f"""INSERT INTO customer ({_COLUMNS})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_f = excluded.name_f, title = excluded.title,
    address = excluded.address, commune = excluded.commune, old_address = excluded.old_address,
    meter_no = excluded.meter_no, contract_no = excluded.contract_no, transformer = excluded.transformer,
    tariff = excluded.tariff, households = excluded.households, priority_load = excluded.priority_load,
    status = excluded.status, street = excluded.street, house = excluded.house, phone = excluded.phone"""
_KNOWN = f"""SELECT {_COLUMNS}, (SELECT group_concat(phone, ' ') FROM customer_phone WHERE customer = c.id)
  FROM customer c WHERE code IN (SELECT value FROM json_each(?))"""

Columns = tuple[int | str | None, ...]


@dataclass(slots=True)
class CustomerRow:
    """One customer as imported: `phones` in national digits, `commune` the five-digit code of 2025."""

    code: str
    name: str
    title: str
    phones: tuple[str, ...]
    address: str
    commune: str
    old_address: str
    meter_no: str
    contract_no: str
    transformer: str | None
    tariff: str
    households: int
    priority_load: str
    status: str


@dataclass(frozen=True, slots=True)
class CustomerBrief:
    """What other parts of the service need to know of a customer."""

    id: int
    code: str
    name: str
    title: str
    phones: tuple[str, ...]
    address: str
    old_address: str
    commune: str
    commune_name: str
    province: str
    province_name: str
    centre: str
    meter_no: str
    contract_no: str
    transformer: str | None
    tariff: str
    households: int
    priority_load: str
    status: str


def upsert_many(conn: sqlite3.Connection, rows: Sequence[CustomerRow], *, indexed: bool = True) -> None:
    """Insert or change customers by code in the open transaction; of equal codes the last counts.

    What is on file already as it should be is not written again. The dictionary follows, unless `indexed` is false:
    then `dictionary.rebuild` is still to be called. Raises the driver's IntegrityError when a transformer is unknown.
    """
    latest = {row.code: row for row in rows}
    known = {row[1]: row for row in conn.execute(_KNOWN, (json.dumps(list(latest)),))}
    places_of = {row.code: street_key(row.address) for row in latest.values()}
    sids = streets.numbers(conn, (street for _, street in places_of.values()))
    number = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM customer").fetchone()[0])
    written: list[Columns] = []
    numbers: list[tuple[int, int, str]] = []
    moves: list[Move] = []
    for code, row in latest.items():
        old = known.get(code)
        customer = number if old is None else int(old[0])
        number += old is None
        house, street = places_of[code]
        columns = _columns(customer, name_key(row.name), row, sids.get(street), house if street else "")
        if old is not None and (*columns, " ".join(row.phones[1:]) or None) == tuple(old):
            continue
        written.append(columns)
        numbers += [(customer, i, phone) for i, phone in enumerate(row.phones) if i]
        before = None if old is None else Posting(old[3], old[6])
        moves.append(Move(customer, before, Posting(str(columns[3]), row.commune)))
    conn.executemany(_UPSERT, written)
    changed = [(move.customer,) for move in moves if move.old is not None]
    conn.executemany("DELETE FROM customer_phone WHERE customer = ?", changed)
    conn.executemany("INSERT INTO customer_phone (customer, position, phone) VALUES (?, ?, ?)", numbers)
    if indexed:
        dictionary.move(conn, moves)


def codes_by_phone(conn: sqlite3.Connection, phone: str) -> list[str]:
    """Return the codes of the customers with this phone (any spelling), at most 20; empty when it is no phone."""
    number = phones.normalise(phone)
    if number is None:
        return []
    sql = """SELECT code FROM customer WHERE phone = ?1
        UNION SELECT c.code FROM customer_phone p JOIN customer c ON c.id = p.customer WHERE p.phone = ?1
        ORDER BY 1 LIMIT ?2"""
    return [str(row[0]) for row in conn.execute(sql, (number, MAX_SHARING))]


def brief(conn: sqlite3.Connection, code: str) -> CustomerBrief | None:
    """Return a customer by code, None when there is none."""
    row = conn.execute(
        "SELECT id, code, name, title, address, old_address, commune, meter_no, contract_no, transformer, tariff,"
        " households, priority_load, status, phone FROM customer WHERE code = ?",
        (code,),
    ).fetchone()
    if row is None:
        return None
    sql = "SELECT phone FROM customer_phone WHERE customer = ? ORDER BY position"
    known = dict(row)
    numbers = [known.pop("phone"), *(further[0] for further in conn.execute(sql, (row[0],)))]
    commune = places.communes().get(row["commune"])
    province = places.provinces().get(commune.province) if commune else None
    return CustomerBrief(
        **known,
        phones=tuple(filter(None, numbers)),
        commune_name=commune.full_name if commune else "",
        province=province.code if province else "",
        province_name=province.name if province else "",
        centre=province.corporation if province else "",
    )


def count(conn: sqlite3.Connection) -> int:
    """Return how many customers are on file."""
    return int(conn.execute("SELECT count(*) FROM customer").fetchone()[0])


def to_record(
    customer: CustomerBrief,
    network: list[wire.Device],
    tickets: list[wire.TicketBrief],
    contacts: list[wire.ContactBrief],
    owed: tuple[int, date | None] | None,
    outages: list[wire.OutageBrief],
) -> wire.CustomerRecord:
    """Put a customer's record together from its parts; `owed` is None where no bills are on file."""
    return wire.CustomerRecord(
        code=customer.code, name=customer.name, title=customer.title, phones=list(customer.phones),
        address=customer.address, old_address=customer.old_address, commune=customer.commune,
        commune_name=customer.commune_name, province_name=customer.province_name, centre=customer.centre,
        meter_no=customer.meter_no, contract_no=customer.contract_no, tariff=customer.tariff,
        households=customer.households, priority_load=customer.priority_load, status=customer.status,
        network_path=[device.code for device in network], network=network, open_tickets=tickets,
        recent_contacts=contacts, balance=owed[0] if owed else None, owed_since=owed[1] if owed else None,
        outages=outages,
    )  # fmt: skip


def _columns(customer: int, key: str, row: CustomerRow, street: int | None, house: str) -> Columns:
    return (
        customer, row.code, row.name, key, row.title, row.address, row.commune, row.old_address,
        row.meter_no, row.contract_no, row.transformer, row.tariff, row.households, row.priority_load, row.status,
        street, house, row.phones[0] if row.phones else "",
    )  # fmt: skip
