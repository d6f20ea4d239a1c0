"""500 waiting callers of a feeder fault attached to its outage in one request, and taken back in one, over HTTP.

The floor is the same rows and events written by bare SQLite in one transaction.
"""

import contextlib
import http.client
import json
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from agent_tui import wire
from backend_stub.settings import Settings
from backend_stub.store import connect, contact_intake, customers, grid, outages
from backend_stub.store.customers import CustomerRow
from backend_stub.store.engine import Tx
from backend_stub.store.grid import DeviceRow
from backend_stub.store.outages import Report
from benchmarks import data
from benchmarks.common import CENTRE, figure, median, no_collection, percentile, scratch, serve

CALLERS, CUSTOMERS, TRANSFORMERS = 500, 4_800, 80
ROUNDS = 15
COMMUNE = "22081"


class Done(msgspec.Struct):
    """What both answers say."""

    done: int
    undo: str | None = None


def feeder() -> tuple[list[DeviceRow], list[CustomerRow]]:
    """A feeder of 4,800 customers on eight laterals."""
    devices = [
        DeviceRow("SS1", "substation", None, "110 kV", COMMUNE), DeviceRow("F474", "feeder", "SS1", "474", COMMUNE),
        *(DeviceRow(f"L{n}", "lateral", "F474", f"474/{n}", COMMUNE) for n in range(8)),
        *(DeviceRow(f"T{n}", "transformer", f"L{n % 8}", f"TBA {n}", COMMUNE) for n in range(TRANSFORMERS)),
    ]  # fmt: skip
    people = [
        CustomerRow(
            f"PC08GG{n:07}", f"Nguyễn Văn {n}", "Anh", (f"09{n:08}",), f"{n} Trần Phú", COMMUNE, "", f"8{n:07}",
            f"HD{n}", f"T{n % TRANSFORMERS}", "residential", 1, "", "active",
        )
        for n in range(CUSTOMERS)
    ]  # fmt: skip
    return devices, people


def fill(data_dir: Path) -> tuple[str, str, list[str]]:
    """Make the directory and return an agent's token, the outage and the callers."""
    token = data.fill(data_dir, 1, 0).agents[0][1]
    conn = connect.writer(data_dir / connect.DATABASE)
    conn.execute("BEGIN IMMEDIATE")
    now = time.time()
    tx = Tx(conn, now)
    devices, people = feeder()
    grid.upsert_many(conn, devices)
    customers.upsert_many(conn, people)
    outage = outages.create(tx, Report("F474", "unplanned", "confirmed", now - 600, "lead"))["id"]
    ids = []
    for n in range(CALLERS):
        new = wire.NewContact(external_id=f"x-{n}", channel="hotline", address=f"09{n * 9:08}", queue="outage")
        row, _ = contact_intake.create(tx, new, source="u_door", centre=CENTRE, queues=Settings().queues)
        ids.append(row["id"])
    conn.execute("COMMIT")
    conn.close()
    return token, outage, ids


def timed(door: http.client.HTTPConnection, token: str, path: str, body: object = None) -> tuple[float, Done]:
    """Send a POST and return (seconds until the whole answer is there, the answer)."""
    raw = b"" if body is None else json.dumps(body).encode()
    headers = {"host": "localhost", "authorization": f"Bearer {token}", "content-type": "application/json"}
    began = time.perf_counter()
    door.request("POST", path, raw, headers)
    answer = door.getresponse()
    read = answer.read()
    spent = time.perf_counter() - began
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {read[:200]!r}")
    return spent, msgspec.json.decode(read, type=Done)


def floor(data_dir: Path, outage: str, ids: list[str]) -> float:
    """Return the seconds of the same rows and events in one durable transaction, without rules or HTTP."""
    conn = connect.writer(data_dir / connect.DATABASE)
    events = conn.execute(
        "SELECT at, kind, centre, owner, data, masked FROM event_log ORDER BY seq DESC LIMIT ?", (CALLERS,)
    ).fetchall()
    began = time.perf_counter()
    conn.execute("BEGIN IMMEDIATE")
    sql = "UPDATE contact SET outage = ?, callback = 1, version = version + 1 WHERE id = ?"
    conn.executemany(sql, [(outage, one) for one in ids])
    insert = "INSERT INTO event_log (at, kind, centre, owner, data, masked) VALUES (?, ?, ?, ?, ?, ?)"
    conn.executemany(insert, [tuple(event) for event in events])
    conn.execute("COMMIT")
    spent = time.perf_counter() - began
    conn.close()
    return spent


def main() -> None:
    """Print the figures."""
    with scratch() as place:
        ours = place / "ours"
        token, outage, ids = fill(ours)
        bulk = {"ids": ids, "change": {"outage": outage}}
        attach, undo, floors = [], [], []
        with serve(ours) as server, contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port)) as door:
            for n in range(ROUNDS):
                bare = place / f"bare{n}"
                shutil.copytree(ours, bare)
                floors.append(floor(bare, outage, ids))
                shutil.rmtree(bare)
                with no_collection():
                    spent, answer = timed(door, token, "/v1/contacts/bulk", bulk)
                    assert answer.done == CALLERS
                    attach.append(spent)
                    spent, undone = timed(door, token, f"/v1/undo/{answer.undo}")
                    assert undone.done == CALLERS
                    undo.append(spent)
    bare_ms = median(floors) * 1e3
    figure("bulk_attach_500", percentile(attach, 0.95) * 1e3, "ms", "value<=1000", bare_ms)
    figure("bulk_undo_500", percentile(undo, 0.95) * 1e3, "ms", "value<=1000", bare_ms)


if __name__ == "__main__":
    main()
