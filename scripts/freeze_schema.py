"""Freeze today's schema with a little of everything in it: `python scripts/freeze_schema.py`, once per release.

Writes tests/data/schemas/N.sql and N.key, N being the `user_version`; the upgrade tests start from every file there.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from backend_stub.store import audit, connect, customers, grid  # noqa: E402
from backend_stub.store.driver import sqlite3  # noqa: E402
from backend_stub.store.grid import DeviceRow  # noqa: E402
from tests.customers import make  # noqa: E402
from tests.service import Running, running_service  # noqa: E402

GRID = [
    DeviceRow("E28", "substation", None, "Tuy Hòa", ""),
    DeviceRow("474", "feeder", "E28", "Đồng Xuân", ""),
    DeviceRow("474/3", "lateral", "474", "Nhánh 3", ""),
    DeviceRow("TBA-17", "transformer", "474/3", "La Hai 1", "22081"),
]
PEOPLE = [
    make(1, "Nguyễn Văn Ty", phones=("0905123456", "02573823456"), transformer="TBA-17", contract_no="HD-1"),
    make(2, "Trần Thị Hương", phones=("0914000111",), transformer="TBA-17", priority_load="life_support"),
    make(3, "Nguyễn Văn Ty", phones=("0905123457",)),
]


async def fill(svc: Running) -> None:
    """Do what a day does: records opened, a contact from door to score, a ticket, an outage."""
    await svc.engine.write(lambda tx: (grid.upsert_many(tx.conn, GRID), customers.upsert_many(tx.conn, PEOPLE)))
    await svc.add_user("minh", "lead")
    lan, minh, door = await svc.client("lan"), await svc.client("minh"), await svc.channel()
    code = PEOPLE[0].code
    outage = (await minh.post("/v1/outages", json={"device": "TBA-17", "kind": "unplanned"})).json()["id"]
    new = {"external_id": "call-1", "channel": "hotline", "address": "0905123456", "queue": "outage"}
    contact = (await door.post("/v1/contacts", json=new)).json()["id"]
    await lan.put("/v1/me/state", json={"state": "available"})
    await lan.post("/v1/contacts/next", headers={"idempotency-key": "freeze-next-1"})
    await lan.get(f"/v1/customers/{code}", headers={"Access-Reason": f"contact:{contact}"})
    await lan.post(f"/v1/contacts/{contact}/attach", json={"outage": outage, "callback": True})
    ticket = {"type": "OTHER", "title": "Đo lại điện áp", "contact": contact, "note": "Khách hẹn buổi sáng"}
    made = (await lan.post("/v1/tickets", json=ticket)).json()["id"]
    await lan.post(f"/v1/tickets/{made}/notes", json={"text": "Đã hẹn"})
    await lan.post(f"/v1/contacts/{contact}/finish", json={"disposition": "outage_attached", "note": "Đã báo"})
    await door.post(f"/v1/contacts/{contact}/csat", json={"score": 5, "comment": "Nhanh"})
    await minh.get(f"/v1/customers/{code}", headers={"Access-Reason": "search"})


def dump(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield statements that make the same database again; a virtual table's own tables are filled by hand."""
    for name in ("application_id", "user_version"):
        yield f"PRAGMA {name} = {conn.execute(f'PRAGMA {name}').fetchone()[0]};"
    listed = conn.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
    virtual = [row[1] for row in listed if (row[3] or "").startswith("CREATE VIRTUAL")]
    names = [row[1] for row in listed if row[1] not in virtual]
    shadows = [name for name in names if any(name.startswith(f"{table}_") for table in virtual)]
    own = [row for row in listed if row[3] and row[1] not in shadows and not row[1].startswith("sqlite_")]
    for kinds in (("table",), ("index", "trigger")):
        yield from (f"{row[3]};" for row in own if row[0] in kinds)
        for row in listed if kinds == ("table",) else ():
            if row[0] == "table" and row[1] not in virtual:
                yield from rows(conn, row[1], row[1] in shadows)


def rows(conn: sqlite3.Connection, table: str, shadow: bool) -> Iterator[str]:
    """Yield one statement a row."""
    if shadow:
        yield f"DELETE FROM {table};"
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
    for row in conn.execute(f"SELECT {quoted} FROM {table}"):
        yield f"INSERT INTO {table} VALUES ({row[0]});"


async def main() -> None:
    """Make the sample, dump it, say where."""
    with tempfile.TemporaryDirectory() as directory:
        async with running_service(Path(directory)) as svc:
            await fill(svc)
        conn = sqlite3.connect(Path(directory) / connect.DATABASE)
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        target = ROOT / "tests" / "data" / "schemas" / f"{version}.sql"
        target.write_text("\n".join(dump(conn)) + "\n", encoding="utf-8")
        # Without the key its audit rows were made with, the copy's log would count as forged.
        target.with_suffix(".key").write_text(audit.read_key(Path(directory) / audit.KEY_FILE).hex() + "\n")
        conn.close()
    print(target.relative_to(ROOT))


asyncio.run(main())
