"""One command's view of the open transaction, and what the commands of a group leave for its end."""

from collections.abc import Callable

from msgspec import Struct

from agent_tui.wire import EventKind
from backend_stub.store import events
from backend_stub.store.audit import Entry, Head, Trail
from backend_stub.store.driver import sqlite3


class Told(Struct, frozen=True):
    """A row just told of, with the bytes its `owner` and everybody else received."""

    row: sqlite3.Row
    owner: str | None
    full: bytes
    masked: bytes


class Tx:
    """One command's view of the open transaction; the commands of a group share it, one after the other."""

    def __init__(self, conn: sqlite3.Connection, now: float, keep_events: int = 50_000) -> None:
        self.conn = conn
        self.now = now
        self.said: list[events.Logged] = []
        self.told: Told | None = None
        self._keep_events = keep_events
        self._audited: Head | None = None
        self._trail: Trail | None = None

    def emit(
        self,
        kind: EventKind,
        body: Struct,
        *,
        centre: str | None = None,
        owner: str | None = None,
        masked: Struct | None = None,
    ) -> int:
        """Append to the event log and return the seq; everybody but `owner` receives `masked` where it is given."""
        logged = events.append(self.conn, self.now, kind, body, centre=centre, owner=owner, masked=masked)
        self.said.append(logged)
        if logged.seq % events.PRUNE_EVERY == 0:
            events.prune(self.conn, logged.seq, self._keep_events)
        return logged.seq

    def audit(self, trail: Trail, entry: Entry) -> None:
        """Append to the audit log; its head is signed once, when the group is about to be committed."""
        self._audited = trail.follow(self.conn, self._audited, entry)
        self._trail = trail

    def attempt(self) -> Callable[[], None]:
        """Return what makes this forget a command that was undone: what it said and what it left on record."""
        said, audited = len(self.said), self._audited
        self.told = None

        def forget() -> None:
            del self.said[said:]
            self._audited = audited

        return forget

    def finish(self) -> None:
        """Sign what is on record: the last thing before the commit."""
        if self._trail is not None and self._audited is not None:
            self._trail.sign(self.conn, self._audited)
