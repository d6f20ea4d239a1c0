"""Plans as the utilities publish them, and our own plans file, through the import."""

from pathlib import Path

import pytest

from backend_stub.clock import ManualClock
from backend_stub.ops import importer, published_plans
from backend_stub.ops.published_plans import Names
from backend_stub.store import connect, gate, grid, migrations, plans
from backend_stub.store.driver import sqlite3
from tests.contract.grid import DEVICES

NOW = 1_795_330_800.0  # 22 November 2026, 14:00 in Vietnam
HANOI = """Công ty Điện lực | Ngày | Từ | Đến | Khu vực
PC Đồng Xuân | 05/12/2026 | 7:00 | 11:30 | Một phần TBA La Hai 1, tổ 4 đến tổ 8
PC Đồng Xuân | 06/12/2026 | 7:00 | 11:30 | một phần đường Trần Phú
PC Đồng Xuân | 07/12/2026 | 7:00 | 11:30 | TBA La Hai 1 và TBA La Hai 2
PC Đồng Xuân | 31/02/2026 | 7:00 | 11:30 | TBA La Hai 2
"""
SPC = """KHU VỰC: Một phần xã Phú Mỡ
 (TBA Phú Túc)
THỜI GIAN: Từ 07:00:00 ngày 25/02/2027 đến 11:30:00 ngày 25/02/2027
LÝ DO NGỪNG CUNG CẤP ĐIỆN: Thí nghiệm, sửa chữa bảo dưỡng
KHU VỰC: phường Tuy Hòa THỜI GIAN: Từ 08:00:00 ngày 26/02/2027 đến 09:00:00 ngày 26/02/2027
"""
OURS = """id,device,from,to,reason,notified_at,status
P1,F474/1,2026-12-05T07:00,2026-12-05T11:30,thay cột,2026-11-20T08:00,notified
P2,F474/1,2026-12-05T07:00,2026-12-05T06:30,thay cột,,draft
P3,nowhere,2026-12-05T07:00,2026-12-05T11:30,thay cột,,draft
P4,F471,2026-12-05T07:00,2026-12-05T11:30,thay cột,,notified
"""


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    path = tmp_path / connect.DATABASE
    migrations.create(path, gate.APPLICATION_ID)
    opened = connect.writer(path)
    opened.execute("BEGIN")
    grid.upsert_many(opened, DEVICES)
    opened.execute("COMMIT")
    return opened


def load(conn: sqlite3.Connection, tmp_path: Path, text: str) -> importer.Summary:
    file = tmp_path / "plans.txt"
    file.write_text(text, encoding="utf-8")
    source = published_plans.read(file, tmp_path)
    assert source is not None
    return importer.load(conn, "plans", source, clock=ManualClock(NOW))


def test_a_published_table_gives_plans_only_where_one_device_is_named(conn: sqlite3.Connection, tmp_path: Path) -> None:
    summary = load(conn, tmp_path, HANOI)
    assert summary.loaded == 1
    assert [(p.line, p.column) for p in summary.problems] == [(3, "area"), (4, "area"), (5, "from")]
    (row,) = plans.page(conn, NOW, NOW + 30 * 86_400, 0, 10)
    assert (row["device"], row["status"], row["area"]) == (
        "T1", "draft", "PC Đồng Xuân: Một phần TBA La Hai 1, tổ 4 đến tổ 8",
    )  # fmt: skip


def test_published_blocks(conn: sqlite3.Connection, tmp_path: Path) -> None:
    summary = load(conn, tmp_path, SPC)
    assert (summary.loaded, summary.refused) == (1, 1)
    (row,) = plans.page(conn, NOW, NOW + 200 * 86_400, 0, 10)
    assert (row["device"], row["reason"], row["etr"] - row["started_at"]) == (
        "T3", "Thí nghiệm, sửa chữa bảo dưỡng", 4.5 * 3_600,
    )  # fmt: skip


def test_the_same_notice_again_changes_nothing_but_the_version(conn: sqlite3.Connection, tmp_path: Path) -> None:
    load(conn, tmp_path, SPC)
    load(conn, tmp_path, SPC)
    assert len(plans.page(conn, NOW, NOW + 200 * 86_400, 0, 10)) == 1


def test_our_own_file_is_no_published_notice(tmp_path: Path) -> None:
    file = tmp_path / "plans.csv"
    file.write_text(OURS, encoding="utf-8")
    assert published_plans.read(file, tmp_path) is None


def test_rows_of_our_own_file(conn: sqlite3.Connection) -> None:
    head, *rows = (line.split(",") for line in OURS.splitlines())
    summary = importer.load(conn, "plans", [dict(zip(head, row, strict=True)) for row in rows], clock=ManualClock(NOW))
    assert summary.loaded == 1
    assert [(p.line, p.column) for p in summary.problems] == [(3, "to"), (4, "device"), (5, "notified_at")]
    (row,) = plans.page(conn, NOW, NOW + 30 * 86_400, 0, 10)
    assert (row["id"], row["status"]) == ("P1", "notified")
    assert all(clock.state in ("met", "running") for clock in plans.clocks(row, NOW))


def test_moving_an_announced_plan_asks_for_a_second_notice(conn: sqlite3.Connection) -> None:
    head, first, *_ = (line.split(",") for line in OURS.splitlines())
    row = dict(zip(head, first, strict=True))
    importer.load(conn, "plans", [row], clock=ManualClock(NOW))
    importer.load(conn, "plans", [row | {"from": "2026-12-06T07:00", "to": "2026-12-06T11:30"}], clock=ManualClock(NOW))
    (stored,) = plans.page(conn, NOW, NOW + 30 * 86_400, 0, 10)
    assert {clock.rule: clock.state for clock in plans.clocks(stored, NOW)}["renotice"] == "running"


def test_a_file_that_puts_off_or_tells_again_moves_the_clock_of_the_second_notice(conn: sqlite3.Connection) -> None:
    head, first, *_ = (line.split(",") for line in OURS.splitlines())
    row = dict(zip(head, first, strict=True))
    states = []
    for n, status in enumerate(("notified", "postponed", "renotified")):
        importer.load(conn, "plans", [row | {"status": status}], clock=ManualClock(NOW + n))
        (stored,) = plans.page(conn, NOW, NOW + 30 * 86_400, 0, 10)
        states.append({clock.rule: clock.state for clock in plans.clocks(stored, NOW)}.get("renotice"))
    assert states == [None, "running", "met"]


def test_a_longer_name_hides_the_shorter_one_inside_it() -> None:
    names = Names(DEVICES)
    assert names.named_in("mất điện TBA La Hai 1") == ["T1"]
    assert names.named_in("trạm la hai") == []
    assert names.named_in("F474/1 và một phần khác") == ["F474/1"]


def test_a_file_that_names_no_state_leaves_the_plan_its_own(conn: sqlite3.Connection) -> None:
    head, first, *_ = (line.split(",") for line in OURS.splitlines())
    row = dict(zip(head, first, strict=True))
    importer.load(conn, "plans", [row], clock=ManualClock(NOW))
    importer.load(conn, "plans", [row | {"status": ""}], clock=ManualClock(NOW))
    assert [one["status"] for one in plans.page(conn, NOW, NOW + 30 * 86_400, 0, 10)] == ["notified"]


def test_a_work_that_a_file_begins_and_ends_leaves_nobody_out(conn: sqlite3.Connection) -> None:
    head, first, *_ = (line.split(",") for line in OURS.splitlines())
    row = dict(zip(head, first, strict=True))
    steps = "SELECT out_at, restored_at FROM outage_step"
    importer.load(conn, "plans", [row], clock=ManualClock(NOW))
    importer.load(conn, "plans", [row | {"status": "active"}], clock=ManualClock(NOW))
    assert [tuple(step) for step in conn.execute(steps)] == [(NOW, None)]
    importer.load(conn, "plans", [row | {"status": "done"}], clock=ManualClock(NOW + 3_600))
    assert [tuple(step) for step in conn.execute(steps)] == [(NOW, NOW + 3_600)]
    assert conn.execute("SELECT restored_at FROM outage").fetchone()[0] == NOW + 3_600
