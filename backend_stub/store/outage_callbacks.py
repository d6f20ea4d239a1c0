"""Call backs after an outage: who is promised one, who is calling whom, every try, and what came of it.

A promise is a contact attached with `callback` on. It ends only with an answer: no try and no failure makes it go away.
"""

from collections import defaultdict

import msgspec

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import outage as rules
from backend_stub.domain.contact import mask_address
from backend_stub.domain.masking import mask_numbers
from backend_stub.errors import Conflict, NotFound
from backend_stub.policy import Principal
from backend_stub.store import contact_moves, customers, outage_life, outage_steps, outages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

# Long enough for a call that is answered, short enough that a forgotten claim holds nobody up.
CLAIM_S = 300.0

_JOINED = """SELECT c.n, c.id, c.channel, coalesce(c.callback_phone, c.address) AS address, c.name, c.customer, c.place,
    c.joined_at, c.centre, c.source, c.agent, c.outage, c.callback, p.state, coalesce(p.attempts, 0) AS attempts,
    p.claimed_by, p.claimed_at, p.nested
    FROM contact c LEFT JOIN outage_callback p ON p.outage = :outage AND p.contact = c.id"""
_PROMISED = """c.id IN (SELECT id FROM contact WHERE outage = :outage AND callback = 1
    UNION SELECT contact FROM outage_callback WHERE outage = :outage)"""
_ATTACHED = """c.id IN (SELECT id FROM contact WHERE outage = :outage
    UNION SELECT contact FROM trouble_call WHERE outage = :outage
    UNION SELECT contact FROM outage_callback WHERE outage = :outage AND nested IS NOT NULL)"""
_OPEN = "c.outage = :outage AND c.callback = 1"
STATES = {"open": _OPEN, "done": f"NOT ({_OPEN})", "all": "1"}


def page(
    conn: sqlite3.Connection, outage_id: str, user: Principal, centre: str | None, state: str, after: int, limit: int,
    now: float,
) -> list[tuple[int, wire.OutageCallback]]:  # fmt: skip
    """Return promised calls with a cursor each, oldest first, of one centre or of all (None)."""
    rows = conn.execute(
        f"""{_JOINED} WHERE {_PROMISED} AND {STATES[state]} AND c.n > :after AND (:centre IS NULL OR c.centre = :centre)
            ORDER BY c.n LIMIT :limit""",
        {"outage": outage_id, "after": after, "centre": centre, "limit": limit},
    ).fetchall()
    tries = _history(conn, outage_id, [row["id"] for row in rows])
    return [(row["n"], _to_wire(row, outage_id, tries[row["id"]], user.id, now)) for row in rows]


def calls(conn: sqlite3.Connection, outage_id: str, centre: str | None, after: int | None, limit: int) -> list[str]:
    """Return the ids of the contacts attached to an outage or counted at it, newest first; nested ones too."""
    rows = conn.execute(
        f"""SELECT id FROM contact c WHERE {_ATTACHED} AND (:centre IS NULL OR centre = :centre)
            AND (:after IS NULL OR n < :after) ORDER BY n DESC LIMIT :limit""",
        {"outage": outage_id, "centre": centre, "after": after, "limit": limit},
    )
    return [str(row[0]) for row in rows]


def one(conn: sqlite3.Connection, outage_id: str, contact_id: str, user_id: str, now: float) -> wire.OutageCallback:
    """Return one promised call; raises NotFound."""
    row = _need(conn, outage_id, contact_id)
    return _to_wire(row, outage_id, _history(conn, outage_id, [contact_id])[contact_id], user_id, now)


def claim(tx: Tx, outage_id: str, contact_id: str, user: Principal) -> wire.OutageCallback:
    """Take a call on, so that nobody else makes it, and learn the number; raises NotFound, Conflict."""
    row = _open(tx, outage_id, contact_id)
    if row["claimed_by"] not in (None, user.id) and row["claimed_at"] > tx.now - CLAIM_S:
        raise Conflict("already_claimed", "A colleague is making this call.", by=row["claimed_by"])
    tx.conn.execute(
        """INSERT INTO outage_callback (outage, contact, state, claimed_by, claimed_at) VALUES (?, ?, 'open', ?, ?)
           ON CONFLICT DO UPDATE
           SET state = 'open', claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at""",
        (outage_id, contact_id, user.id, tx.now),
    )
    return one(tx.conn, outage_id, contact_id, user.id, tx.now)


def report(
    tx: Tx, outage: sqlite3.Row, contact_id: str, request: wire.CallbackResultRequest, user: Principal
) -> wire.OutageCallback:
    """Keep what came of a call and draw the consequence; raises NotFound, Conflict `callback_done`."""
    row = _open(tx, outage["id"], contact_id)
    sql = "INSERT INTO outage_callback_attempt (outage, contact, at, by, result, note) VALUES (?, ?, ?, ?, ?, ?)"
    tx.conn.execute(sql, (outage["id"], contact_id, tx.now, user.username, request.result, request.note))
    transformer = _transformer(tx.conn, row["customer"])
    back = frozenset(outage_steps.back_since(tx.conn, outage["id"]))
    restored = rules.believed_back(outage["status"], transformer, back)
    outcome = rules.after_callback(request.result, restored)
    # Somebody whose house nobody has found yet cannot be placed in the grid: the promise stays with this outage.
    nested = None
    if outcome == "nested" and transformer is not None:
        nested = outage_life.nest(tx, outage, transformer, user.username)["id"]
    done = outcome == "done" or nested is not None
    tx.conn.execute(
        """INSERT INTO outage_callback (outage, contact, state, attempts, nested) VALUES (?, ?, ?, 1, ?)
           ON CONFLICT DO UPDATE SET state = excluded.state, attempts = attempts + 1, nested = excluded.nested,
           claimed_by = NULL, claimed_at = NULL""",
        (outage["id"], contact_id, "done" if done else "open", nested),
    )
    if done:
        contact = tx.conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
        contact_moves.change(tx, contact, {"callback": 0} if nested is None else {"outage": nested})
    if nested is not None:
        outages.settle(tx, nested, bump=True)
    outage_life.verify(tx, outage["id"])
    return one(tx.conn, outage["id"], contact_id, user.id, tx.now)


def _need(conn: sqlite3.Connection, outage_id: str, contact_id: str) -> sqlite3.Row:
    sql = f"{_JOINED} WHERE {_PROMISED} AND c.id = :contact"
    row: sqlite3.Row | None = conn.execute(sql, {"outage": outage_id, "contact": contact_id}).fetchone()
    if row is None:
        raise NotFound("callback")
    return row


def _open(tx: Tx, outage_id: str, contact_id: str) -> sqlite3.Row:
    row = _need(tx.conn, outage_id, contact_id)
    if row["outage"] != outage_id or not row["callback"]:
        raise Conflict("callback_done", "This call was made; what came of it is in the history.")
    return row


def _transformer(conn: sqlite3.Connection, customer: str | None) -> str | None:
    found = None if customer is None else customers.brief(conn, customer)
    return None if found is None else found.transformer


def _history(conn: sqlite3.Connection, outage_id: str, contacts: list[str]) -> dict[str, list[wire.CallbackAttempt]]:
    sql = """SELECT contact, at, by, result, note FROM outage_callback_attempt
        WHERE outage = ? AND contact IN (SELECT value FROM json_each(?)) ORDER BY n"""
    found: defaultdict[str, list[wire.CallbackAttempt]] = defaultdict(list)
    for row in conn.execute(sql, (outage_id, msgspec.json.encode(contacts).decode())):
        note = None if row["note"] is None else mask_numbers(row["note"])
        found[row["contact"]].append(wire.CallbackAttempt(at(row["at"]), row["by"], row["result"], note))
    return found


def _to_wire(
    row: sqlite3.Row, outage_id: str, history: list[wire.CallbackAttempt], user_id: str, now: float
) -> wire.OutageCallback:
    is_open = row["outage"] == outage_id and bool(row["callback"])
    held = is_open and row["claimed_by"] is not None and row["claimed_at"] > now - CLAIM_S
    mine = held and row["claimed_by"] == user_id
    name = row["name"]
    return wire.OutageCallback(
        contact=row["id"], outage=outage_id, channel=row["channel"],
        address=row["address"] if mine else mask_address(row["address"]),
        name=name if mine or name is None else mask_numbers(name), customer=row["customer"], place=row["place"],
        joined_at=at(row["joined_at"]), state="open" if is_open else "done", attempts=row["attempts"],
        history=history, claimed_by=row["claimed_by"] if held else None,
        claimed_at=opt_to_wire(row["claimed_at"]) if held else None, nested=row["nested"],
    )  # fmt: skip
