"""Shift plans from a file: judged row by row, replaced a day at a time, and what the agents' day makes of them."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.domain.localtime import VIETNAM
from backend_stub.ops import check_shifts, importer
from backend_stub.ops.importer import Summary
from backend_stub.simulate.accounts import User
from backend_stub.simulate.seed_command import shift_plan
from backend_stub.store.connect import DATABASE, writer
from tests.contract.desk import ready
from tests.service import CHEAP, Running, running_service

EIGHT = datetime(2026, 11, 23, 8, tzinfo=VIETNAM).timestamp()
AWAKE = msgspec.structs.replace(CHEAP.sessions, idle_s=172_800.0, absolute_s=172_800.0)
LAN = [
    ("lan", "2026-11-23T08:00", "2026-11-23T10:00", "work"),
    ("LAN", "2026-11-23T10:00", "2026-11-23T10:15", "break"),
    ("lan", "2026-11-23T10:15", "2026-11-23T16:00+07:00", "work"),
]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(EIGHT)


@pytest_asyncio.fixture
async def svc(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Running]:
    async with running_service(tmp_path, clock, msgspec.structs.replace(CHEAP, sessions=AWAKE)) as running:
        await running.add_user("hoa", "lead")
        yield running


def load(tmp_path: Path, rows: list[tuple[str, str, str, str]]) -> Summary:
    conn = writer(next(tmp_path.rglob(DATABASE)))
    try:
        lines = [dict(zip(("username", "start", "end", "activity"), row, strict=True)) for row in rows]
        summary = importer.load(conn, "shifts", lines)
        assert list(check_shifts.problems(conn)) == []
        return summary
    finally:
        conn.close()


async def agents(svc: Running, day: str = "2026-11-23") -> dict[str, wire.AgentRow]:
    answer = await (await svc.client("hoa")).get(f"/v1/reports/agents?day={day}")
    found = msgspec.json.decode(answer.content, type=wire.AgentReport)
    assert "out of adherence" in found.formulas["ADH"]
    assert "callcentrehelper.com" in found.formulas["ADH"]
    return {row.username: row for row in found.items}


async def test_a_day_against_its_plan(svc: Running, clock: ManualClock, tmp_path: Path) -> None:
    lan, _minh = await ready(svc, "lan", "minh")
    assert load(tmp_path, LAN).loaded == 3
    clock.advance(2 * 3_600 + 300)
    await lan.put("/v1/me/state", json={"state": "paused", "reason": "break"})
    clock.advance(900)
    await lan.put("/v1/me/state", json={"state": "available"})
    clock.advance(2_400)
    found = await agents(svc)
    # 08:00 to 11:00 is planned by now; 5 minutes of the break worked, 5 minutes of work paused.
    assert (found["lan"].scheduled_s, found["lan"].kept_s) == (10_800, 10_800 - 600)
    assert found["lan"].adherence_ADH == pytest.approx(170 / 180)
    assert found["lan"].conformance_CONF == pytest.approx(165 / 165)
    assert (found["minh"].scheduled_s, found["minh"].adherence_ADH) == (None, None)
    text = (await (await svc.client("hoa")).get("/v1/reports/agents?format=csv")).content.decode("utf-8-sig")
    cells = {row["username"]: row["adherence_ADH"] for row in csv.DictReader(io.StringIO(text))}
    assert (cells["minh"], float(cells["lan"])) == ("", pytest.approx(170 / 180, abs=1e-6))


async def test_who_was_planned_and_never_came_is_there_with_nothing(
    svc: Running, clock: ManualClock, tmp_path: Path
) -> None:
    await svc.add_user("lan")
    load(tmp_path, LAN)
    assert (await agents(svc, "2026-11-22")) == {}
    clock.advance(3_600)
    row = (await agents(svc))["lan"]
    assert (row.logged_in_s, row.scheduled_s, row.adherence_ADH) == (0, 3_600, 0)


async def test_bad_rows_stay_out_and_say_why(svc: Running, tmp_path: Path) -> None:
    await svc.add_user("lan")
    bad = [
        ("nobody", "2026-11-23T08:00", "2026-11-23T16:00", "work"), ("lan", "8 Uhr", "2026-11-23T16:00", "work"),
        ("lan", "2026-11-23T08:00", "2026-11-23T08:00", "work"), ("lan", "2026-11-23T08:00", "", "work"),
        ("lan", "2026-11-23T08:00", "2026-11-24T09:00", "work"),
        ("lan", "2026-11-23T08:00", "2026-11-23T09:00", "siesta"),
        ("hoa\x1b[2J", "2026-11-23T08:00", "2026-11-23T09:00", "work"),
    ]  # fmt: skip
    summary = load(tmp_path, [*bad, *LAN, ("lan", "2026-11-23T09:00", "2026-11-23T11:00", "meeting")])
    assert (summary.loaded, summary.refused) == (3, 8)
    assert {problem.line: problem.column for problem in summary.problems} == {
        2: "username", 3: "start", 4: "end", 5: "end", 6: "end", 7: "activity", 8: "username", 12: "start",
    }  # fmt: skip
    assert "overlaps what is planned from 2026-11-23 08:00 to 2026-11-23 10:00" in summary.problems[-1].reason


async def test_a_later_file_takes_the_place_of_the_days_it_names(
    svc: Running, clock: ManualClock, tmp_path: Path
) -> None:
    await svc.add_user("lan")
    tomorrow = ("lan", "2026-11-24T08:00", "2026-11-24T16:00", "work")
    load(tmp_path, [*LAN, tomorrow])
    for _ in range(2):
        summary = load(tmp_path, [("lan", "2026-11-23T09:00", "2026-11-23T10:00", "work")])
        assert (summary.loaded, summary.refused) == (1, 0)
    clock.advance(33 * 3_600)
    assert (await agents(svc))["lan"].scheduled_s == 3_600
    assert (await agents(svc, "2026-11-24"))["lan"].scheduled_s == 8 * 3_600


async def test_the_demonstration_plans_its_agents(svc: Running, clock: ManualClock, tmp_path: Path) -> None:
    made = [User(name, "", name, "agent", "EVNCPC") for name in ("lan", "minh", "ty")]
    for user in made:
        await svc.add_user(user.username)
    rows = shift_plan([*made, User("boss", "", "Boss", "lead", "EVNCPC")], EIGHT + 1_234)
    summary = load(tmp_path, [tuple(row.values()) for row in rows])
    assert (summary.loaded, summary.refused) == (3 * 5 * 14, 0)
    clock.advance(8 * 3_600)
    found = await agents(svc)
    assert {found[user.username].scheduled_s for user in made} == {8 * 3_600}
    assert (await agents(svc, "2026-12-06")) == {}
