"""A data directory with agents at work and contacts that wait, made without the HTTP door."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from agent_tui import wire
from backend_stub import datadir
from backend_stub.sessions import token_hash
from backend_stub.settings import Settings
from backend_stub.store import connect, contact_intake
from backend_stub.store.engine import Tx
from benchmarks.common import CENTRE

DAY_S = 86_400.0


@dataclass(frozen=True)
class Filled:
    """What is in the directory: user ids with their tokens, contact ids, the token of a channel."""

    agents: list[tuple[str, str]]
    contacts: list[str]
    door: str


def fill(data_dir: Path, agents: int, contacts: int, channel: wire.Channel = "hotline") -> Filled:
    """Make the directory."""
    datadir.create(data_dir)
    # Taking by hand is measured: a router that rings at the free agents meanwhile is work the floor does not do.
    with (data_dir / datadir.SETTINGS).open("a") as file:
        file.write("\n[routing]\noffers = false\n")
    conn = connect.writer(data_dir / connect.DATABASE)
    conn.execute("BEGIN IMMEDIATE")
    now = time.time()
    people = [(f"u_{secrets.token_hex(8)}", secrets.token_urlsafe(32)) for _ in range(agents)]
    door = ("u_door", secrets.token_urlsafe(32))
    roles = [(user, f"agent{n}", "agent") for n, (user, _) in enumerate(people)]
    conn.executemany(
        "INSERT INTO user (id, username, name, role, centre, password_hash, created_at) VALUES (?, ?, ?, ?, ?, '-', ?)",
        [
            (user, name, "Nguyễn Văn Ty", role, CENTRE, now)
            for user, name, role in [*roles, ("u_door", "door", "channel")]
        ],
    )
    conn.executemany("INSERT INTO user_skill VALUES (?, 'outage', 3)", [(user,) for user, _ in people])
    conn.executemany(
        "INSERT INTO session (token_hash, user_id, created_at, expires_at, seen_at) VALUES (?, ?, ?, ?, ?)",
        [(token_hash(token), user, now, now + DAY_S / 2, now) for user, token in [*people, door]],
    )
    conn.executemany(
        "INSERT INTO agent_state (user_id, intent, activity, since) VALUES (?, 'available', 'idle', ?)",
        [(user, now) for user, _ in people],
    )
    tx, queues = Tx(conn, now), Settings().queues
    waiting = []
    for n in range(contacts):
        new = wire.NewContact(
            external_id=f"x-{n}", channel=channel, address=f"09{n:08}", queue="outage", name="Trần Thị Bích"
        )
        row, _ = contact_intake.create(tx, new, source="u_door", centre=CENTRE, queues=queues)
        waiting.append(row["id"])
    conn.execute("COMMIT")
    conn.close()
    return Filled(people, waiting, door[1])
