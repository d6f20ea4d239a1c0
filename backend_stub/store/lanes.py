"""The statements of the customer look-up: index seeks that give whole rows as they are stepped.

No lane sorts, ranks or scans without a bound (design: reference/performance.md 1.1): whoever runs one takes as many
rows as fit and leaves the rest. A bound parameter as LIMIT would have SQLite prepare the statement anew each time,
which costs more than the look-up.
"""

from agent_tui.text import phone as phones
from agent_tui.wire import CustomerHit, Lane
from backend_stub.domain import outage as outages
from backend_stub.store.driver import sqlite3

# What a plan may cost at most: some 5 ms of the database's own work a statement, whatever somebody types.
OPS_A_TICK = 1_000
MOST_TICKS = 250

MAX_NAMES = 500
MAX_NAMES_NEAR = 150
MAX_BEGIN = 100
MAX_STREETS = 60
MAX_NAMED = 1_000
MAX_HOT = 4
# The last characters of codes and phones that are indexed (schema/search3).
MAX_END = 7

_ROW = "c.id, c.code, c.name, c.address, c.old_address, c.meter_no, c.status, c.priority_load"
_OF = "CROSS JOIN customer c ON c.id = p.customer"
_LISTED = "IN (SELECT value FROM json_each(?))"


def _shown(source: str, lane: str = "", phone: str = "c.phone") -> str:
    """Return a statement that gives the rows of a look-up: what is shown of customer `c`, the lane, the commune."""
    return f"SELECT {_ROW}, {phone}, '{lane}', c.commune FROM {source}"


def _range(lane: str, column: str) -> str:
    return _shown(f"customer c WHERE {column} >= ? AND {column} < ?", lane)


def _phone(test: str) -> str:
    """Return a statement over first and further phones; `test` says `phone` of what it tests."""
    further = _shown(f"customer_phone p {_OF} WHERE {test.replace('phone', 'p.phone')}", "phone", "p.phone")
    first = _shown(f"customer c WHERE {test.replace('phone', 'c.phone')}", "phone")
    return f"{first} UNION ALL {further}"


def _end(column: str) -> str:
    """Return the test that a column ends with ?3; ?1 to ?2 is the range of its last characters, last first."""
    end = " || ".join([f"substr({column}, -1)", *(f"substr({column}, -{i}, 1)" for i in range(2, MAX_END + 1))])
    return f"{end} >= ?1 AND {end} < ?2 AND substr({column}, -length(?3)) = ?3"


# A whole number or code and nothing else, each one statement: most look-ups are these.
CODE = _shown("customer c WHERE c.code = ?", "code")
NUMBER = f"{_phone('phone = ?1')} UNION ALL {_shown('customer c WHERE c.meter_no = ?1', 'meter')}"

CODES = _range("code", "code")
CODE_TAILS = _shown(f"customer c WHERE {_end('code')}", "code")
METERS = _range("meter", "meter_no")
PHONES = _phone("phone >= ?1 AND phone < ?2")
PHONE_TAILS = _phone(_end("phone"))

SAME = "SELECT nid FROM dname WHERE name_f = ?"
BEGIN = f"SELECT name_f, nid FROM dname WHERE name_f >= ? AND name_f < ? LIMIT {MAX_BEGIN}"
OF_NAMES = _shown(f"dpost p {_OF} WHERE p.nid {_LISTED}")
OF_NAMES_IN = _shown(f"dpost p {_OF} WHERE p.nid {_LISTED} AND p.commune {_LISTED}")
_MATCHING = "(SELECT rowid AS nid FROM dfts WHERE dfts MATCH ? LIMIT {}) d CROSS JOIN dpost p ON p.nid = d.nid"
NAMES = _shown(f"{_MATCHING.format(MAX_NAMES)} {_OF}")
NAMES_IN = _shown(f"{_MATCHING.format(MAX_NAMES)} AND p.commune {_LISTED} {_OF}")
NAMES_NEAR = _shown(f"{_MATCHING.format(MAX_NAMES_NEAR)} AND p.commune {_LISTED} {_OF}")
PLACE = _shown("customer c WHERE c.commune = ?")

STREETS = f"SELECT rowid FROM dfts_street WHERE dfts_street MATCH ? LIMIT {MAX_STREETS}"
_HERE = "c.street IN (SELECT value FROM json_each(?1)) AND (?2 = '' OR c.house = ?2)"
STREET = _shown(f"customer c WHERE {_HERE}")
STREET_IN = _shown(f"customer c WHERE {_HERE} AND c.commune IN (SELECT value FROM json_each(?3))")
# For a name and a street without a place the name leads: more people live in a long street than have a whole name.
NAMED_STREET = _shown(
    f"""(SELECT p.customer AS id FROM {_MATCHING.format(MAX_NAMES).replace("MATCH ?", "MATCH ?3")}
    LIMIT {MAX_NAMED}) h CROSS JOIN customer c ON c.id = h.id AND {_HERE}"""
)

_OUT = ", ".join(f"'{status}'" for status in sorted(outages.OFF_NOW))
HOT = f"SELECT below FROM outage WHERE status IN ({_OUT}) ORDER BY n DESC LIMIT {MAX_HOT}"


def street_of(test: str) -> str:
    """Return the statement that looks through the customers of streets in some communes for names that pass `test`."""
    return f"{STREET_IN} AND {test}"


def slice_of(test: str) -> str:
    """Return the statement that looks through the customers of some communes for names that pass `test`."""
    return _shown(f"customer c WHERE c.commune {_LISTED} AND {test}")


def hit(row: sqlite3.Row, lane: Lane) -> CustomerHit:
    """Return what is shown of a statement's row; phones are masked until the record is opened."""
    _, code, name, address, old_address, meter_no, status, priority_load, number, _, commune = row
    masked = phones.mask(number) if number else ""
    match = name
    if lane == "phone":
        match = masked
    elif lane == "code":
        match = code
    elif lane == "meter":
        match = meter_no
    return CustomerHit(code, name, masked, address, old_address, meter_no, status, priority_load, match, commune)
