"""Looking customers up and opening their records over HTTP."""

import pytest

from backend_stub.store import customers, grid
from backend_stub.store.grid import DeviceRow
from tests.contract.desk import do, report
from tests.customers import make
from tests.hostile import TEXTS
from tests.service import running_service

GRID = [
    DeviceRow("E28", "substation", None, "Tuy Hòa", ""),
    DeviceRow("474", "feeder", "E28", "Đồng Xuân", ""),
    DeviceRow("474/3", "lateral", "474", "Nhánh 3", ""),
    DeviceRow("TBA-17", "transformer", "474/3", "La Hai 1", "22081"),
]
TY = make(
    1, "Nguyễn Văn Ty", title="Anh", phones=("0905123456", "02573823456"), old_address="TT La Hai, Phú Yên",
    transformer="TBA-17",
)  # fmt: skip


@pytest.fixture
async def svc(tmp_path):
    async with running_service(tmp_path) as running:

        def seed(tx):
            grid.upsert_many(tx.conn, GRID)
            customers.upsert_many(tx.conn, [TY, make(2, "[/b] [@click=app.quit]x[/]")])

        await running.engine.write(seed)
        yield running


async def test_search_masks_the_phone(svc):
    client = await svc.client("lan")
    answer = await client.post("/v1/customers/search", json={"q": "nguyen van ty"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["lane"], body["more"], body["note"]) == ("name", False, None)
    assert body["items"] == [
        {
            "code": TY.code, "name": "Nguyễn Văn Ty", "phone": "090****456", "address": TY.address,
            "old_address": "TT La Hai, Phú Yên", "meter_no": TY.meter_no, "status": "active", "priority_load": "",
            "match": "Nguyễn Văn Ty", "commune": "22081",
        }
    ]  # fmt: skip


async def test_search_from_every_centre_but_not_by_strangers(svc):
    await svc.add_user("ha", centre="EVNHANOI")
    found = await (await svc.client("ha")).post("/v1/customers/search", json={"q": "ty"})
    assert [item["code"] for item in found.json()["items"]] == [TY.code]
    assert (await (await svc.channel()).post("/v1/customers/search", json={"q": "ty"})).status_code == 403
    assert (await svc.anonymous().post("/v1/customers/search", json={"q": "ty"})).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"q": 5}, {"q": "x" * 513}, {"q": "x", "limit": 51}, {"q": "x", "limit": 0}, {"q": "x", "y": 1}]
)
async def test_a_malformed_search_names_the_field(svc, body):
    answer = await (await svc.client("lan")).post("/v1/customers/search", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_hostile_texts_are_answered(svc):
    client = await svc.client("lan")
    for text in TEXTS:
        if text.isprintable() or text.isascii():
            answer = await client.post("/v1/customers/search", json={"q": text[:512]})
            # NUL is the one character no request may hold.
            assert answer.status_code == (422 if "\0" in text else 200), ascii(text)
            assert "\0" in text or len(answer.json()["items"]) <= 20


async def test_the_record_is_whole(svc):
    client = await svc.client("lan")
    answer = await client.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": "search"})
    assert answer.status_code == 200
    record = answer.json()
    assert record["phones"] == ["0905123456", "02573823456"]
    assert record["network_path"] == ["TBA-17", "474/3", "474", "E28"]
    assert [device["kind"] for device in record["network"]] == ["transformer", "lateral", "feeder", "substation"]
    assert (record["commune_name"], record["province_name"]) == ("Xã Đồng Xuân", "Đắk Lắk")
    assert (record["centre"], record["balance"], record["title"]) == ("EVNCPC", None, "Anh")
    assert record["open_tickets"] == record["recent_contacts"] == []


@pytest.mark.parametrize("reason", [None, "", "curiosity", "contact:", "contact", "ticket:a b"])
async def test_no_record_without_a_reason(svc, reason):
    client = await svc.client("lan")
    headers = {} if reason is None else {"Access-Reason": reason}
    answer = await client.get(f"/v1/customers/{TY.code}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_required")
    assert await accesses(svc) == []


async def reasons(svc, client):
    """Make the things lan may name as a reason: a contact in hand, a ticket and an outage."""
    await client.put("/v1/me/state", json={"state": "available"})
    contact = await report(await svc.channel())
    await do(client, contact, "take")
    ticket = (await client.post("/v1/tickets", json={"type": "OTHER", "title": "x"})).json()
    outage = (await client.post("/v1/outages", json={"device": "474", "kind": "unplanned"})).json()
    return ("search", f"contact:{contact['id']}", f"ticket:{ticket['id']}", f"outage:{outage['id']}")


async def test_every_opening_is_on_record(svc):
    client = await svc.client("lan")
    usable = await reasons(svc, client)
    for reason in usable:
        assert (await client.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": reason})).status_code == 200
    me = (await client.get("/v1/me")).json()["id"]
    assert [row[:3] for row in await accesses(svc)] == [(me, TY.code, reason) for reason in usable]


async def test_no_record_for_somebody_else_s_reason(svc):
    lan, minh = await svc.client("lan"), await svc.client("minh")
    _, contact, ticket, outage = await reasons(svc, lan)
    await svc.add_user("far", centre="EVNHANOI")
    far = await svc.client("far")
    cases = (
        (minh, contact, 422), (far, contact, 422), (far, ticket, 422), (minh, ticket, 200), (far, outage, 200),
        (lan, "contact:c1", 422), (lan, "ticket:t1", 422), (lan, "outage:o1", 422),
    )  # fmt: skip
    for client, reason, status in cases:
        answer = await client.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": reason})
        assert answer.status_code == status, reason
        assert status == 200 or (answer.json()["code"], "0905" in answer.text) == ("reason_invalid", False)
    await lan.post(f"/v1/contacts/{contact.partition(':')[2]}/finish", json={"disposition": "other"})
    over = await lan.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": contact})
    assert over.status_code == 422
    assert len(await accesses(svc)) == 2


async def test_an_unknown_customer(svc):
    client = await svc.client("lan")
    answer = await client.get("/v1/customers/PC08GG9999999", headers={"Access-Reason": "search"})
    assert answer.status_code == 404
    assert await accesses(svc) == []


async def test_the_grid_below_a_device(svc):
    assert await svc.engine.read(lambda conn: customers.customers_below(conn, "474")) == 1
    assert await svc.engine.read(lambda conn: customers.devices_below(conn, "474")) == ["474", "474/3", "TBA-17"]
    assert await svc.engine.read(lambda conn: customers.network_path(conn, "nothing")) == []


async def test_codes_by_phone(svc):
    def codes(phone):
        return svc.engine.read(lambda conn: customers.codes_by_phone(conn, phone))

    assert await codes("+84 905 123 456") == [TY.code]
    assert await codes("not a phone") == []


async def accesses(svc):
    sql = """SELECT who, code, reason, at FROM audit JOIN audit_subject ON object = '~' || id
             WHERE verb = 'customer.read' ORDER BY n"""
    return [tuple(row) for row in await svc.engine.read(lambda conn: conn.execute(sql).fetchall())]
