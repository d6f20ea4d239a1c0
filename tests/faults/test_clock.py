"""The wall clock of a serving process leaps: nothing running ends early or lives on, and no effect is doubled (F10)."""

import asyncio
import itertools
import struct
import time
from pathlib import Path

import pytest

from backend_stub.sessions import token_hash
from backend_stub.store import connect, sessions, users
from backend_stub.store.driver import sqlite3
from tests.faults import process, verify
from tests.faults.load import Ledger, Load
from tests.faults.process import Serving
from tests.faults.talk import Link, Said, request

HOUR, DAY = 3_600, 86_400
# The machine's own clock is behind all of them: what is asserted are differences.
LEAPS = {"an hour on": (0, HOUR), "an hour back": (HOUR, 0), "a day on": (0, DAY)}
HANOI = {"rung": "agent", "wrapping": "agent", "door2": "channel", "cold": "agent", "brief": "agent"}
BRIEF_S = 3.0
PATIENCE_S = 20.0
_NUMBERS = itertools.count(1)


class Machine:
    """The clock the process sees."""

    def __init__(self, file: Path, offset: int) -> None:
        self.offset = offset
        file.write_bytes(struct.pack("=q", offset))
        self._file = file

    def leap_to(self, offset: int) -> None:
        """Put the clock so many seconds before the real one."""
        self.offset = offset
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", offset))

    def now(self) -> float:
        """Return what the process takes for the time."""
        return time.time() + self.offset


def add_people(data_dir: Path, now: float) -> None:
    """Add a centre of its own, so that the load's agents take nothing of it."""
    conn = connect.writer(data_dir / connect.DATABASE)
    conn.execute("BEGIN IMMEDIATE")
    # The template's sessions were made by another clock.
    conn.execute("UPDATE session SET expires_at = ?, seen_at = ?", (now + 36_000, now))
    for name, role in HANOI.items():
        user = users.add(
            conn, username=name, name=name.title(), role=role, centre="EVNHANOI", password_hash="-", now=now
        )  # fmt: skip
        if name != "brief":
            sessions.add(conn, token_hash(process.token(name)), user, now, now + 36_000)
    conn.execute("COMMIT")
    conn.close()


def add_brief(data_dir: Path, now: float) -> float:
    """Add a session that is about to end and return the monotonic time of that."""
    conn = connect.writer(data_dir / connect.DATABASE)
    sessions.add(conn, token_hash(process.token("brief")), id_of(data_dir, "brief"), now, now + BRIEF_S)
    conn.close()
    return time.monotonic() + BRIEF_S


def read(data_dir: Path, sql: str) -> list[tuple]:
    conn = sqlite3.connect(f"{(data_dir / connect.DATABASE).as_uri()}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in conn.execute(sql)]
    finally:
        conn.close()


def id_of(data_dir: Path, name: str) -> str:
    return read(data_dir, f"SELECT id FROM user WHERE username = '{name}'")[0][0]


async def until(what, within: float = PATIENCE_S):
    """Ask the service again and again until the answer is yes, and return it; TimeoutError when it never is."""
    async with asyncio.timeout(within):
        while True:
            if found := await what():
                return found


async def told(port: int) -> Said:
    """Report a call of the other centre."""
    body = {"external_id": f"h-{next(_NUMBERS)}", "channel": "hotline", "address": "0999000123", "queue": "outage"}
    return await ok(port, "door2", "POST", "/v1/contacts", body)


async def ok(port: int, user: str, method: str, path: str, body: object = None, key: str | None = None) -> Said:
    link = Link(port, user)
    said = await link.send(request(user, method, path, body, key))
    link.close()
    assert said.status < 300, (method, path, said.status, said.body)
    return said


async def contact_is(port: int, contact: str, state: str) -> dict | None:
    seen = (await ok(port, "head", "GET", f"/v1/contacts/{contact}")).json()
    return seen if seen["state"] == state else None


async def leapt(port: int, data_dir: Path) -> bool:
    await ok(port, "head", "GET", "/health")
    return bool(read(data_dir, "SELECT 1 FROM audit WHERE verb = 'clock.leap'"))


async def scene(load: Load, data_dir: Path, machine: Machine, to: int) -> None:
    """Have everything run that has an end, let the clock leap, and look at what became of it."""
    port, leap = load.port, to - machine.offset
    for name in ("rung", "wrapping"):
        await ok(port, name, "PUT", "/v1/me/state", {"state": "available"})
    call = (await told(port)).json()["id"]
    ringing = await until(lambda: contact_is(port, call, "offered"))
    other = (await told(port)).json()["id"]
    second = await until(lambda: contact_is(port, other, "offered"))
    names = {id_of(data_dir, name): name for name in ("rung", "wrapping")}
    rung, wrapping = names[ringing["offered_to"]], names[second["offered_to"]]
    await ok(port, wrapping, "POST", f"/v1/contacts/{other}/take")
    await ok(port, wrapping, "POST", f"/v1/contacts/{other}/end")
    ticket = {"type": "OTHER", "title": "once", "note": "before the leap"}
    made = await ok(port, rung, "POST", "/v1/tickets", ticket, "before-the-leap")
    path = f"/v1/tickets/{made.json()['id']}"
    await ok(port, rung, "PUT", f"{path}/presence", {"doing": "viewing"})
    brief_ends = add_brief(data_dir, machine.now())
    await ok(port, "brief", "GET", "/v1/me")
    of_both = f"WHERE id IN ('{call}', '{other}') ORDER BY offer_until IS NULL"
    columns = f"SELECT offer_until, acw_until FROM contact {of_both}"
    (before_offer, _), (_, before_acw) = read(data_dir, columns)
    presence = "SELECT until FROM presence"
    ((before_presence,),) = read(data_dir, presence)

    machine.leap_to(to)
    await until(lambda: leapt(port, data_dir))
    # Another command line's change has every session's user read anew: their ends must not be by the new clock.
    conn = connect.writer(data_dir / connect.DATABASE)
    conn.execute("UPDATE user SET extension = '7' WHERE username = 'rung'")
    conn.close()
    # One that rings after the leap shows that the rounds went on since.
    third = (await told(port)).json()["id"]
    load.over = True

    # What rang still rings at the same agent, for as long as it would have; so with the wrap-up and the presence.
    still = await contact_is(port, call, "offered")
    assert still is not None
    assert still["offered_to"] == ringing["offered_to"]
    (after_offer, _), (_, after_acw) = read(data_dir, columns)
    ((after_presence,),) = read(data_dir, presence)
    moved = [after_offer - before_offer, after_acw - before_acw, after_presence - before_presence]
    assert moved == pytest.approx([leap] * 3, abs=2.0)
    assert 0 < after_presence - machine.now() <= 30
    assert (await ok(port, rung, "GET", path)).json()["presence"][0]["user"] == rung

    # Nobody is logged out who was logged in, seen before or not; and an end that was near is where it was.
    for name in (*process.PEOPLE, "rung", "wrapping", "cold"):
        await ok(port, name, "GET", "/v1/me")
    link = Link(port, "brief")

    async def ended() -> bool:
        return (await link.ask("GET", "/v1/me")).status == 401

    await until(ended)
    link.close()
    assert time.monotonic() > brief_ends - 0.5

    # The same key has the same answer and no second effect, a day later too.
    again = await ok(port, rung, "POST", "/v1/tickets", ticket, "before-the-leap")
    assert (again.status, again.body) == (made.status, made.body)
    assert read(data_dir, "SELECT count(*) FROM ticket WHERE title = 'once'") == [(1,)]
    await ok(port, rung, "POST", f"/v1/contacts/{call}/take")
    await ok(port, rung, "POST", f"/v1/contacts/{call}/finish", {"disposition": "information"})
    await until(lambda: contact_is(port, third, "offered"))


@pytest.mark.parametrize("leap", LEAPS)
def test_nothing_ends_early_lives_on_or_is_doubled(data_dir: Path, library: Path, tmp_path: Path, leap: str) -> None:
    before, after = LEAPS[leap]
    machine = Machine(tmp_path / "clock", before)
    add_people(data_dir, machine.now())
    environment = {"LD_PRELOAD": str(library), "FAULT_CLOCK": str(tmp_path / "clock")}
    ledger = Ledger()

    async def work(served: Serving) -> None:
        load = Load(served.port, ledger)
        working = asyncio.create_task(load.run())
        try:
            await scene(load, data_dir, machine, after)
        finally:
            load.over = True
            await working
        assert load.count > 0

    with Serving(data_dir, environment) as served:
        asyncio.run(work(served))
        assert served.stop() == 0
        assert [line for line in served.said().splitlines() if "leapt" not in line] == []
    assert [said.status for said in ledger.refused if said.status >= 500] == []
    assert len(ledger.seen) > 0
    verify.check(data_dir, ledger)
