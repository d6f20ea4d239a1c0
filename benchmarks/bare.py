"""The floors of a durable take: a bare ASGI handler that does the same work and nothing else.

The same statements in the same order with the same group commit behind the same server: no login, no policy, no
validation, no errors, no metrics, no request log. `/take` has the statements written out by hand, without the rules
of contact and agent; `/rules` calls the store's own take, so that what is over it is the way there and back.
Run: python -m benchmarks.bare DATA_DIR
"""

import asyncio
import hashlib
import hmac
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uvicorn

from agent_tui import wire
from backend_stub.policy import Principal
from backend_stub.routes.http import Receive, Scope, Send
from backend_stub.serve import bind
from backend_stub.store import audit, connect, contact_offers, contact_rows, events, idempotency
from backend_stub.store.agents import _AGENT
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from benchmarks.common import CENTRE

Row, Conn = sqlite3.Row, sqlite3.Connection
Waiting = tuple[Callable[..., bytes], list[str], "asyncio.Future[bytes]"]
encode = msgspec.json.encode
SLOTS = """SELECT channel, state FROM contact WHERE offered_to = ? AND state = 'offered'
    UNION ALL SELECT channel, state FROM contact INDEXED BY contact_in_hand WHERE agent = ?
    AND state IN ('connected', 'held', 'wrap_up')"""
STATE = "SELECT intent, activity, since, pending, reason, pending_reason FROM agent_state WHERE user_id = ?"
HISTORY = 'INSERT INTO contact_event (contact, at, state, "trigger", by, detail) VALUES (?, ?, ?, ?, ?, ?)'
SEGMENT = """SELECT queue, joined_at, agent, offered_at, answered_at, held_since, ended_at, hold_s, acw_s, outcome,
    transferred_to, n FROM segment WHERE contact = ? AND outcome IS NULL"""
SAVE_SEGMENT = "UPDATE segment SET agent = ?, offered_at = ?, answered_at = ? WHERE n = ?"
SAVE = "UPDATE contact SET state = ?, state_since = ?, agent = ?, version = version + 1 WHERE id = ? RETURNING *"
EVENT = "INSERT INTO event_log (at, kind, centre, owner, data, masked) VALUES (?, ?, ?, ?, ?, ?)"
SAVE_STATE = """INSERT INTO agent_state (user_id, intent, activity, since, pending, reason, pending_reason)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET intent = excluded.intent,
    activity = excluded.activity, since = excluded.since, pending = excluded.pending,
    reason = excluded.reason, pending_reason = excluded.pending_reason"""
KNOWN = "SELECT fingerprint, status, body, headers FROM idempotency WHERE user_id = ? AND key = ? AND at > ?"
KEEP = """INSERT OR REPLACE INTO idempotency (user_id, key, fingerprint, status, body, headers, at)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
AUDIT = """INSERT INTO audit (n, at, who, verb, object, reason, request, change, mac)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def contact(row: Row, address: str) -> wire.Contact:
    """Make the contact's message."""
    moment = datetime.fromtimestamp
    return wire.Contact(
        row["id"], row["channel"], row["direction"], row["state"], row["queue"], row["skill"], row["skill_level"],
        row["priority_class"], moment(row["joined_at"], UTC), row["score_adj"], address, row["name"], row["customer"],
        msgspec.json.decode(row["candidates"]), row["agent"], row["offered_to"], row["outage"], row["ticket"],
        row["text_preview"], moment(row["state_since"], UTC), row["version"], row["centre"], row["place"],
        bool(row["callback"]), None,
    )  # fmt: skip


def colleague(row: Row) -> wire.Agent:
    """Make the agent's message."""
    return wire.Agent(
        id=row["id"], username=row["username"], name=row["name"], centre=row["centre"],
        skills=msgspec.json.decode(row["skills"]), intent=row["intent"], activity=row["activity"],
        since=datetime.fromtimestamp(row["since"], UTC), pending=row["pending"], reason=row["reason"],
    )  # fmt: skip


def take(conn: Conn, now: float, secret: bytes, contact_id: str, user: str, key: str) -> bytes:
    """Do what a take does to the database and return the answer's bytes."""
    conn.execute(KNOWN, (user, key, now - 86_400.0)).fetchone()
    conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
    conn.execute(STATE, (user,)).fetchone()
    conn.execute(SLOTS, (user, user)).fetchall()
    for state, trigger in (("offered", "reserve"), ("connected", "answer")):
        conn.execute(HISTORY, (contact_id, now, state, trigger, user, None))
    n = conn.execute(SEGMENT, (contact_id,)).fetchone()["n"]
    conn.execute(SAVE_SEGMENT, (user, now, now, n))
    row = conn.execute(SAVE, ("connected", now, user, contact_id)).fetchall()[0]
    full = encode(contact(row, row["address"]))
    masked = encode(contact(row, "•••" + row["address"][-3:]))
    conn.execute(EVENT, (now, "contact.changed", row["centre"], user, full, masked))
    conn.execute(SAVE_STATE, (user, "available", "on_contact", now, None, None, None))
    agent = conn.execute(_AGENT + " WHERE user.id = ?", (user,)).fetchone()
    conn.execute(EVENT, (now, "agent.changed", row["centre"], None, encode(colleague(agent)), None))
    last = conn.execute("SELECT n, mac FROM audit_head").fetchone()
    n, before = (last["n"] + 1, last["mac"]) if last else (1, bytes(32))
    mac = hmac.digest(secret, before + encode((now, user, "contact.take", contact_id, "", key, "")), "sha256")
    conn.execute(AUDIT, (n, now, user, "contact.take", contact_id, "", key, "", mac))
    seal = hmac.digest(secret, encode(("head", n, mac.hex())), "sha256")
    conn.execute("INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?, ?)", (n, mac, seal))
    mark = hashlib.sha256(contact_id.encode()).digest()
    conn.execute(KEEP, (user, key, mark, 200, full, '{"etag":"2"}', now))
    return full


def by_rules(conn: Conn, now: float, secret: bytes, contact_id: str, user: str, key: str) -> bytes:
    """Do the same through the store's own functions."""
    tx = Tx(conn, now)
    idempotency.get(conn, user, key)
    who = Principal(user, "", "", "agent", CENTRE, {"outage": 3})
    row = contact_offers.take(tx, contact_rows.need(conn, contact_id), who)
    audit.Trail(secret).append(conn, audit.Entry(now, user, "contact.take", contact_id, "", key))
    full = encode(contact_rows.seen_by(row, user))
    mark = hashlib.sha256(contact_id.encode()).digest()
    idempotency.put(conn, user, key, now, idempotency.Stored(mark, 200, full, {"etag": "2"}))
    return full


def free(conn: Conn, now: float, secret: bytes, contact_id: str, user: str, key: str) -> bytes:
    """Let the agent go, outside the timed part."""
    conn.execute("UPDATE contact SET state = 'closed' WHERE id = ?", (contact_id,))
    conn.execute("UPDATE agent_state SET activity = 'idle' WHERE user_id = ?", (user,))
    conn.execute(EVENT, (now, "agent.changed", None, None, b"{}", None))
    return b"{}"


WORK = {"take": take, "rules": by_rules, "free": free}


class Writer(threading.Thread):
    """Group commit at its plainest."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(daemon=True)
        self.secret = audit.read_key(data_dir / audit.KEY_FILE)
        self.conn = connect.writer(data_dir.resolve() / connect.DATABASE)
        self.waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self.seq = events.head(self.conn)

    def run(self) -> None:
        """Commit whatever waits, for ever."""
        while True:
            group = [self.waiting.get()]
            while len(group) < 256 and not self.waiting.empty():
                group.append(self.waiting.get())
            self.conn.execute("BEGIN IMMEDIATE")
            now, done = time.time(), []
            for work, arguments, future in group:
                self.conn.execute("SAVEPOINT command")
                done.append((future, work(self.conn, now, self.secret, *arguments)))
                self.conn.execute("RELEASE command")
            self.conn.execute("COMMIT")
            logged = events.since(self.conn, self.seq, 5_000)
            self.seq = logged[-1].seq
            future.get_loop().call_soon_threadsafe(self.settle, done)

    @staticmethod
    def settle(done: list[tuple["asyncio.Future[bytes]", bytes]]) -> None:
        """Give the answers."""
        for future, answer in done:
            future.set_result(answer)


class App:
    """POST /take/CONTACT/USER/KEY, /rules/... and, between the timed parts, /free/CONTACT/USER/KEY."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, verb, *arguments = str(scope["path"]).split("/")
        future = asyncio.get_running_loop().create_future()
        self.writer.waiting.put((WORK[verb], arguments, future))
        body = await future
        headers = [
            (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), (b"etag", b'"2"'),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Server(uvicorn.Server):
    """uvicorn that says where it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"listening on http://127.0.0.1:{(sockets or [])[0].getsockname()[1]}", flush=True)


def main() -> None:
    """Serve until a signal."""
    writer = Writer(Path(sys.argv[1]))
    writer.start()
    config = uvicorn.Config(
        App(writer), loop="uvloop", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_keep_alive=75,
    )  # fmt: skip
    Server(config).run(sockets=[bind("127.0.0.1", 0)])


if __name__ == "__main__":
    main()
