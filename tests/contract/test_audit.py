"""Who did what is on record: one row a write, a record opening, a login; asked for at the command line."""

import time

import pytest

from backend_stub import cli, routes
from backend_stub.errors import DiskFull
from backend_stub.policy import Principal
from backend_stub.routes import audited, plumbing
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import audit, connect, customers, grid
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.grid import DeviceRow
from tests.customers import make
from tests.service import PASSWORD, running_service

TY = make(1, "Nguyễn Văn Tỵ", phones=("0905123456",), transformer="TBA-17", meter_no="80123456")
GRID = [
    DeviceRow("E28", "substation", None, "Tuy Hòa", ""), DeviceRow("474", "feeder", "E28", "Đồng Xuân", ""),
    DeviceRow("TBA-17", "transformer", "474", "La Hai 1", "22081"),
]  # fmt: skip
SAID = "Chị Hoa ở số 12 gọi lại 0914999888"
PRIVATE = ("Tỵ", "Hoa", "0905123456", "0914999888", "80123456", SAID, PASSWORD, "Trần Phú")


@pytest.fixture
async def svc(tmp_path):
    async with running_service(tmp_path) as running:
        await running.engine.write(lambda tx: (grid.upsert_many(tx.conn, GRID), customers.upsert_many(tx.conn, [TY])))
        await running.add_user("minh", "lead")
        yield running


async def rows(svc, after=0):
    sql = "SELECT n, who, verb, object, reason, request, change FROM audit WHERE n > ? ORDER BY n"
    return [tuple(row)[1:] for row in await svc.engine.read(lambda conn: conn.execute(sql, (after,)).fetchall())]


async def id_of(client):
    return (await client.get("/v1/me")).json()["id"]


WRITES = [route for route in routes.ROUTES if route.kind == "write" and route.verb not in audited.FLEETING]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_write_route_leaves_one_row(svc, route):
    quiet = Route(route.method, route.path, route.verb, "write", lambda tx, call: Answer(), None, route.answer)
    path = {part[1:-1]: "x1" for part in route.path.split("/") if part.startswith("{")}
    user = Principal("u_1", "lan", "Lan", "agent", "EVNCPC")
    call = Call(user, path, {}, None, "search", None, 0.0, svc.service.settings, "request-0001")
    before = len(await rows(svc))
    await svc.engine.write(plumbing.command(quiet, call, None, b"", svc.service.trail))
    thing = "~1" if "code" in path else "/".join(path.values())
    assert (await rows(svc))[before:] == [("u_1", route.verb, thing, "search", "request-0001", "")]


async def test_a_day_s_work_is_on_record_without_anybody_s_words(svc):
    lan, minh, door = await svc.client("lan"), await svc.client("minh"), await svc.channel()
    ids = {name: await id_of(client) for name, client in (("lan", lan), ("minh", minh), ("door", door))}
    began = len(await rows(svc))
    new = {
        "external_id": "1",
        "channel": "webchat",
        "address": "0905123456",
        "queue": "outage",
        "text": SAID,
        "name": "Tỵ",
    }
    contact = (await door.post("/v1/contacts", json=new)).json()["id"]
    await lan.put("/v1/me/state", json={"state": "available", "reason": SAID})
    await lan.post("/v1/contacts/next")
    await lan.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": f"contact:{contact}"})
    await lan.post(f"/v1/contacts/{contact}/message", json={"text": SAID})
    outage = (await minh.post("/v1/outages", json={"device": "TBA-17", "kind": "unplanned", "note": SAID})).json()["id"]
    patched = await minh.patch(
        f"/v1/outages/{outage}", json={"status": "confirmed", "note": SAID}, headers={"if-match": "1"}
    )
    assert patched.status_code == 200, patched.text
    ticket = {"type": "OTHER", "title": SAID, "customer": TY.code, "contact": contact, "note": SAID}
    made = (await lan.post("/v1/tickets", json=ticket)).json()["id"]
    await lan.patch(f"/v1/tickets/{made}", json={"status": "open", "title": SAID + "!"}, headers={"if-match": "1"})
    await lan.post(f"/v1/tickets/{made}/notes", json={"text": SAID})
    await lan.post(f"/v1/contacts/{contact}/finish", json={"disposition": "information", "note": SAID})
    await door.post(f"/v1/contacts/{contact}/csat", json={"score": 4, "comment": SAID})
    found = await rows(svc, began)
    assert [(row[0], row[1], row[2]) for row in found] == [
        (ids["door"], "contact.create", contact), (ids["lan"], "me.state", ""), (ids["lan"], "contact.next", contact),
        (ids["lan"], "customer.read", "~1"), (ids["lan"], "contact.message", contact),
        (ids["minh"], "outage.create", outage), (ids["minh"], "outage.patch", outage),
        (ids["lan"], "ticket.create", made), (ids["lan"], "ticket.patch", made), (ids["lan"], "ticket.note", made),
        (ids["lan"], "contact.finish", contact), (ids["door"], "contact.csat", contact),
    ]  # fmt: skip
    by_verb = {row[1]: row for row in found}
    assert by_verb["customer.read"][3] == f"contact:{contact}"
    assert by_verb["outage.patch"][5] == '{"status":["predicted","confirmed"]}'
    assert by_verb["ticket.patch"][5] == '{"status":["new","open"]}'
    assert '"customer":"~1"' in by_verb["ticket.create"][5]
    assert all(row[4] for row in found)
    assert [text for text in PRIVATE if text in repr(found)] == []


async def test_logins_log_outs_and_failed_logins(svc):
    client = await svc.client("lan")
    me = await id_of(client)
    assert (await rows(svc))[-1][:3] == (me, "session.begin", "")
    wrong = {"username": "LAN", "password": "wrong horse"}
    assert (await svc.anonymous().post("/v1/sessions", json=wrong)).status_code == 401
    unknown = {"username": PASSWORD, "password": PASSWORD}
    assert (await svc.anonymous().post("/v1/sessions", json=unknown)).status_code == 401
    assert (await client.delete("/v1/sessions/current")).status_code == 204
    assert [row[:2] for row in (await rows(svc))[-3:]] == [
        (me, "session.failed"), ("", "session.failed"), (me, "session.end"),
    ]  # fmt: skip
    assert PASSWORD not in repr(await rows(svc))


async def test_a_name_that_is_shut_out_is_on_record_once(svc):
    lan = await id_of(await svc.client("lan"))
    began = len(await rows(svc))
    for username, who in (("lan", lan), (PASSWORD, "")):
        wrong = {"username": username, "password": "wrong horse"}
        statuses = [(await svc.anonymous().post("/v1/sessions", json=wrong)).status_code for _ in range(9)]
        assert statuses == [401] * 5 + [429] * 4
        found = (await rows(svc))[began:]
        began += len(found)
        assert [row[:2] for row in found] == [(who, "session.failed")] * 5 + [(who, "session.locked")]
        assert found[-1][5] == '{"by":"name"}'
    assert PASSWORD not in repr(await rows(svc))


async def test_who_opens_a_contact_is_on_record(svc):
    lan, door, far = await svc.client("lan"), await svc.channel(), await svc.channel("EVNHANOI")
    new = {"external_id": "1", "channel": "zalo", "address": "z-1", "queue": "outage", "text": SAID}
    contact, hidden = [(await client.post("/v1/contacts", json=new)).json()["id"] for client in (door, far)]
    began = len(await rows(svc))
    assert (await lan.get(f"/v1/contacts/{contact}")).json()["transcript"][0]["text"].startswith("Chị Hoa")
    assert (await lan.get(f"/v1/contacts/{hidden}")).status_code == 404
    assert [row[:3] for row in (await rows(svc))[began:]] == [(await id_of(lan), "contact.read", contact)]


async def test_searches_are_on_record_as_counts(svc):
    lan, minh = await svc.client("lan"), await svc.client("minh")
    began = len(await rows(svc))
    for client, typed in ((lan, "nguyen van ty"), (lan, "0905123456"), (lan, "khong co ai"), (minh, "Tỵ")):
        answer = await client.post("/v1/customers/search", json={"q": typed})
        assert len(answer.json()["items"]) == (typed != "khong co ai")
    assert len(await rows(svc)) == began
    await svc.service.note_searches()
    await svc.service.note_searches()
    found = {row[0]: row[1:] for row in (await rows(svc))[began:]}
    assert found == {
        await id_of(lan): ("customer.search", "", "", "", '{"searches":3,"shown":2}'),
        await id_of(minh): ("customer.search", "", "", "", '{"searches":1,"shown":1}'),
    }


async def test_searches_that_cannot_be_put_on_record_are_not_forgotten(svc, monkeypatch):
    lan = await svc.client("lan")
    began = len(await rows(svc))
    await lan.post("/v1/customers/search", json={"q": "ty"})

    async def full(command):
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(svc.engine, "write", full)
        with pytest.raises(DiskFull):
            await svc.service.note_searches()
    await lan.post("/v1/customers/search", json={"q": "ty"})
    await svc.service.note_searches()
    assert [row[5] for row in (await rows(svc))[began:]] == ['{"searches":2,"shown":2}']


async def test_what_is_refused_or_only_said_again_leaves_no_row(svc):
    lan, door = await svc.client("lan"), await svc.channel()
    new = {"external_id": "1", "channel": "hotline", "address": "0905123456", "queue": "outage"}
    first = await door.post("/v1/contacts", json=new, headers={"idempotency-key": "the-same-key"})
    before = await rows(svc)
    again = await door.post("/v1/contacts", json=new, headers={"idempotency-key": "the-same-key"})
    assert again.content == first.content
    for path in ("/v1/contacts/c_none/take", f"/v1/contacts/{first.json()['id']}/hold"):
        assert (await lan.post(path)).status_code in (404, 409)
    assert (await lan.get(f"/v1/customers/{TY.code}")).status_code == 422
    assert (await lan.get("/v1/customers/PC08GG9999999", headers={"Access-Reason": "search"})).status_code == 404
    assert await rows(svc) == before


async def test_an_unlikely_reason_is_not_kept(svc):
    lan = await svc.client("lan")
    await lan.put("/v1/me/state", json={"state": "paused"}, headers={"Access-Reason": "vi ong Ty 0905123456"})
    assert (await rows(svc))[-1][1:4] == ("me.state", "", "")


async def test_the_audit_command_says_who_saw_and_changed_what(svc, tmp_path, capsys):
    lan, minh = await svc.client("lan"), await svc.client("minh")
    await lan.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": "search", "X-Request-Id": "abcd-0001"})
    ticket = {"type": "OTHER", "title": "Đo điện áp", "customer": TY.code}
    made = (await minh.post("/v1/tickets", json=ticket)).json()["id"]
    change = {"status": "open", "customer": None}
    assert (await minh.patch(f"/v1/tickets/{made}", json=change, headers={"if-match": "1"})).status_code == 200
    assert (await minh.post(f"/v1/tickets/{made}/notes", json={"text": "xong"})).status_code == 201

    def said(*words):
        assert cli.main(["audit", str(tmp_path), *words]) == 0
        return capsys.readouterr().out.splitlines()

    about = said("--customer", TY.code.lower())
    assert [line.split()[2:5] for line in about] == [
        ["lan", "customer.read", TY.code], ["minh", "ticket.create", made], ["minh", "ticket.patch", made],
        ["minh", "ticket.note", made],
    ]  # fmt: skip
    assert about[0].endswith("search  request abcd-0001")
    assert f"status: new -> open, customer: {TY.code} -> -" in about[2]
    assert [line.split()[3] for line in said("--user", "lan")] == ["session.begin", "customer.read"]
    assert said("--user", "lan", "--from", "2100-01-01") == said("--to", "2000-01-01") == []
    assert len(said("--from", time.strftime("%Y-01-01"))) == len(said()) == 6
    for words in (("--user", "nobody"), ("--customer", "PX"), ("--from", "noon")):
        assert cli.main(["audit", str(tmp_path), *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("many", [1, 3])
async def test_what_was_done_to_many_is_told_of_each_of_them(svc, tmp_path, capsys, many):
    minh = await svc.client("minh")
    ids = [
        (await minh.post("/v1/tickets", json={"type": "OTHER", "title": "Đo", "customer": TY.code})).json()["id"]
        for _ in range(many)
    ]
    changed = await minh.post("/v1/tickets/bulk", json={"ids": ids, "change": {"priority": "high"}})
    assert (await minh.post(f"/v1/undo/{changed.json()['undo']}")).status_code == 200
    assert cli.main(["audit", str(tmp_path), "--customer", TY.code]) == 0
    *_made, bulk, undone = capsys.readouterr().out.splitlines()
    assert f"ids: {' '.join(ids)}" in bulk
    assert "ticket.bulk" in bulk
    assert f"ids: {' '.join(ids)}" in undone


def test_operators_are_on_record(tmp_path, capsys, monkeypatch):
    import io
    import sys

    data = str(tmp_path / "data")
    assert cli.main(["init", data]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    options = ["--role", "agent", "--display", "Lan", "--centre", "EVNCPC", "--password-stdin"]
    assert cli.main(["user", "add", data, "lan", *options]) == 0
    assert cli.main(["user", "list", data]) == 0
    assert cli.main(["user", "disable", data, "lan"]) == 0
    capsys.readouterr()
    assert cli.main(["audit", data]) == 0
    told = [line.split()[2:4] for line in capsys.readouterr().out.splitlines()]
    assert told == [[audit.operator(), "user.add"], [audit.operator(), "user.disable"]]


def test_a_row_costs_little_beside_its_write(tmp_path, capsys):
    """Floor: the same INSERT of one row into a table with two indexes, without chain, head and triggers."""
    assert cli.main(["init", str(tmp_path / "data")]) == 0
    conn = connect.writer((tmp_path / "data" / connect.DATABASE).resolve())
    trail = Trail.of(tmp_path / "data")
    conn.execute("CREATE TABLE plain (n INTEGER PRIMARY KEY, at REAL, who TEXT, object TEXT, mac BLOB) STRICT")
    conn.execute("CREATE INDEX plain_who ON plain (who, at)")
    conn.execute("CREATE INDEX plain_object ON plain (object, at)")

    def cost(work):
        conn.execute("BEGIN IMMEDIATE")
        began = time.process_time()
        for n in range(1_000):
            work(n)
        spent = time.process_time() - began
        conn.execute("ROLLBACK")
        return spent / 1_000 * 1e6

    entry = [Entry(float(n), f"u_{n % 50}", "contact.take", f"c_{n:016}", "", f"{n:016}") for n in range(1_000)]
    sql = "INSERT INTO plain (at, who, object, mac) VALUES (?, ?, ?, zeroblob(32))"
    plain = lambda n: conn.execute(sql, (entry[n].at, entry[n].who, entry[n].object))  # noqa: E731
    # In turns, so that what else the machine does falls on both.
    rounds = [(cost(plain), cost(lambda n: trail.append(conn, entry[n]))) for _ in range(9)]
    floor, sealed = (min(figures) for figures in zip(*rounds, strict=True))
    conn.close()
    with capsys.disabled():
        print(f"\nan audit row: {sealed:.1f} us CPU, {sealed / floor:.1f}x of a bare insert")
    assert sealed <= 10 * floor
