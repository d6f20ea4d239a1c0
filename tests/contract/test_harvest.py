"""Whoever opens or looks up more than a day's work needs is told of once a day, and nobody has to read counts."""

import json
import logging

import msgspec
import pytest

from backend_stub import cli, harvest
from backend_stub.clock import ManualClock
from backend_stub.settings import Limits
from backend_stub.store import customers
from tests.contract import grid
from tests.customers import make
from tests.service import running_service

# 2026-11-22 09:00 in Vietnam.
START = 1_795_312_800.0
PEOPLE = [make(n, f"Người {n}", phones=(f"09051234{n:02}",)) for n in range(1, 8)]
REASON = {"Access-Reason": "search"}
STRICT = msgspec.structs.replace(grid.PATIENT, limits=Limits(records_day=3, searches_day=4))


@pytest.fixture
async def clock():
    return ManualClock(START)


@pytest.fixture
async def svc(tmp_path, clock):
    async with running_service(tmp_path, clock, STRICT) as running:
        await running.engine.write(lambda tx: customers.upsert_many(tx.conn, PEOPLE))
        yield running


async def opens(svc, name, *numbers):
    client = await svc.client(name)
    for n in numbers:
        assert (await client.get(f"/v1/customers/{PEOPLE[n].code}", headers=REASON)).status_code == 200


async def told(svc):
    sql = "SELECT u.username, a.change FROM audit a JOIN user u ON u.id = a.who WHERE a.verb = ? ORDER BY n"
    rows = await svc.engine.read(lambda conn: conn.execute(sql, (harvest.VERB,)).fetchall())
    return [(row[0], json.loads(row[1])) for row in rows]


async def test_who_opens_too_many_records_is_told_of_once_a_day(svc, clock, caplog):
    await opens(svc, "lan", 0, 1, 2)
    await opens(svc, "minh", 0, 0, 0, 0, 0, 1)
    await svc.service.look_out()
    assert await told(svc) == []
    await opens(svc, "lan", 3)
    with caplog.at_level(logging.WARNING, "backend_stub"):
        await svc.service.look_out()
        await opens(svc, "lan", 4, 5)
        await svc.service.look_out()
    assert await told(svc) == [("lan", {"records": 4, "searches": 0})]
    lan = (await (await svc.client("lan")).get("/v1/me")).json()["id"]
    assert [record.getMessage() for record in caplog.records] == [
        f"user {lan} opened 4 records and searched 0 times today"
    ]
    clock.advance(86_400)
    await svc.service.look_out()
    await opens(svc, "lan", 0, 1, 2)
    await svc.service.look_out()
    assert len(await told(svc)) == 1
    await opens(svc, "lan", 3)
    await svc.service.look_out()
    assert [who for who, _ in await told(svc)] == ["lan", "lan"]


async def test_who_searches_too_often_is_told_of(svc):
    lan, minh = await svc.client("lan"), await svc.client("minh")
    for client, times in ((lan, 5), (minh, 4)):
        for _ in range(times):
            assert (await client.post("/v1/customers/search", json={"q": "%_%_"})).status_code == 200
    await svc.service.look_out()
    assert await told(svc) == [("lan", {"records": 0, "searches": 5})]


async def test_a_restart_neither_forgets_the_count_nor_tells_twice(tmp_path, clock):
    async with running_service(tmp_path, clock, STRICT) as svc:
        await svc.engine.write(lambda tx: customers.upsert_many(tx.conn, PEOPLE))
        await opens(svc, "lan", 0, 1, 2)
        await opens(svc, "minh", 0, 1, 2, 3)
        await svc.service.look_out()
        assert [who for who, _ in await told(svc)] == ["minh"]
    async with running_service(tmp_path, clock, STRICT) as svc:
        await opens(svc, "lan", 3)
        await svc.service.look_out()
        assert [who for who, _ in await told(svc)] == ["minh", "lan"]


async def test_it_is_seen_in_the_metrics_in_check_and_in_audit(tmp_path, capsys):
    # The command line looks at the last seven days of the real clock.
    async with running_service(tmp_path, settings=STRICT) as svc:
        await svc.engine.write(lambda tx: customers.upsert_many(tx.conn, PEOPLE))
        assert "\nharvest_suspects 0.0\n" in (await svc.anonymous().get("/metrics")).text
        await opens(svc, "lan", 0, 1, 2, 3)
        await svc.service.look_out()
        assert "\nharvest_suspects 1.0\n" in (await svc.anonymous().get("/metrics")).text
    assert cli.main(["check", str(tmp_path)]) == 0
    look = [line for line in capsys.readouterr().out.splitlines() if line.startswith("look")]
    assert len(look) == 1
    assert look[0].startswith("look    harvesting: lan opened 4 customers' records and searched 0 times on ")
    assert cli.main(["audit", str(tmp_path), "--user", "lan"]) == 0
    assert "harvest.suspect" in capsys.readouterr().out


async def test_each_look_reads_only_what_is_new(svc):
    await opens(svc, "lan", 0)
    await svc.service.look_out()
    for sql, index in ((harvest._FIRST, "audit_by_who"), (harvest._NEW, "INTEGER PRIMARY KEY")):
        plan = await svc.engine.read(
            lambda conn, sql=sql: [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", (0, 0.0, 1.0))]
        )
        assert any(index in step for step in plan), plan
        assert not any(step.startswith("SCAN audit") for step in plan), plan
