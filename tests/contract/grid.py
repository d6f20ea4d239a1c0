"""A small grid with customers, and an outage on it, for the contract tests of outages, power, areas and tickets."""

from datetime import UTC, datetime

import msgspec

from backend_stub.settings import Routing, Sessions
from backend_stub.store import customers, grid
from backend_stub.store.customers import CustomerRow
from backend_stub.store.engine import Tx
from backend_stub.store.grid import DeviceRow
from tests.service import CHEAP, Running

# These tests move the clock by hours; nobody's login is to end meanwhile.
PATIENT = msgspec.structs.replace(
    CHEAP, sessions=Sessions(idle_s=1e7, absolute_s=1e7, argon2_time=1, argon2_memory_kib=8)
)
# Nothing rings by itself: these tests say who takes what.
BY_HAND = msgspec.structs.replace(PATIENT, routing=Routing(offers=False))
NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
"""Sunday, 14:05 in Vietnam."""
DONG_XUAN, TUY_HOA, KRONG_PA = "22081", "22015", "24076"
DEVICES = (
    DeviceRow("SS1", "substation", None, "110 kV Đồng Xuân", DONG_XUAN),
    DeviceRow("F474", "feeder", "SS1", "474 Đồng Xuân", DONG_XUAN),
    DeviceRow("F474/1", "lateral", "F474", "474/1", DONG_XUAN),
    DeviceRow("T1", "transformer", "F474/1", "TBA La Hai 1", DONG_XUAN),
    DeviceRow("T2", "transformer", "F474/1", "TBA La Hai 2", DONG_XUAN),
    DeviceRow("T3", "transformer", "F474", "TBA Phú Túc", KRONG_PA),
    DeviceRow("F471", "feeder", "SS1", "471 Tuy Hòa", TUY_HOA),
    DeviceRow("T9", "transformer", "F471", "TBA Tuy Hòa 9", TUY_HOA),
)


def _customer(n: int, transformer: str | None, commune: str, load: str = "", status: str = "active") -> CustomerRow:
    return CustomerRow(
        f"PC08GG{n:07}", f"Nguyễn Văn {n}", "Anh", (f"09051{n:05}",), f"{n} Trần Phú", commune, "", f"8{n:07}",
        f"HD{n}", transformer, "residential", 1, load, status,
    )  # fmt: skip


CUSTOMERS = (
    *(_customer(n, "T1", DONG_XUAN) for n in range(1, 6)),
    *(_customer(n, "T2", DONG_XUAN) for n in range(6, 9)),
    _customer(9, "T2", DONG_XUAN, load="hospital"),
    *(_customer(n, "T3", KRONG_PA) for n in range(10, 13)),
    *(_customer(n, "T9", TUY_HOA) for n in range(20, 24)),
    _customer(30, "T1", DONG_XUAN, status="closed"),
    _customer(31, None, DONG_XUAN),
)
HOME = "PC08GG0000001"


def load(tx: Tx) -> None:
    grid.upsert_many(tx.conn, DEVICES)
    customers.upsert_many(tx.conn, CUSTOMERS)


async def set_up(svc: Running) -> None:
    """Store the grid, a lead and an agent of EVNCPC, a lead of EVNSPC and an admin."""
    await svc.engine.write(load)
    await svc.add_user("lead", "lead")
    await svc.add_user("agent", "agent")
    await svc.add_user("south", "lead", "EVNSPC")
    await svc.add_user("root", "admin", "EVNHANOI")
