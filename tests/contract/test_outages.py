"""Outages over HTTP: report, change, list, versions, events, and the import of a file's lines."""

from datetime import timedelta

import httpx
import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.errors import Invalid
from backend_stub.store import outages
from backend_stub.store.outage_import import upsert_imported
from tests.contract import grid
from tests.service import Running

NOW = grid.NOW


def iso(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def outage_of(answer: httpx.Response, status: int = 200) -> wire.Outage:
    assert answer.status_code == status, answer.text
    return msgspec.json.decode(answer.content, type=wire.Outage)


async def report(svc: Running, user: str = "lead", **fields: object) -> wire.Outage:
    body = {"device": "F474", "kind": "unplanned", **fields}
    return outage_of(await (await svc.client(user)).post("/v1/outages", json=body), 201)


async def listed(svc: Running, query: str) -> list[str]:
    answer = await (await svc.client("agent")).get(f"/v1/outages?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_an_agent_reports_a_predicted_outage_with_all_that_hangs_below(svc: Running) -> None:
    outage = await report(svc, "agent", cause="VEG", note="cây đổ gần chợ", started_at=iso(-0.5))
    assert outage.status == "predicted"
    assert outage.device_path == ["F474", "SS1"]
    assert (outage.device_name, outage.device_kind) == ("474 Đồng Xuân", "feeder")
    assert outage.provinces == ["52", "66"]
    assert outage.communes == [grid.DONG_XUAN, grid.KRONG_PA]
    assert (outage.customers_total, outage.customers_out) == (12, 12)
    assert outage.priority_loads == [wire.PriorityLoad("PC08GG0000009", "Nguyễn Văn 9", "hospital")]
    assert [(s.customers, s.restored_at) for s in outage.steps] == [(12, None)]
    assert [(n.author, n.text) for n in outage.notes] == [("agent", "cây đổ gần chợ")]
    assert (outage.etr, outage.etr_source, outage.etr_state) == (None, "none", "none")
    assert outage.version == 1


async def test_only_a_lead_sets_another_status(svc: Running) -> None:
    body = {"device": "F474", "kind": "unplanned", "status": "confirmed"}
    assert (await (await svc.client("agent")).post("/v1/outages", json=body)).status_code == 403
    assert (await report(svc, status="confirmed", etr=iso(1))).status == "confirmed"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"device": "F999"}, "device"),
        ({"cause": "GREMLIN"}, "cause"),
        ({"status": "active"}, "status"),
        ({"started_at": iso(0), "etr": iso(-1)}, "etr"),
        ({"started_at": iso(2)}, "started_at"),
        ({"kind": "sabotage"}, "kind"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(svc: Running, change: dict[str, str], field: str) -> None:
    body = {"device": "F474", "kind": "unplanned", **change}
    answer = await (await svc.client("lead")).post("/v1/outages", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert await listed(svc, "status=all") == []


async def test_a_change_needs_the_version_it_is_based_on(svc: Running) -> None:
    lead = await svc.client("lead")
    outage = await report(svc)
    url = f"/v1/outages/{outage.id}"
    assert (await lead.get(url)).headers["etag"] == '"1"'
    assert (await lead.patch(url, json={"crew": "onsite"})).status_code == 428
    changed = outage_of(await lead.patch(url, json={"crew": "onsite"}, headers={"if-match": '"1"'}))
    assert (changed.crew, changed.version) == ("onsite", 2)
    stale = await lead.patch(url, json={"crew": "done"}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["crew"] == "onsite"
    assert stale.headers["etag"] == '"2"'


async def test_an_agent_adds_notes_and_nothing_else(svc: Running) -> None:
    outage = await report(svc)
    agent, url = await svc.client("agent"), f"/v1/outages/{outage.id}"
    for body in ({"etr": iso(1)}, {"status": "confirmed"}, {"note": "x", "crew": "onsite"}):
        assert (await agent.patch(url, json=body, headers={"if-match": '"1"'})).status_code == 403
    noted = outage_of(await agent.patch(url, json={"note": "khách báo có tia lửa"}, headers={"if-match": '"1"'}))
    assert [n.text for n in noted.notes] == ["khách báo có tia lửa"]


async def test_statuses_move_only_along_the_table(svc: Running, clock: ManualClock) -> None:
    lead = await svc.client("lead")
    outage = await report(svc)
    url = f"/v1/outages/{outage.id}"
    illegal = await lead.patch(url, json={"status": "verified"}, headers={"if-match": '"1"'})
    assert illegal.status_code == 409
    assert illegal.json()["code"] == "illegal_transition"
    assert illegal.json()["allowed"] == ["cancelled", "confirmed", "probable", "restored"]
    outage_of(await lead.patch(url, json={"status": "confirmed"}, headers={"if-match": '"1"'}))
    clock.advance(600)
    back = outage_of(await lead.patch(url, json={"status": "restored"}, headers={"if-match": '"2"'}))
    assert (back.customers_out, back.restored_at) == (0, NOW + timedelta(seconds=600))
    assert [s.restored_at for s in back.steps] == [NOW + timedelta(seconds=600)]
    assert await listed(svc, "status=open") == []
    again = outage_of(await lead.patch(url, json={"status": "confirmed"}, headers={"if-match": '"3"'}))
    assert (again.customers_out, again.restored_at, len(again.steps)) == (12, None, 2)


async def test_a_restoration_time_expires_and_its_history_is_kept(svc: Running, clock: ManualClock) -> None:
    lead = await svc.client("lead")
    outage = await report(svc, etr=iso(0.5), etr_source="crew")
    assert (outage.etr_source, outage.etr_set_at, outage.etr_state) == ("crew", NOW, "ok")
    clock.advance(1801)
    url = f"/v1/outages/{outage.id}"
    assert outage_of(await lead.get(url)).etr_state == "expired"
    later = outage_of(await lead.patch(url, json={"etr": iso(3)}, headers={"if-match": '"1"'}))
    assert (later.etr_state, later.etr_source) == ("ok", "dispatcher")
    none = outage_of(await lead.patch(url, json={"etr": None}, headers={"if-match": '"2"'}))
    assert (none.etr, none.etr_source, none.etr_state) == (None, "none", "none")
    kept = await svc.engine.read(
        lambda conn: [tuple(r) for r in conn.execute("SELECT etr, source, set_by FROM etr_history ORDER BY n")]
    )
    t = NOW.timestamp()
    assert kept == [(t + 1800, "crew", "lead"), (t + 3 * 3600, "dispatcher", "lead"), (None, "none", "lead")]


async def test_lists_by_status_province_feeder_and_page(svc: Running) -> None:
    fault = await report(svc)
    other = await report(svc, device="T9")
    plan = await report(svc, kind="planned", status="notified", device="T1", started_at=iso(20), etr=iso(24))
    done = await report(svc, device="T3", status="confirmed")
    lead = await svc.client("lead")
    await lead.patch(f"/v1/outages/{done.id}", json={"status": "cancelled"}, headers={"if-match": '"1"'})
    assert await listed(svc, "status=open") == [other.id, fault.id]
    assert await listed(svc, "") == [other.id, fault.id]
    assert await listed(svc, "status=planned") == [plan.id]
    assert await listed(svc, "status=all") == [done.id, plan.id, other.id, fault.id]
    assert await listed(svc, "status=all&province=52") == [done.id, fault.id]
    assert await listed(svc, "status=all&feeder=F471") == [other.id]
    first = (await lead.get("/v1/outages?status=all&limit=3")).json()
    assert await listed(svc, f"status=all&limit=3&after={first['next']}") == [fault.id]
    assert (await lead.get("/v1/outages?status=everything")).status_code == 422
    assert (await lead.get("/v1/outages/o_unknown")).status_code == 404


async def test_planned_work_puts_nobody_out_before_it_begins(svc: Running) -> None:
    lead = await svc.client("lead")
    plan = await report(svc, kind="planned", status="notified", started_at=iso(1), etr=iso(4))
    assert (plan.customers_out, plan.steps) == (0, [])
    url = f"/v1/outages/{plan.id}"
    active = outage_of(await lead.patch(url, json={"status": "active"}, headers={"if-match": '"1"'}))
    assert (active.customers_out, len(active.steps)) == (12, 1)
    done = outage_of(await lead.patch(url, json={"status": "done"}, headers={"if-match": '"2"'}))
    assert (done.customers_out, done.steps[0].restored_at) == (0, NOW)


async def test_everybody_hears_of_an_outage_in_full(svc: Running) -> None:
    stream = await svc.stream("south")
    await stream.until("hello")
    outage = await report(svc)
    event = await stream.until("outage.changed")
    assert msgspec.json.decode(event.data, type=wire.Outage) == outage


async def test_open_all_is_what_a_snapshot_shows(svc: Running, clock: ManualClock) -> None:
    fault = await report(svc)
    today = await report(svc, kind="planned", status="notified", device="T1", started_at=iso(5), etr=iso(7))
    await report(svc, kind="planned", status="notified", device="T1", started_at=iso(20), etr=iso(24))
    rows = await svc.engine.read(lambda conn: [r["id"] for r in outages.open_all(conn, clock.now())])
    assert rows == [today.id, fault.id]
    on_path = await svc.engine.read(lambda conn: [r["id"] for r in outages.open_on_devices(conn, ["T2", "F474"])])
    assert on_path == [fault.id]


LINE = {
    "id": "SC-1", "device": "F474", "kind": "unplanned", "status": "confirmed", "cause": "VEG",
    "started_at": "2026-11-22T13:22:00", "etr": "2026-11-22T15:30:00+07:00", "restored_at": "", "note": "cây đổ",
}  # fmt: skip


async def test_a_file_s_line_is_an_upsert_by_its_id(svc: Running) -> None:
    client = await svc.client("lead")
    for _ in range(2):
        await svc.engine.write(lambda tx: upsert_imported(tx, LINE))
    outage = outage_of(await client.get("/v1/outages/SC-1"))
    assert (outage.status, outage.cause, outage.customers_out) == ("confirmed", "VEG", 12)
    assert (outage.started_at.hour, outage.etr.hour) == (6, 8)
    assert [n.text for n in outage.notes] == ["cây đổ"]
    ended = {**LINE, "status": "restored", "restored_at": "2026-11-22T14:00:00+07:00"}
    await svc.engine.write(lambda tx: upsert_imported(tx, ended))
    outage = outage_of(await client.get("/v1/outages/SC-1"))
    assert (outage.status, outage.customers_out, outage.restored_at.hour) == ("restored", 0, 7)
    assert await listed(svc, "status=all") == ["SC-1"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", ""), ("device", "F9"), ("kind", "x"), ("status", "active"), ("cause", "x"), ("started_at", ""),
     ("started_at", "noon"), ("etr", "2026-11-22T13:00:00"), ("restored_at", "2026-11-21T13:00:00")],
)  # fmt: skip
async def test_a_bad_line_is_refused_by_column(svc: Running, column: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        await svc.engine.write(lambda tx: upsert_imported(tx, {**LINE, column: value}))
    assert refused.value.errors[0].field == column
    assert await listed(svc, "status=all") == []
