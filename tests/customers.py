"""Fictitious customers for tests, and a database that holds only the grid and the customers."""

import random

from backend_stub.store import customers
from backend_stub.store.customers import CustomerRow
from backend_stub.store.driver import sqlite3
from backend_stub.store.schema import customers as customer_tables
from backend_stub.store.schema import outages, search, search2, search3

FAMILY = ["Nguyễn"] * 8 + ["Trần"] * 3 + ["Lê"] * 2 + ["Phạm", "Đặng", "Đỗ", "Ksor", "Hồ"]
MIDDLE = ["Văn", "Thị", "Hữu", "Đức", "Ngọc", "Xuân", "Thu", ""]
GIVEN = ["Ty", "An", "Ân", "Bình", "Hoa", "Hương", "Điện", "Ánh", "H'Lan", "Tâm", "Sơn", "Thảo", "Đạt", "Yến", "Hòa"]
# Xã Đồng Xuân and Phường Tuy Hòa in Đắk Lắk, Phường Hải Châu in Đà Nẵng.
COMMUNES = ["22081", "22015", "20242"]


def make(i: int, name: str, **changes: object) -> CustomerRow:
    values: dict[str, object] = {
        "code": f"PC08GG{i:07d}", "name": name, "title": "", "phones": (), "address": f"{i} Trần Phú",
        "commune": COMMUNES[0], "old_address": "", "meter_no": f"8{i:07d}", "contract_no": "", "transformer": None,
        "tariff": "residential", "households": 1, "priority_load": "", "status": "active",
    }  # fmt: skip
    return CustomerRow(**{**values, **changes})


def crowd(n: int, seed: int = 11) -> list[CustomerRow]:
    seeded = random.Random(seed)
    rows = []
    for i in range(n):
        name = " ".join([seeded.choice(FAMILY), seeded.choice(MIDDLE), seeded.choice(GIVEN)]).replace("  ", " ")
        phones = (f"0905{seeded.randrange(10**6):06d}",)
        rows.append(make(i, name, phones=phones, commune=seeded.choice(COMMUNES)))
    return rows


def database(rows: list[CustomerRow]) -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA foreign_keys = ON")
    for statement in customer_tables.DDL + outages.DDL + search.DDL + search2.DDL + search3.DDL:
        conn.execute(statement)
    customers.upsert_many(conn, rows)
    return conn
