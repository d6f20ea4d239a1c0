"""Places as callers say them: a commune by a name of today or of before, a street in one, a device; bounded work."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Final

from agent_tui import wire
from agent_tui.text.clean import clean
from agent_tui.text.fold import fold
from backend_stub.domain import lookup
from backend_stub.domain.lookup import after, house_and_street, street_key
from backend_stub.domain.places import split_glued
from backend_stub.reference import gazetteer, old_places, places
from backend_stub.store import grid, lanes
from backend_stub.store.driver import sqlite3

# A street of more transformers than these points at none of them anyway.
MANY: Final = 2
MOST_PAIRS: Final = 40
MOST_NAMES: Final = 2_000
_CODES = "SELECT code FROM device WHERE code >= ? AND code < ? ORDER BY code LIMIT ?"
_NAMED = "SELECT code, name FROM device WHERE instr(name, ?) OR instr(code, ?)"
_STREETS_IN = """SELECT DISTINCT street, commune FROM customer WHERE street IN (SELECT value FROM json_each(?))
    AND commune IN (SELECT value FROM json_each(?))"""
_STREETS = "SELECT DISTINCT street, commune FROM customer WHERE street IN (SELECT value FROM json_each(?))"
_OF_STREET = "customer WHERE street = ? AND commune = ? AND status <> 'closed'"
_FED_BY = f"SELECT DISTINCT transformer FROM {_OF_STREET} LIMIT {MANY}"


def find(conn: sqlite3.Connection, q: str, near: str | None, limit: int) -> list[wire.PlaceHit]:
    """Return up to `limit` places for what was typed: the very device, communes, streets, devices that begin so.

    `near` is a commune whose streets come first, and whose alone are found without a place.
    """
    text = clean(q).strip()
    terms = tuple(lookup.words(text))[: lookup.MAX_TERMS]
    if not terms:
        return []
    ticks = 0

    def tick() -> bool:
        nonlocal ticks
        ticks += 1
        return ticks > lanes.MOST_TICKS

    found: dict[tuple[str, str, str], wire.PlaceHit] = {}
    conn.set_progress_handler(tick, lanes.OPS_A_TICK)
    try:
        for lane in (_very_device, _our_communes, _streets, _devices_begun, _devices_named, _communes):
            for hit in lane(conn, text, terms, near):
                found.setdefault((hit.device or "", hit.commune, hit.street or ""), hit)
                if len(found) >= limit:
                    return list(found.values())
    except sqlite3.OperationalError:
        # The work was ended for its cost: what was found by then is a good answer to a hasty question.
        if ticks <= lanes.MOST_TICKS:
            raise
    finally:
        conn.set_progress_handler(None, 0)
    return list(found.values())


def transformer_of(conn: sqlite3.Connection, sid: int, commune: str) -> str | None:
    """Return the transformer that feeds all of a street in a commune, None where there are several or none is known."""
    fed = [row[0] for row in conn.execute(_FED_BY, (sid, commune))]
    return fed[0] if len(fed) == 1 else None


def street(conn: sqlite3.Connection, said: str, commune: str) -> tuple[int, str] | None:
    """Return number and name of a street by its name in a commune, None when no customer lives there."""
    key = street_key(f"0 {said}")[1]
    row = conn.execute("SELECT sid FROM street WHERE street_f = ?", (key,)).fetchone()
    name = None if row is None or not key else _street_name(conn, row[0], commune)
    return None if row is None or name is None else (int(row[0]), name)


def device_hit(conn: sqlite3.Connection, code: str) -> wire.PlaceHit | None:
    """Return a device as a place, None when there is none."""
    row = grid.get(conn, code)
    if row is None:
        return None
    return wire.PlaceHit(
        "device", row.name or row.code, row.commune, *_names(row.commune), grid.customers_below(conn, code), code,
        row.kind,
    )  # fmt: skip


def customers_of(conn: sqlite3.Connection, commune: str) -> int:
    """Return how many customers (not closed ones) a commune has."""
    row = conn.execute("SELECT n FROM commune_customers WHERE commune = ?", (commune,)).fetchone()
    return 0 if row is None else int(row[0])


def _very_device(
    conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None
) -> Iterable[wire.PlaceHit]:
    for code in dict.fromkeys((text, text.upper())):
        if (hit := device_hit(conn, code)) is not None:
            yield hit


def _our_communes(
    conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None
) -> Iterable[wire.PlaceHit]:
    """Yield the communes where we have customers; that of the caller first, then as the names are, small to large."""
    hits = [hit for hit in _communes(conn, text, terms, near) if hit.customers]
    yield from sorted(hits, key=lambda hit: hit.commune != near)


def _communes(conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None) -> Iterable[wire.PlaceHit]:
    read = gazetteer.known().read(terms, prefix=True)
    for code in () if read is None else read.communes:
        yield _commune_hit(conn, code, terms)


def _commune_hit(conn: sqlite3.Connection, code: str, terms: Sequence[str]) -> wire.PlaceHit:
    name, province = _names(code)
    return wire.PlaceHit("commune", name, code, name, province, customers_of(conn, code), was=_was(code, terms))


def _was(code: str, terms: Sequence[str]) -> str | None:
    """Return the old ward by whose name a commune was found, None where its own name was said first."""
    said = f" {' '.join(split_glued(terms))} "
    own = _place_in(said, places.communes()[code].name)
    ward = min(_wards_of().get(code, ()), key=lambda ward: _place_in(said, ward.name), default=None)
    if ward is None or _place_in(said, ward.name) >= own:
        return None
    district = old_places.districts()[ward.district]
    # Numbered wards have their kind in their name.
    name = ward.name if ward.name.casefold().startswith(ward.kind) else f"{ward.kind.capitalize()} {ward.name}"
    return f"{name}, {district.name}, {old_places.provinces()[district.province]}"


def _place_in(said: str, name: str) -> int:
    """Return where a name begins in what was said, its end where it is not said."""
    at = said.find(f" {' '.join(lookup.words(name))} ")
    return at if at >= 0 else len(said)


@cache
def _wards_of() -> dict[str, list[old_places.OldWard]]:
    found: dict[str, list[old_places.OldWard]] = {}
    for ward in old_places.wards().values():
        for code in ward.communes:
            found.setdefault(code, []).append(ward)
    return found


def _streets(conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None) -> Iterable[wire.PlaceHit]:
    if sids := _sids(conn, terms, half_typed=True):
        if near is not None:
            yield from _street_hits(conn, conn.execute(_STREETS_IN, (sids, json.dumps([near]))).fetchall(), near)
        yield from _street_hits(conn, conn.execute(_STREETS, (sids,)).fetchmany(MOST_PAIRS), near)
    for i in range(1, len(terms)):
        place = gazetteer.known().read(terms[i:], prefix=True)
        if place is not None and (sids := _sids(conn, terms[:i], half_typed=False)):
            pairs = conn.execute(_STREETS_IN, (sids, json.dumps(place.communes))).fetchmany(MOST_PAIRS)
            yield from _street_hits(conn, pairs, near)
            if pairs:
                return


def _sids(conn: sqlite3.Connection, terms: Sequence[str], *, half_typed: bool) -> str | None:
    words = house_and_street(" ".join(terms))[1].split()
    if not words:
        return None
    rows = conn.execute(lanes.STREETS, (lookup.all_words(words, half_typed=half_typed),)).fetchall()
    return json.dumps([row[0] for row in rows]) if rows else None


def _street_hits(conn: sqlite3.Connection, pairs: Iterable[sqlite3.Row], near: str | None) -> Iterable[wire.PlaceHit]:
    for sid, commune in sorted(((row[0], row[1]) for row in pairs), key=lambda pair: pair[1] != near):
        name = _street_name(conn, sid, commune)
        if name is not None:
            count = int(conn.execute(f"SELECT count(*) FROM {_OF_STREET}", (sid, commune)).fetchone()[0])
            device = transformer_of(conn, sid, commune)
            yield wire.PlaceHit("street", name, commune, *_names(commune), count, device, street=name)


def _street_name(conn: sqlite3.Connection, sid: int, commune: str) -> str | None:
    """Return a street as one of its addresses writes it: what is left when the house is taken off."""
    row = conn.execute(f"SELECT address FROM {_OF_STREET} LIMIT 1", (sid, commune)).fetchone()
    if row is None:
        return None
    words = str(row[0]).partition(",")[0].split()
    key = street_key(str(row[0]))[1]
    shorter = (" ".join(words[i:]) for i in range(len(words), -1, -1))
    return next((name for name in shorter if street_key(f"0 {name}")[1] == key), None)


def _devices_begun(
    conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None
) -> Iterable[wire.PlaceHit]:
    for begun in dict.fromkeys((text, text.upper())):
        rows = conn.execute(_CODES, (begun, after(begun), MOST_PAIRS)).fetchall()
        yield from filter(None, (device_hit(conn, row[0]) for row in rows))


def _devices_named(
    conn: sqlite3.Connection, text: str, terms: Sequence[str], near: str | None
) -> Iterable[wire.PlaceHit]:
    number = next((term for term in terms if term.isdigit()), None)
    if number is None:
        return
    # By number first: SQLite cannot fold accents, and the names of a whole grid are too many to fold each time.
    rows = islice(conn.execute(_NAMED, (number, number)), MOST_NAMES)
    wanted = set(terms)
    fitting = [row[0] for row in rows if wanted <= set(lookup.words(fold(f"{row[0]} {row[1]}")))]
    yield from filter(None, (device_hit(conn, code) for code in fitting))


def _names(commune: str) -> tuple[str, str]:
    known = places.communes().get(commune)
    return ("", "") if known is None else (known.full_name, places.provinces()[known.province].name)
