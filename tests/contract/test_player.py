"""The simulator against the whole service, through its doors: contacts come, leave, are served."""

import asyncio
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx

from backend_stub.clock import SystemClock
from backend_stub.ops import importer
from backend_stub.simulate import people
from backend_stub.simulate.grid import DEMO_FEEDER, FAILING_FEEDER, PLANNED_FEEDER
from backend_stub.simulate.people import People
from backend_stub.simulate.player import Account, Play, Player
from backend_stub.simulate.scenario import Failure, Scenario
from backend_stub.store import connect
from tests.service import PASSWORD, Running, make_database, running_service

CUSTOMERS = 300
REASONS = {"power_out": 30.0, "danger": 3.0, "bill": 20.0, "meter": 10.0, "new_supply": 10.0, "other": 10.0}
BUSY = Scenario("busy", 500, 12, 2, REASONS, (Failure(0.5, FAILING_FEEDER, 12.0, cause="VEG"),))


def load_people(tmp_path: Path) -> None:
    conn = connect.writer(make_database(tmp_path).resolve())
    assert importer.load(conn, "network", people.network_dicts(CUSTOMERS), clock=SystemClock()).refused == 0
    assert importer.load(conn, "customers", people.customer_dicts(People(CUSTOMERS))).refused == 0
    conn.close()


async def a_play(svc: Running, minutes: float, agents: int) -> Play:
    names = [f"agent{n}" for n in range(agents)]
    for name in names:
        await svc.add_user(name, skills={"outage": 3, "billing": 3, "service": 3, "general": 3})
    await svc.add_user("door", "channel")
    await svc.add_user("boss", "lead")
    return Play(
        "http://localhost", People(CUSTOMERS), BUSY, 7, 180.0, minutes, Account("door", PASSWORD),
        tuple(Account(name, PASSWORD) for name in names), Account("boss", PASSWORD),
    )  # fmt: skip


async def contacts(svc: Running) -> list[tuple[str, str | None]]:
    rows = await svc.engine.read(lambda conn: conn.execute("SELECT state, disposition FROM contact").fetchall())
    return [(row[0], row[1]) for row in rows]


async def repaired(lead: httpx.AsyncClient) -> dict[str, dict] | None:
    """Return all outages by device once the field crew has told cause and time of what broke, and had a danger."""
    items = (await lead.get("/v1/outages?status=all")).json()["items"]
    # So few live there that its one transformer is all the calls can name.
    broken = [item for item in items if item["device"].startswith(FAILING_FEEDER) and item["etr_source"] == "crew"]
    dangers = (await lead.get("/v1/dispatches?open=0")).json()["items"]
    done = broken and any(item["dispatch"]["acked_at"] for item in dangers)
    return {item["device"]: item for item in [*items, *broken]} if done else None


async def test_a_day_is_played(tmp_path: Path) -> None:
    load_people(tmp_path)
    async with running_service(tmp_path, rounds=True) as svc:
        play = await a_play(svc, minutes=6_000, agents=8)
        lead = await svc.client("boss")
        happens = await svc.stream("boss")
        day = asyncio.create_task(Player(play, svc.anonymous()).run())
        async with asyncio.timeout(400):
            while (by_device := await repaired(lead)) is None:
                await happens.until("outage.changed")
        day.cancel()
        with suppress(asyncio.CancelledError):
            await day
        outcome = await contacts(svc)
        states = Counter(state for state, _ in outcome)
        assert len(outcome) > 60
        assert states["closed"] + states["callback_waiting"] > 10
        assert states["abandoned"] > 0
        assert "outage_attached" in {disposition for _, disposition in outcome}
        assert by_device[DEMO_FEEDER]["status"] == "confirmed"
        assert (by_device[DEMO_FEEDER]["crew"], by_device[DEMO_FEEDER]["etr_state"]) == ("onsite", "ok")
        # What broke was predicted from the calls, confirmed, given a time and a cause by the simulated dispatcher.
        broken = next(one for device, one in by_device.items() if device.startswith(FAILING_FEEDER) and one["cause"])
        assert broken["predicted_from"]["calls"] >= 1
        assert broken["cause"] == "VEG"
        planned = (await lead.get("/v1/outages?status=planned")).json()["items"]
        assert [item["device"] for item in planned] == [PLANNED_FEEDER]


async def test_a_second_play_first_sends_home_who_is_left(tmp_path: Path) -> None:
    load_people(tmp_path)
    async with running_service(tmp_path) as svc:
        play = await a_play(svc, minutes=0.01, agents=0)
        await Player(play, svc.anonymous()).run()
        first = await contacts(svc)
        assert {state for state, _ in first} <= {"queued", "abandoned"}
        await Player(play, svc.anonymous()).run()
        states = Counter(state for state, _ in await contacts(svc))
        assert states.total() == 2 * len(first)
        assert states["abandoned"] >= len(first)
        assert states["queued"] > 0
        lead = await svc.client("boss")
        outages = (await lead.get("/v1/outages?status=open")).json()["items"]
        assert [item["device"] for item in outages] == [DEMO_FEEDER]


def test_everything_goes_through_public_doors() -> None:
    source = Path(people.__file__).parent
    for module in ("agents", "field", "player", "promises", "door", "floor"):
        imported = re.findall(r"^from (backend_stub\.\S+)", (source / f"{module}.py").read_text("utf-8"), re.M)
        assert all(name.startswith("backend_stub.simulate") for name in imported), module
