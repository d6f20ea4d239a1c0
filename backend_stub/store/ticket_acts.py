"""Acts on many tickets: bulk changes, merges, and how a ticket gets back what an undo returns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from agent_tui import wire
from backend_stub.domain import ticket as rules
from backend_stub.errors import Conflict, Invalid, Refused
from backend_stub.store import outages, ticket_history, ticket_index, ticket_rows, tickets, undo
from backend_stub.store.engine import Tx
from backend_stub.store.ticket_rows import Row
from backend_stub.store.undo import Was

May = Callable[[Row], bool]


@dataclass(slots=True)
class _Act:
    """A change of many tickets under way."""

    tx: Tx
    author: str
    was: list[Was]
    outages: set[str]

    def did(self, before: Row, after: Row, note: str | None = None) -> None:
        """Keep what a ticket was, and the outages to count anew; tell of the ticket."""
        self.was.append(tickets.reversible(before, after, note))
        if before["outage"] != after["outage"]:
            self.outages |= {before["outage"], after["outage"]} - {None}
        ticket_rows.emit(self.tx, after["id"])

    def settle(self) -> str | None:
        """Count each outage once and return the token that takes it all back."""
        for outage in sorted(self.outages):
            outages.touch(self.tx, outage)
        return undo.offer(self.tx, self.author, self.was) if self.was else None


def bulk(tx: Tx, wanted: wire.TicketBulk, author: str, may: May) -> wire.BulkAnswer:
    """Change many tickets as one act; a ticket that cannot be changed stays as it is and is named with the reason.

    Raises Invalid where the change itself names something unknown. `may` says whether the caller may touch a row.
    """
    change = {k: v for k, v in msgspec.structs.asdict(wanted.change).items() if v is not UNSET}
    if not change:
        raise Invalid("change", "nothing_to_do", "Say what is to be changed.")
    note = change.pop("note", None)
    tickets.check_links(tx.conn, None, change.get("outage"))
    if "type" in change:
        tickets.need_type(change["type"])
    rows = ticket_rows.get_many(tx.conn, wanted.ids)
    act, failed = _Act(tx, author, [], set()), []
    for ticket_id in dict.fromkeys(wanted.ids):
        row = rows.get(ticket_id)
        try:
            if row is None or not may(row):
                raise _Left("not_found")
            _change_one(act, row, change, note)
        except _Left as left:
            failed.append(wire.BulkFailure(ticket_id, left.code))
    return wire.BulkAnswer(len(dict.fromkeys(wanted.ids)) - len(failed), failed, act.settle())


def merge(tx: Tx, row: Row, into: Row, author: str) -> tuple[Row, str]:
    """Merge a ticket into another of its centre; return the one that stays and the token that takes it back.

    The merged one is closed and keeps its links and notes; the other shows them, and takes over customer and outage
    where it has none. Raises Conflict `merged`, Invalid for a ticket and itself.
    """
    if row["id"] == into["id"]:
        raise Invalid("into", "same_ticket", "A ticket cannot be merged into itself.")
    for one in (row, into):
        if one["merged_into"] is not None:
            said = f"{one['number']} was merged into another ticket already."
            raise Conflict("merged", said, current=tickets.to_wire(one, tx.now), into=one["merged_into"])
    act = _Act(tx, author, [], set())
    closed = tickets.apply(tx, row, {"status": "closed", "merged_into": into["id"]}, author, "merged")
    act.did(row, closed)
    takes = {name: row[name] for name in ("customer", "outage") if into[name] is None and row[name] is not None}
    kept = tickets.apply(tx, into, takes, author, "merged")
    if kept["version"] != into["version"]:
        act.did(into, kept)
    else:
        ticket_rows.emit(tx, into["id"])
    token = act.settle()
    return kept, token or ""


def restore(tx: Tx, steps: Sequence[Was]) -> None:
    """Give tickets back what an undo returns; a note that came with the change stays and is marked as withdrawn."""
    touched: set[str] = set()
    for was in steps:
        before = tickets.get(tx.conn, was.id)
        if before is None:
            continue
        columns = {name: value for name, value in was.before.items() if name != "note"}
        if "note" in was.before:
            ticket_rows.withdraw_note(tx, str(was.before["note"]), was.by)
        if columns:
            after = _put_back(tx, before, columns, was.by)
            if before["outage"] != after["outage"]:
                touched |= {before["outage"], after["outage"]} - {None}
        for shown in {was.id, before["merged_into"]} - {None}:
            ticket_rows.emit(tx, shown)
    for outage in sorted(touched):
        outages.touch(tx, outage)


class _Left(Exception):
    """A ticket is left as it is; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _change_one(act: _Act, row: Row, change: dict[str, str | None], note: str | None) -> None:
    """Change one ticket of a bulk; raises _Left before anything of it is stored."""
    if row["merged_into"] is not None:
        raise _Left("merged")
    changes: dict[str, object] = dict(change)
    if "status" in changes and not rules.moves(row["status"], str(changes["status"])):
        raise _Left("illegal_transition")
    if "assignee" in changes:
        try:
            changes["assignee"] = tickets.check_assignee(act.tx.conn, change["assignee"], row["centre"])
        except Refused as refused:
            raise _Left(refused.code) from refused
    written = ticket_rows.write_note(act.tx, row["id"], act.author, note, "bulk").id if note else None
    after = tickets.apply(act.tx, row, changes, act.author, "bulk")
    if written is not None and after["version"] == row["version"]:
        ticket_index.put(act.tx.conn, after["id"])
    if written is not None or after["version"] != row["version"]:
        act.did(row, after, written)


def _put_back(tx: Tx, before: Row, columns: dict[str, undo.Value], author: str) -> Row:
    sets = "".join(f"{name} = ?, " for name in columns)
    sql = f"UPDATE ticket SET {sets}updated_at = ?, version = version + 1 WHERE id = ? RETURNING *"
    after: Row = tx.conn.execute(sql, (*columns.values(), tx.now, before["id"])).fetchall()[0]
    ticket_history.record(tx, after, author, "undone", before)
    ticket_index.put(tx.conn, after["id"])
    return after


undo.RESTORE_MANY["ticket"] = restore
