"""Interval and agent reports over HTTP: JSON and CSV, final or not, and the list behind every total."""

import csv
import io
from pathlib import Path

import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.settings import Settings
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.desk import do, ready, report
from tests.service import Running, running_service

# 10:10 of a Monday in Vietnam.
NOW = 1_795_403_400.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def settings() -> Settings:
    return grid.BY_HAND


async def intervals(svc: Running, **query: str) -> wire.IntervalReport:
    answer = await (await svc.client("lead")).get("/v1/reports/intervals", params=query)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.IntervalReport)


async def test_a_half_hour_is_final_when_its_last_contact_has_ended(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    here = await svc.channel()
    first = await report(here)
    clock.advance(10)
    await do(lan, first, "take")
    clock.advance(1_500)
    second = await report(here)
    found = await intervals(svc)
    assert (found.day, found.minutes, found.centre) == ("2026-11-23", 30, "all")
    # 10:35: the half-hours of the day that have begun.
    assert len(found.items) == 22
    ten, half_past = found.items[20:]
    assert ten.start.isoformat() == "2026-11-23T03:00:00+00:00"
    assert (ten.offered, ten.answered, ten.handled, ten.final) == (1, 1, 0, False)
    assert (half_past.offered, half_past.waiting, half_past.final) == (1, 1, False)
    assert [row.final for row in found.items[:20]] == [True] * 20
    assert not found.total.final

    await do(lan, first, "finish", disposition="other")
    clock.advance(1_800)
    assert (await intervals(svc)).items[20].final
    await do(here, second, "abandon")
    found = await intervals(svc)
    assert [row.final for row in found.items[20:]] == [True, True, False]
    assert found.items[21].abandoned_gt_300 == 1
    assert found.total.talk_s == 1_500


async def test_a_promised_call_keeps_its_interval_open(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", phone="0999000123")
    clock.advance(3_600)
    row = (await intervals(svc)).items[20]
    assert (row.withdrawn, row.callbacks_called, row.final) == (1, 0, False)
    await do(lan, contact, "take")
    await do(lan, contact, "finish", disposition="other")
    row = (await intervals(svc)).items[20]
    assert (row.offered, row.answered, row.withdrawn) == (1, 0, 1)
    assert (row.callbacks_called, row.callbacks_reached, row.callback_wait_s_average) == (1, 1, 3_600)
    assert row.asa_s_ASA_all is None
    assert row.final


async def test_the_csv_a_spreadsheet_opens(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    clock.advance(7.25)
    await do(lan, contact, "take")
    await do(lan, contact, "finish", disposition="other")
    lead = await svc.client("lead")
    answer = await lead.get("/v1/reports/intervals?day=2026-11-23&minutes=15&centre=EVNCPC&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="intervals-2026-11-23-15-EVNCPC.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbfstart,end,final,offered")
    text = answer.content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") == 42
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(wire.IntervalRow.__struct_fields__)
    assert {"service_level_SL_short", "abandon_rate_AB_all", "asa_s_ASA_all", "aht_s_AHT"} < set(rows[0])
    ten = rows[40]
    assert (ten["start"], ten["end"]) == ("2026-11-23T10:00:00+07:00", "2026-11-23T10:15:00+07:00")
    assert (ten["offered"], ten["final"], ten["service_level_SL_short"]) == ("1", "false", "1.0")
    assert (ten["asa_s_ASA_all"], ten["csat_average"]) == ("7.25", "")
    found = await intervals(svc, day="2026-11-23", minutes="15", centre="EVNCPC")
    assert [int(row["offered"]) for row in rows] == [row.offered for row in found.items]


async def test_every_total_is_the_list_behind_it(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    here, there = await svc.channel(), await svc.channel("EVNHANOI")
    for n in range(9):
        contact = await report(here if n % 3 else there, channel="zalo" if n == 4 else "hotline")
        clock.advance(200)
        if n % 3 == 1:
            await do(lan, contact, "take")
            if n == 7:
                await do(lan, contact, "transfer", queue="billing")
            else:
                await do(lan, contact, "finish", disposition="other")
    lead = await svc.client("lead")
    for only in ({}, {"centre": "EVNCPC"}, {"channel": "zalo"}, {"queue": "billing"}):
        found = await intervals(svc, minutes="15", **only)
        for row in (*found.items, found.total):
            query = {"from": row.start.isoformat(), "to": row.end.isoformat(), "limit": "200", **only}
            items = (await lead.get("/v1/segments", params=query)).json()["items"]
            counted = [item for item in items if item["outcome"] != "refused" and not item["callback"]]
            assert row.offered == len(counted)
            assert row.answered == sum(item["answered_at"] is not None for item in counted)
            assert row.calls == len({item["contact"] for item in counted})
            assert row.transferred == sum(item["transferred_to"] is not None for item in counted)
    assert (await intervals(svc)).total.offered == 10
    assert (await intervals(svc)).total.calls == 9


async def test_scores_and_callers_who_were_served_before_the_queue(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    here = await svc.channel()
    for score in (5, 4):
        contact = await report(here)
        await do(lan, contact, "take")
        await do(lan, contact, "finish", disposition="other", csat_invite=True)
        assert (await here.post(f"/v1/contacts/{contact['id']}/csat", json={"score": score})).status_code == 200

    def before_the_queue(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO contained (at, centre, reason) VALUES (?, 'EVNCPC', 'known_outage')", (tx.now,))
        tx.conn.execute(
            "INSERT INTO self_service (contact, offered, accepted, at) VALUES (?, 'zalo', 1, ?), (?, 'app', 0, ?)",
            (contact["id"], tx.now, contact["id"], tx.now),
        )

    await svc.engine.write(before_the_queue)
    row = (await intervals(svc, centre="EVNCPC")).items[20]
    assert (row.csat_count, row.csat_average, row.contained) == (2, 4.5, 1)
    assert (row.self_service_offered, row.self_service_accepted) == (2, 1)
    assert (await intervals(svc, centre="EVNSPC")).total.csat_count == 0


async def test_the_agents_day(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    await ready(svc, "far", centre="EVNHANOI")
    clock.advance(70)
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    clock.advance(300)
    await do(lan, contact, "end")
    clock.advance(80)
    await do(lan, contact, "finish", disposition="other")
    await lan.put("/v1/me/state", json={"state": "paused", "reason": "lunch"})
    clock.advance(30)
    lead, root = await svc.client("lead"), await svc.client("root")
    found = msgspec.json.decode((await lead.get("/v1/reports/agents")).content, type=wire.AgentReport)
    (row,) = found.items
    assert (row.username, row.available_s, row.handling_s, row.paused_s, row.logged_in_s) == ("lan", 70, 380, 30, 480)
    assert (row.handled, row.talk_s, row.acw_s, row.aht_s_AHT) == (1, 300, 80, 380)
    # Section 2 of the reference: 380 / (380 + 70) and 380 / 480.
    assert row.occupancy_OCC == pytest.approx(0.844, abs=5e-4)
    assert row.utilisation_UTIL == pytest.approx(0.792, abs=5e-4)
    everybody = msgspec.json.decode((await root.get("/v1/reports/agents")).content, type=wire.AgentReport)
    assert [one.username for one in everybody.items] == ["far", "lan"]
    text = (await root.get("/v1/reports/agents?format=csv&centre=EVNHANOI")).content.decode("utf-8-sig")
    assert [one["username"] for one in csv.DictReader(io.StringIO(text))] == ["far"]


async def test_what_is_no_question_is_refused(svc: Running) -> None:
    lead = await svc.client("lead")
    for path, field in (
        ("/v1/reports/intervals?minutes=20", "minutes"), ("/v1/reports/intervals?day=22/11/2026", "day"),
        ("/v1/reports/intervals?day=20261122", "day"), ("/v1/reports/intervals?day=2026-02-30", "day"),
        ("/v1/reports/intervals?centre=EVN", "centre"), ("/v1/reports/intervals?format=xls", "format"),
        ("/v1/reports/agents?day=0001-01-01", "day"), ("/v1/segments?outcome=gone", "outcome"),
        ("/v1/segments?centre=x", "centre"), ("/v1/segments?from=yesterday", "from"),
    ):  # fmt: skip
        answer = await lead.get(path)
        assert answer.status_code == 422, path
        assert answer.json()["errors"][0]["field"] == field


async def test_a_day_to_come_and_a_day_long_ago_are_empty(svc: Running) -> None:
    assert (await intervals(svc, day="2026-11-24")).items == []
    past = await intervals(svc, day="2026-01-02")
    assert (len(past.items), past.total.offered, past.total.final) == (48, 0, True)


async def what_if(svc: Running, **body: object) -> wire.WhatIf:
    answer = await (await svc.client("lead")).post("/v1/staffing/what-if", json=body)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.WhatIf)


async def test_what_if(svc: Running) -> None:
    """The worked numbers of sections 4.2 and 4.4 through the door."""
    found = await what_if(svc, calls_per_hour=200, aht_s=180, target=0.8, threshold_s=20)
    assert (found.erlang_c.agents_needed, found.erlang_c.agents) == (14, 14)
    assert found.erlang_c.service_level == pytest.approx(0.88835, abs=5e-6)
    assert found.erlang_c.asa_s == pytest.approx(7.836, abs=5e-4)

    centre = {"calls_per_hour": 326, "aht_s": 180, "target": 0.8, "threshold_s": 20, "patience_s": 180, "agents": 20}
    surge = await what_if(svc, **centre, multiplier=5)
    assert (surge.erlang_a.agents_needed, surge.erlang_c.agents_needed) == (82, 88)
    assert surge.erlang_a.abandon_rate == pytest.approx(0.755, abs=5e-4)
    assert (surge.erlang_c.service_level, surge.erlang_c.asa_s) == (0, None)
    assert (await what_if(svc, **centre, multiplier=5, deflect=0.6)).erlang_a.abandon_rate == pytest.approx(
        0.528, abs=5e-4
    )
    levers = {lever.lever: lever.abandon_rate for lever in surge.levers}
    assert levers["as_is"] == surge.erlang_a.abandon_rate
    assert [round(levers[f"deflect_{share}"], 3) for share in (30, 50, 70)] == [0.677, 0.591, 0.442]
    assert levers["agents_10"] < levers["as_is"]

    pool = {"calls_per_hour": 1_534, "aht_s": 180, "target": 0.8, "threshold_s": 20, "patience_s": 180}
    apart, one = await what_if(svc, **pool, centres=5), await what_if(svc, **pool)
    assert (apart.erlang_c.agents_needed, one.erlang_c.agents_needed) == (95, 83)
    assert (apart.erlang_a.agents_needed, one.erlang_a.agents_needed) == (90, 77)
    assert (await what_if(svc, **pool, centres=["EVNCPC", "EVNSPC"])).centres == 2


async def test_what_cannot_be_worked_out_is_refused(svc: Running) -> None:
    lead = await svc.client("lead")
    for body in (
        {"calls_per_hour": 200}, {"calls_per_hour": 1e6, "aht_s": 3_600}, {"calls_per_hour": -1, "aht_s": 60},
        {"calls_per_hour": 1, "aht_s": 60, "target": 1}, {"calls_per_hour": 1, "aht_s": 60, "centres": 0},
        {"calls_per_hour": 1, "aht_s": 60, "x": 1},
    ):  # fmt: skip
        assert (await lead.post("/v1/staffing/what-if", json=body)).status_code == 422, body


async def test_a_ring_that_was_missed_counts_while_the_agent_is_still_away(tmp_path: Path, clock: ManualClock) -> None:
    async with running_service(tmp_path / "rings", clock, grid.PATIENT) as svc:
        await svc.add_user("lead", "lead")
        await ready(svc, "lan")
        await report(await svc.channel())
        await svc.service.go_round()
        clock.advance(grid.PATIENT.routing.offer_s + 1)
        await svc.service.go_round()
        for missed in (1, 1):
            answer = await (await svc.client("lead")).get("/v1/reports/agents")
            found = msgspec.json.decode(answer.content, type=wire.AgentReport)
            assert [(row.username, row.not_answered) for row in found.items] == [("lan", missed)]
            clock.advance(60)
            await (await svc.client("lan")).put("/v1/me/state", json={"state": "paused", "reason": "break"})
