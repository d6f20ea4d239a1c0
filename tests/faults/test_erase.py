"""An erased person is in no byte of the data directory, and everybody else's data is as before."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from agent_tui.text.fold import fold
from backend_stub import cli
from backend_stub.ops import erase, erase_rows
from backend_stub.store import audit, connect, customers, dictionary, grid
from backend_stub.store.driver import sqlite3
from backend_stub.store.grid import DeviceRow
from tests.customers import crowd, make
from tests.faults.process import Serving
from tests.full import count
from tests.service import running_service

NAME, PHONE, SECOND = "Phạm Quỳnh Zyxopterin", "0905777123", "02573800900"
TY = make(
    912_345, NAME, phones=(PHONE, SECOND), address="77 Hẻm Sương Mù Lạ", old_address="TT Cũ Xưa Lắm",
    meter_no="M-77123456", contract_no="HD-2026-77123", transformer="TBA-17", priority_load="life_support",
)  # fmt: skip
# Of the same household phone and of a like name: these two must not lose anything.
KIN = make(900_002, "Phạm Quỳnh Anh", phones=(SECOND,), transformer="TBA-17")
GRID = [
    DeviceRow("E28", "substation", None, "Tuy Hòa", ""), DeviceRow("474", "feeder", "E28", "Đồng Xuân", ""),
    DeviceRow("TBA-17", "transformer", "474", "La Hai 1", "22081"),
]  # fmt: skip
SAID = f"Tôi là {NAME}, gọi lại 0905 777 123 hoặc +84905777123, công tơ M-77123456"
TRACES = [
    NAME, fold(NAME), "Zyxopterin", "zyxopterin", PHONE, PHONE[:-8:-1], "905777123", "0905 777 123", TY.address,
    TY.old_address, TY.meter_no, TY.contract_no, TY.code, TY.code[:-8:-1], "riêng tư",
]  # fmt: skip


@pytest.fixture
async def data_dir(tmp_path):
    """A directory after a day: the person called twice, wrote, has a ticket, is a priority load, was looked up."""
    assert cli.main(["init", str(tmp_path / "data")]) == 0
    async with running_service(tmp_path / "data") as svc:
        people = [*crowd(count(2_000, 50_000)), TY, KIN]

        def load(tx):
            grid.upsert_many(tx.conn, GRID)
            for start in range(0, len(people), 5_000):
                customers.upsert_many(tx.conn, people[start : start + 5_000])
            dictionary.rebuild(tx.conn)

        await svc.engine.write(load)
        await svc.add_user("minh", "lead")
        lan, minh, door = await svc.client("lan"), await svc.client("minh"), await svc.channel()
        outage = (await minh.post("/v1/outages", json={"device": "TBA-17", "kind": "unplanned"})).json()["id"]

        async def call(n, address, **more):
            new = {"external_id": f"zalo-{n}", "channel": "webchat", "address": address, "queue": "outage", **more}
            answer = await door.post("/v1/contacts", json=new, headers={"idempotency-key": f"door-call-{n}"})
            return answer.json()["id"]

        first = await call(1, PHONE, name=NAME, text=SAID)
        await call(2, SECOND, text="Nhà tôi mất điện")
        await call(3, "someone@example.vn", text=f"Hàng xóm {NAME} (0905.777.123) cũng mất điện")
        await lan.put("/v1/me/state", json={"state": "available"})
        await lan.post(f"/v1/contacts/{first}/take", headers={"idempotency-key": "lan-takes-first"})
        await lan.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": f"contact:{first}"})
        await lan.post(f"/v1/contacts/{first}/message", json={"text": f"Chào {NAME}, chuyện riêng tư"})
        ticket = {"type": "OTHER", "title": f"Đo điện áp cho {NAME}", "contact": first, "note": "riêng tư"}
        made = (await lan.post("/v1/tickets", json=ticket)).json()
        assert made["customer"] == TY.code
        other = {
            "type": "OTHER",
            "title": f"Như phiếu của {NAME}",
            "customer": KIN.code,
            "note": f"xem {TY.code} {PHONE}",
        }
        await minh.post("/v1/tickets", json=other)
        named = await lan.patch(
            f"/v1/tickets/{made['id']}", json={"title": f"{NAME} hẹn lại", "fields": {"place": TY.address}},
            headers={"if-match": str(made["version"])},
        )  # fmt: skip
        assert named.json()["undo"]
        for draft in ({"content": {"note": SAID}}, {"content": {"note": "riêng tư"}, "ticket": made["id"]}):
            assert (await lan.put(f"/v1/drafts/new:{len(draft)}", json=draft)).status_code == 200
        patched = await minh.patch(f"/v1/outages/{outage}", json={"note": SAID}, headers={"if-match": "2"})
        assert patched.status_code in (200, 412)
        plan = {"device": "TBA-17", "from": "2027-03-01T01:00:00Z", "to": "2027-03-01T03:00:00Z", "reason": SAID[:90]}
        planned = (await minh.post("/v1/plans", json=plan)).json()
        asked = await minh.patch(
            f"/v1/plans/{planned['id']}", json={"note": f"{NAME} xin dời", "area": TY.address},
            headers={"if-match": str(planned["version"])},
        )  # fmt: skip
        assert asked.status_code == 200, asked.text
        say = {"vi": f"Không gọi lại {NAME}", "en": "Do not call back"}
        for path, said in (
            ("surge", {"on": True, "announcement": say, "callback_offer": False}), ("banner", {"text": say})
        ):  # fmt: skip
            assert (await minh.put(f"/v1/{path}", json=said)).status_code == 200
        notice = {"channel": "sms", "text": f"Kính gửi {NAME}"}
        assert (await minh.post(f"/v1/outages/{outage}/notify", json=notice)).status_code == 201
        await svc.service.go_round()
        await lan.post(f"/v1/contacts/{first}/finish", json={"disposition": "information", "note": SAID})
        await door.post(f"/v1/contacts/{first}/csat", json={"score": 5, "comment": f"{NAME} cảm ơn"})
    return tmp_path / "data"


def hits(directory: Path) -> dict[str, list[str]]:
    """Return which traces are in which file, in UTF-8 and UTF-16."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        content = path.read_bytes()
        traces = [trace for trace in TRACES if trace.encode() in content or trace.encode("utf-16-le") in content]
        if traces:
            found[path.name] = traces
    return found


def everywhere(directory: Path) -> set[str]:
    return {trace for traces in hits(directory).values() for trace in traces}


def rows(data_dir: Path, sql: str) -> list[tuple]:
    conn = sqlite3.connect(data_dir / connect.DATABASE)
    try:
        return [tuple(row) for row in conn.execute(sql)]
    finally:
        conn.close()


COUNTS = [
    f"SELECT count(*) FROM {table}"
    for table in (
        "contact",
        "segment",
        "ticket",
        "ticket_note",
        "message",
        "contact_event",
        "csat",
        "event_log",
        "outage",
    )
]


def test_no_byte_is_left_and_the_counts_stay(data_dir, capsys):
    assert everywhere(data_dir) >= {NAME, fold(NAME), PHONE, PHONE[:-8:-1], TY.address, TY.meter_no}
    before = [rows(data_dir, sql) for sql in COUNTS]
    kin = rows(data_dir, f"SELECT * FROM customer WHERE code = '{KIN.code}'")
    assert cli.main(["erase", str(data_dir), TY.code, "--reason", f"yêu cầu 17 của {NAME.upper()} 0905777123"]) == 0
    out = capsys.readouterr().out
    pseudonym = out.split("now ")[1].split(";")[0]
    assert pseudonym.startswith("erased-")
    assert hits(data_dir) == {}
    wal = data_dir / "service.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    assert [rows(data_dir, sql) for sql in COUNTS] == before
    assert rows(data_dir, f"SELECT count(*) FROM contact WHERE customer = '{pseudonym}'") == [(1,)]
    assert rows(data_dir, "SELECT title, customer FROM ticket ORDER BY n") == [
        ("erased", pseudonym), ("Như phiếu của erased", KIN.code),
    ]  # fmt: skip
    assert rows(data_dir, "SELECT text FROM ticket_note ORDER BY n")[1] == (f"xem {pseudonym} erased",)
    assert rows(data_dir, f"SELECT * FROM customer WHERE code = '{KIN.code}'") == kin
    kept = "SELECT phone FROM customer UNION ALL SELECT phone FROM customer_phone"
    assert rows(data_dir, f"SELECT phone FROM ({kept}) WHERE phone = '02573800900'") == [("02573800900",)]
    assert rows(data_dir, "SELECT address FROM contact WHERE external_id = 'zalo-2'") == [(SECOND,)]
    assert cli.main(["check", str(data_dir)]) == 0, capsys.readouterr().out
    capsys.readouterr()
    assert cli.main(["audit", str(data_dir), "--customer", pseudonym]) == 0
    told = capsys.readouterr().out
    assert "customer.read" in told
    assert told.splitlines()[-1].endswith("yêu cầu 17 của erased erased  contacts: 1, tickets: 1")
    assert [trace for trace in TRACES if trace in told] == []
    assert cli.main(["audit", str(data_dir), "--customer", TY.code]) == 2


async def test_the_service_goes_on_with_what_is_left(data_dir, capsys):
    generation = rows(data_dir, "SELECT value FROM meta WHERE key = 'generation'")
    assert cli.main(["erase", str(data_dir), TY.code, "--reason", "yêu cầu 17"]) == 0
    assert rows(data_dir, "SELECT value FROM meta WHERE key = 'generation'") != generation
    async with running_service(data_dir) as svc:
        lan, door = await svc.client("lan"), await svc.channel()
        found = (await lan.post("/v1/customers/search", json={"q": "zyxopterin"})).json()
        assert found["items"] == []
        assert (await lan.get(f"/v1/customers/{TY.code}", headers={"Access-Reason": "search"})).status_code == 404
        assert len((await lan.post("/v1/customers/search", json={"q": "pham quynh anh"})).json()["items"]) == 1
        for path in ("/v1/snapshot", "/v1/tickets", "/v1/contacts", "/v1/outages", "/v1/areas"):
            answer = await lan.get(path)
            assert answer.status_code == 200
            assert NAME not in answer.text
        again = {
            "external_id": "zalo-1",
            "channel": "webchat",
            "address": PHONE,
            "queue": "outage",
            "name": NAME,
            "text": SAID,
        }
        answer = await door.post("/v1/contacts", json=again, headers={"idempotency-key": "door-call-1"})
        assert (answer.status_code, answer.json()["code"]) == (410, "erased")
        stream = await svc.stream("lan", last=1)
        head = (await lan.get("/v1/snapshot")).json()["seq"]
        events = []
        while not events or (events[-1].seq or 0) < head:
            events.append(await stream.next())
        assert NAME.encode() not in b"".join(bytes(event.data) for event in events)


def test_a_served_directory_is_refused_and_untouched(data_dir):
    with Serving(data_dir) as serving:
        refused = subprocess.run(
            [sys.executable, "-m", "backend_stub", "erase", str(data_dir), TY.code, "--reason", "yêu cầu 17"],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "already runs" in refused.stderr
        assert httpx.get(f"http://127.0.0.1:{serving.port}/health").status_code == 200
    assert NAME in everywhere(data_dir)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["PC08GG9999999", "--reason", "yêu cầu 17"], "no customer"),
        ([TY.code, "--reason", "  "], "reason"),
        ([TY.code, "--reason", "x" * 201], "reason"),
        ([TY.code, "--reason", "a\nb"], "reason"),
    ],
)
def test_what_cannot_be_erased_is_said(data_dir, capsys, words, says):
    assert cli.main(["erase", str(data_dir), *words]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_an_erasure_cut_off_before_the_file_was_rewritten_is_finished_by_the_next_start(data_dir, monkeypatch):
    finish = erase.finish
    calls = []

    def cut(conn):
        calls.append(conn)
        if len(calls) == 2:
            raise OSError(5, "cut off")
        finish(conn)

    monkeypatch.setattr(erase, "finish", cut)
    assert cli.main(["erase", str(data_dir), TY.code, "--reason", "yêu cầu 17"]) == 2
    assert rows(data_dir, "SELECT count(*) FROM meta WHERE key = 'erase_unfinished'") == [(1,)]
    with Serving(data_dir) as serving:
        assert serving.port
        assert serving.stop() == 0
    assert rows(data_dir, "SELECT count(*) FROM meta WHERE key = 'erase_unfinished'") == [(0,)]
    assert hits(data_dir) == {}


def test_copies_made_before_upgrades_go_too(data_dir, capsys):
    (data_dir / "backups").mkdir()
    (data_dir / "backups" / "20260101T000000Z-schema-5.db").write_bytes(NAME.encode())
    assert cli.main(["erase", str(data_dir), TY.code, "--reason", "yêu cầu 17"]) == 0
    assert hits(data_dir) == {}
    assert "removed 1 copies" in capsys.readouterr().out


def test_every_table_was_looked_at_when_its_place_in_an_erasure_was_decided(data_dir):
    conn = sqlite3.connect(data_dir / connect.DATABASE)
    tables = {table for table, _ in erase_rows.text_columns(conn)}
    everything = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    conn.close()
    assert everything >= erase_rows.LEFT_ALONE
    assert (
        tables | erase_rows.LEFT_ALONE | {name for name in everything if name.startswith(("dfts", "tfts", "sqlite_"))}
        == everything
    )
    assert audit.KEY_FILE == "audit.key"
