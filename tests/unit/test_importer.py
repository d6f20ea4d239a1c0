"""The import of a utility's files, through the command as an operator runs it."""

import argparse
import csv
import json

import pytest

from backend_stub import datadir
from backend_stub.ops import bulk, check_schema, check_search, import_command, importer, upgrade
from backend_stub.ops.rows import COLUMNS
from backend_stub.store import connect, customers, dictionary, search
from backend_stub.store.driver import sqlite3
from tests.full import count
from tests.service import make_database

NETWORK = """device,kind,parent,name,commune
TBA-1,transformer,474/3,La Hai 1,22081
474/3,lateral,474,Nhánh 3,22081
474,feeder,E28,Đồng Xuân,22081
E28,substation,,Tuy Hòa,22015
"""
CUSTOMER = {
    "code": "PC08GG0000001", "name": "Nguyễn Văn Ty", "title": "Anh", "phone": "+84 905 123 456", "phone2": "",
    "address": "12 Trần Phú", "commune": "22081", "old_address": "TT La Hai", "meter_no": "80412213",
    "contract_no": "HD1", "transformer": "TBA-1", "tariff": "residential", "households": "1", "priority_load": "",
    "status": "active",
}  # fmt: skip
OUTAGE = {
    "id": "O-1", "device": "474", "kind": "unplanned", "status": "confirmed", "cause": "",
    "started_at": "2026-11-22T13:22:00+07:00", "etr": "2026-11-22 15:30", "restored_at": "", "note": "",
}  # fmt: skip


@pytest.fixture
def home(tmp_path):
    make_database(tmp_path / "data")
    return tmp_path


def run(home, kind, text, errors="errors.csv"):
    """Import a text (or bytes) and return exit code and errors as (line, column)."""
    path = home / f"{kind}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    args = argparse.Namespace(data_dir=home / "data", kind=kind, file=path, errors=home / errors)
    code = import_command.run(args)
    if not args.errors.exists():
        return code, []
    with args.errors.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    args.errors.unlink()
    return code, [(int(row["line"]), row["column"]) for row in rows]


def table(kind, *rows):
    lines = [",".join(COLUMNS[kind])]
    lines += [",".join(json.dumps(row[c], ensure_ascii=False) if row[c] else "" for c in COLUMNS[kind]) for row in rows]
    return "\n".join(lines) + "\n"


def query(home, sql, *values):
    conn = sqlite3.connect(str(home / "data" / connect.DATABASE))
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def test_a_grid_in_any_order_of_lines(home):
    assert run(home, "network", NETWORK) == (0, [])
    assert query(home, "SELECT code, parent FROM device ORDER BY code") == [
        ("474", "E28"), ("474/3", "474"), ("E28", None), ("TBA-1", "474/3"),
    ]  # fmt: skip
    assert run(home, "network", NETWORK.replace("La Hai 1", "La Hai một")) == (0, [])
    assert query(home, "SELECT name FROM device WHERE code = 'TBA-1'") == [("La Hai một",)]


@pytest.mark.parametrize(
    ("line", "errors"),
    [
        ("X,feeder,nowhere,n,", [(6, "parent")]),
        ("X,feeder,,n,", [(6, "parent")]),
        ("X,feeder,474,n,", [(6, "parent")]),
        ("X,transformer,E28,n,", [(6, "parent")]),
        ("X,substation,474,n,", [(6, "parent")]),
        ("X,lateral,X,n,", [(6, "parent")]),
        ("X,lateral,Y,n,\nY,lateral,X,n,\nZ,transformer,X,n,", [(6, "parent"), (7, "parent"), (8, "parent")]),
        ("X,pole,474,n,", [(6, "kind")]),
        ("X,lateral,474,,", [(6, "name")]),
        (",lateral,474,n,", [(6, "device")]),
        ("X,lateral,474,n,99999", [(6, "commune")]),
        ("474,feeder,E28,again,", [(6, "device")]),
        ("X,lateral,474", [(6, "")]),
        ('X,lateral,474,"n"x,', [(6, "")]),
    ],
)
def test_what_does_not_fit_into_the_grid(home, line, errors):
    assert run(home, "network", NETWORK + line + "\n") == (3, errors)
    # A line that only reads badly is left out; one that breaks the grid leaves out all of it.
    whole = errors[0][1] != "parent"
    assert query(home, "SELECT count(*) FROM device") == [(4 if whole else 0,)]


def test_a_line_that_reads_badly_takes_along_what_hangs_below_it(home):
    lines = "Y,lateral,474,n,99999\nZ,transformer,Y,n,\n"
    assert run(home, "network", NETWORK + lines) == (3, [(6, "commune"), (7, "parent")])
    assert query(home, "SELECT count(*) FROM device") == [(0,)]


def test_a_bad_grid_leaves_the_one_on_file_as_it_was(home):
    run(home, "network", NETWORK)
    before = query(home, "SELECT * FROM device")
    moved = NETWORK.replace("TBA-1,transformer,474/3", "TBA-1,transformer,474") + "X,lateral,Y,n,\nY,lateral,X,n,\n"
    assert run(home, "network", moved) == (3, [(6, "parent"), (7, "parent")])
    assert query(home, "SELECT * FROM device") == before
    deep = "".join(f"L{n},lateral,{'474' if n == 0 else f'L{n - 1}'},n,\n" for n in range(60))
    code, errors = run(home, "network", NETWORK + deep)
    assert (code, errors[0]) == (3, (44, "parent"))
    assert query(home, "SELECT * FROM device") == before


def test_a_moved_device_takes_its_customers_along(home):
    run(home, "network", NETWORK)
    run(home, "customers", table("customers", CUSTOMER))
    counts = "SELECT device, customers, transformers FROM device_node ORDER BY device"
    assert query(home, counts) == [("474", 1, 1), ("474/3", 1, 1), ("E28", 1, 1), ("TBA-1", 1, 1)]
    moved = NETWORK.replace("474/3,lateral,474,", "474/3,lateral,476,") + "476,feeder,E28,Sông Cầu,22051\n"
    assert run(home, "network", moved) == (0, [])
    assert query(home, counts) == [("474", 0, 0), ("474/3", 1, 1), ("476", 1, 1), ("E28", 1, 1), ("TBA-1", 1, 1)]
    assert query(home, "SELECT path FROM device_node WHERE device = 'TBA-1'") == [('["TBA-1","474/3","476","E28"]',)]


def test_a_huge_grid_with_one_bad_line_is_refused_by_that_line(home):
    size = count(5_000, 1_000_000)
    rows = [f"L{n},lateral,474,n," if n % 50 == 0 else f"L{n},transformer,L{n // 50 * 50},n," for n in range(size)]
    rows[-3] = f"L{size - 3},transformer,nowhere,n,"
    text = NETWORK + "\n".join(rows) + "\n"
    assert run(home, "network", text) == (3, [(size + 3, "parent")])
    assert query(home, "SELECT count(*) FROM device") == [(0,)]
    assert run(home, "network", text.replace("nowhere", f"L{(size - 3) // 50 * 50}")) == (0, [])
    assert query(home, "SELECT transformers FROM device_node WHERE device = '474'") == [(size - size // 50 + 1,)]


def test_a_device_on_file_keeps_what_hangs_below_it(home):
    run(home, "network", NETWORK)
    head = "device,kind,parent,name,commune\n"
    assert run(home, "network", head + "474/3,transformer,474,n,\n") == (3, [(2, "kind")])
    assert run(home, "network", head + "474,feeder,474/3,n,\n") == (3, [(2, "parent")])
    assert query(home, "SELECT kind, parent FROM device WHERE code = '474/3'") == [("lateral", "474")]


def test_customers_go_in_and_are_found(home):
    run(home, "network", NETWORK)
    assert run(home, "customers", table("customers", CUSTOMER)) == (0, [])
    conn = sqlite3.connect(str(home / "data" / connect.DATABASE))
    assert [hit.code for hit in search.find(conn, "ty nguyen").items] == ["PC08GG0000001"]
    assert [hit.code for hit in search.find(conn, "0905123456").items] == ["PC08GG0000001"]
    conn.close()


def test_importing_again_changes_instead_of_doubling(home):
    run(home, "network", NETWORK)
    run(home, "customers", table("customers", CUSTOMER))
    renamed = {
        **CUSTOMER,
        "code": "pc08gg.0000001",
        "name": "Trần Thị Hoa",
        "phone": "0905000111",
        "phone2": "02573823456",
    }
    assert run(home, "customers", table("customers", renamed)) == (0, [])
    assert query(home, "SELECT code, name FROM customer") == [("PC08GG0000001", "Trần Thị Hoa")]
    assert query(home, "SELECT phone FROM customer UNION ALL SELECT phone FROM customer_phone") == [
        ("0905000111",), ("02573823456",),
    ]  # fmt: skip
    conn = sqlite3.connect(str(home / "data" / connect.DATABASE))
    assert search.find(conn, "nguyen van ty").items == []
    assert len(search.find(conn, "hoa tran").items) == 1
    conn.close()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_as_excel_and_others_write_them(home, mark, newline):
    run(home, "network", NETWORK)
    text = table("customers", CUSTOMER).replace("\n", newline)
    assert run(home, "customers", mark + text.encode()) == (0, [])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("code", "XX123"), ("code", ""), ("code", "PC08GG000000199"), ("name", ""), ("name", "x" * 201),
        ("phone", "12"),
        ("phone2", "abc"), ("commune", "99999"), ("commune", ""), ("transformer", "474"), ("transformer", "nothing"),
        ("tariff", "free"), ("households", "0"), ("households", "-1"), ("households", "many"),
        ("households", "9" * 5000),
        ("priority_load", "vip"), ("status", "on"), ("meter_no", "a\x07b"),
    ],
)  # fmt: skip
def test_a_bad_column_refuses_its_row_alone(home, column, value):
    run(home, "network", NETWORK)
    other = {**CUSTOMER, "code": "PC08GG0000002"}
    head, good, bad = table("customers", other, {**CUSTOMER, column: "@"}).splitlines()
    bad = bad.replace('"@"', f'"{value}"')
    assert run(home, "customers", f"{head}\n{bad}\n{good}\n") == (3, [(2, column)])
    assert query(home, "SELECT code FROM customer") == [("PC08GG0000002",)]


def test_reasons_never_quote_a_name_or_a_phone(home, capsys):
    run(home, "network", NETWORK)
    text = table("customers", {**CUSTOMER, "phone": "0999 SECRET", "name": "Bí Mật " * 50})
    path = home / "customers.csv"
    path.write_text(text, encoding="utf-8")
    args = argparse.Namespace(data_dir=home / "data", kind="customers", file=path, errors=None)
    assert import_command.run(args) == 3
    said = "".join(capsys.readouterr())
    assert "line 2, phone" in said
    assert "SECRET" not in said
    assert "Bí Mật" not in said


def test_every_bad_column_of_a_row_is_named(home):
    run(home, "network", NETWORK)
    assert run(home, "customers", table("customers", {**CUSTOMER, "tariff": "x", "status": "y"})) == (
        3, [(2, "tariff"), (2, "status")],
    )  # fmt: skip


def test_hostile_names_are_stored_disarmed(home):
    run(home, "network", NETWORK)
    text = table("customers", CUSTOMER).replace("Nguyễn Văn Ty", "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07")
    assert run(home, "customers", text) == (0, [])
    assert query(home, "SELECT name FROM customer") == [("[/b] [@click=app.quit]x[/] \ufffd]52;c;aGk=\ufffd",)]


def test_line_numbers_count_lines_not_rows(home):
    run(home, "network", NETWORK)
    first = {**CUSTOMER, "address": "@", "code": "PC08GG0000005"}
    text = table("customers", first, {**CUSTOMER, "status": "?"}).replace('"@"', '"two\nlines"')
    assert run(home, "customers", text) == (3, [(4, "status")])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        ("tên\n".encode("utf-16"), "not UTF-8"),
        (b"device,kind,parent,name,commune\n\xff,feeder,,,\n", "near line 2"),
        (b"device,kind,parent,name,commune,colour\n", "unknown column 'colour'"),
        (b"device,kind,parent,name\n", "missing column 'commune'"),
        (b"device,kind,parent,name,commune,name\n", "column named twice 'name'"),
    ],
)
def test_an_unusable_file_is_refused_in_one_sentence(home, capsys, content, said):
    path = home / "network.csv"
    if content is not None:
        path.write_bytes(content)
    args = argparse.Namespace(data_dir=home / "data", kind="network", file=path, errors=None)
    assert import_command.run(args) == 2
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1
    assert query(home, "SELECT count(*) FROM device") == [(0,)]


def test_a_file_of_another_kind_and_a_missing_database(home, capsys):
    path = home / "network.csv"
    path.write_text(NETWORK, encoding="utf-8")
    for kind, data in (("plans", "data"), ("network", "nowhere")):
        assert import_command.run(argparse.Namespace(data_dir=home / data, kind=kind, file=path, errors=None)) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_outages_are_stored_and_announced(home):
    run(home, "network", NETWORK)
    assert run(home, "outages", table("outages", OUTAGE)) == (0, [])
    assert query(home, "SELECT device, status FROM outage") == [("474", "confirmed")]
    assert query(home, "SELECT kind FROM event_log") == [("outage.changed",)]
    assert run(home, "outages", table("outages", {**OUTAGE, "status": "restored"})) == (0, [])
    assert query(home, "SELECT device, status FROM outage") == [("474", "restored")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""), ("device", "x"), ("kind", "x"), ("status", "on"), ("started_at", ""), ("started_at", "yesterday"),
        ("started_at", "0001-01-01"), ("etr", "2020-01-01"), ("restored_at", "2020-01-01"),
    ],
)  # fmt: skip
def test_bad_outages_are_refused(home, column, value):
    run(home, "network", NETWORK)
    good = {**OUTAGE, "id": "O-2"}
    assert run(home, "outages", table("outages", {**OUTAGE, column: value}, good)) == (3, [(2, column)])
    assert query(home, "SELECT count(*) FROM outage") == [(1,)]


def test_load_takes_plain_rows_in_batches(home, monkeypatch):
    run(home, "network", NETWORK)
    monkeypatch.setattr(importer, "FIRST", 7)
    monkeypatch.setattr(importer, "paced", lambda rows, held_s: 7)
    rows = [{**CUSTOMER, "code": f"PC08GG{i:07d}"} for i in range(30)]
    conn = connect.writer(home / "data" / connect.DATABASE)
    seen = []
    summary = importer.load(conn, "customers", rows, progress=lambda s, line: seen.append((s.loaded, line)))
    conn.close()
    assert (summary.loaded, summary.refused) == (30, 0)
    assert seen == [(7, 8), (14, 15), (21, 22), (28, 29), (30, 31)]


def test_the_pace_follows_the_time_a_batch_held_the_database():
    assert importer.paced(2_000, 2 * importer.HELD_S) == 1_000
    assert importer.paced(2_000, importer.HELD_S / 10) == 4_000
    assert importer.paced(2_000, 100 * importer.HELD_S) == importer.LEAST
    assert importer.paced(20_000, importer.HELD_S / 100) == importer.MOST


@pytest.mark.parametrize(
    ("old_address", "commune"),
    [("12 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên", "22081"), ("P. 5, TP Tuy Hòa, Phú Yên", "22015")],
)
@pytest.mark.parametrize("given", ["", "99999", "Xã Đồng Xuân"])
def test_a_missing_commune_is_taken_from_the_old_address(home, given, old_address, commune):
    run(home, "network", NETWORK)
    row = {**CUSTOMER, "commune": given, "old_address": old_address}
    assert run(home, "customers", table("customers", row)) == (0, [])
    assert query(home, "SELECT commune, old_address FROM customer") == [(commune, old_address)]


def test_a_commune_of_2025_counts_whatever_the_old_address_says(home):
    run(home, "network", NETWORK)
    row = {**CUSTOMER, "commune": "20242", "old_address": "TT La Hai, H. Đồng Xuân, Phú Yên"}
    assert run(home, "customers", table("customers", row)) == (0, [])
    assert query(home, "SELECT commune FROM customer") == [("20242",)]


@pytest.mark.parametrize(
    ("old_address", "named"),
    [
        ("H. Đồng Xuân, Phú Yên", "22081 Xã Đồng Xuân"),
        ("59 Nguyễn Sỹ Sách, Phường 15, Quận Tân Bình, TP.HCM", "Phường"),
    ],
)
def test_an_old_address_that_may_be_in_several_communes_is_refused_with_them(home, capsys, old_address, named):
    run(home, "network", NETWORK)
    path = home / "customers.csv"
    path.write_text(table("customers", {**CUSTOMER, "commune": "", "old_address": old_address}), encoding="utf-8")
    args = argparse.Namespace(data_dir=home / "data", kind="customers", file=path, errors=None)
    assert import_command.run(args) == 3
    said = capsys.readouterr().err
    assert "the old address may be in" in said
    assert named in said
    assert old_address not in said
    assert query(home, "SELECT count(*) FROM customer") == [(0,)]


def people(n, **changes):
    return [{**CUSTOMER, "code": f"PC08GG{i:07d}", "name": f"Lê Văn {chr(65 + i % 26)}n", **changes} for i in range(n)]


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


@pytest.mark.parametrize("alone", [False, True])
def test_a_killed_import_goes_on_behind_its_last_batch(home, monkeypatch, alone):
    run(home, "network", NETWORK)
    monkeypatch.setattr(importer, "FIRST", 10)
    monkeypatch.setattr(importer, "MOST", 10)
    monkeypatch.setattr(importer, "paced", lambda rows, held_s: 10)
    rows = people(45)
    rows[3] = {**rows[3], "tariff": "?"}
    path = home / "data" / connect.DATABASE

    def killed(summary, line):
        if summary.loaded + summary.refused >= 20:
            raise Killed

    conn = connect.writer(path)
    with pytest.raises(Killed):
        importer.load(conn, "customers", rows, fingerprint="f", alone=alone, progress=killed)
    conn.close()
    assert query(home, "SELECT line FROM import_progress") == [(21,)]
    assert query(home, "SELECT count(*) FROM customer") == [(19,)]
    written = []
    real = customers.upsert_many
    monkeypatch.setattr(
        customers, "upsert_many", lambda conn, good, **how: (written.append(len(good)), real(conn, good, **how))
    )
    conn = connect.writer(path)
    summary = importer.load(conn, "customers", rows, fingerprint="f", alone=alone)
    assert (summary.loaded, summary.refused, [p.line for p in summary.problems]) == (44, 1, [5])
    assert sum(written) == 25
    assert list(check_search.problems(conn)) == []
    assert list(check_schema.problems(conn)) == []
    conn.close()
    assert query(home, "SELECT count(*) FROM import_progress") == [(0,)]
    assert query(home, "SELECT count(*) FROM customer") == [(44,)]


def test_another_file_starts_from_its_beginning(home, monkeypatch):
    run(home, "network", NETWORK)
    conn = connect.writer(home / "data" / connect.DATABASE)
    conn.execute("INSERT INTO import_progress VALUES ('customers', 'other', 4000)")
    assert importer.load(conn, "customers", people(30), fingerprint="mine").loaded == 30
    conn.close()
    assert query(home, "SELECT count(*) FROM customer") == [(30,)]


def test_a_first_load_that_was_killed_is_completed_before_the_directory_is_served(home):
    run(home, "network", NETWORK)
    path = home / "data" / connect.DATABASE
    conn = connect.writer(path)

    def killed(summary, line):
        raise Killed

    with pytest.raises(Killed):
        importer.load(conn, "customers", people(30), fingerprint="f", alone=True, progress=killed)
    assert bulk.is_under_way(conn)
    conn.close()
    assert upgrade.ensure(home / "data") is None
    conn = connect.writer(path)
    assert not bulk.is_under_way(conn)
    assert list(check_schema.problems(conn)) == []
    assert list(check_search.problems(conn)) == []
    assert len(search.find(conn, "le van an").items) == 2
    conn.close()


def test_a_first_load_ends_as_one_row_at_a_time_does(home):
    run(home, "network", NETWORK)
    conn = connect.writer(home / "data" / connect.DATABASE)
    rows = [*people(60), {**people(1)[0], "name": "Đổi Tên", "phone": "0905000111", "address": "3 Lê Lợi"}]
    assert importer.load(conn, "customers", rows, alone=True).loaded == 61
    tables = ("customer", "customer_phone", "dname", "dpost", "street", "commune_customers")
    first = {name: conn.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    assert importer.load(conn, "customers", rows).loaded == 61
    for name in tables:
        assert sorted(map(tuple, conn.execute(f"SELECT * FROM {name}"))) == sorted(map(tuple, first[name])), name
    assert list(check_search.problems(conn)) == []
    assert [hit.name for hit in search.find(conn, "3 le loi").items] == ["Đổi Tên"]
    conn.close()


def test_a_load_beside_a_service_keeps_the_indexes(home):
    run(home, "network", NETWORK)
    with datadir.locked(home / "data"):
        assert run(home, "customers", table("customers", *people(5))) == (0, [])
    assert query(home, "SELECT count(*) FROM meta WHERE key = ?", bulk.UNFINISHED) == [(0,)]
    assert query(home, "SELECT count(*) FROM customer") == [(5,)]


def test_rows_as_they_are_on_file_are_not_written_again(home):
    run(home, "network", NETWORK)
    conn = connect.writer(home / "data" / connect.DATABASE)
    importer.load(conn, "customers", people(30))
    before = conn.total_changes
    assert importer.load(conn, "customers", people(30)).loaded == 30
    assert conn.total_changes == before
    conn.close()


def test_after_a_large_load_beside_a_service_the_most_popular_names_come_first(home, monkeypatch):
    monkeypatch.setattr(importer, "REBUILD_MOST", 0)
    run(home, "network", NETWORK)
    conn = connect.writer(home / "data" / connect.DATABASE)
    # The rare name is on file long before the popular one; in the end there are 700 customers of the latter.
    names = ["Trần Thị Hiếm"] * 2 + ["Lê Vừa"] * 300 + ["Đỗ Đông"] * 700
    rows = [
        {**CUSTOMER, "code": f"PC08GG{n:07}", "name": name, "phone": "", "meter_no": f"9{n:07}"}
        for n, name in enumerate(names)
    ]
    importer.load(conn, "customers", rows)
    order = [row[0] for row in conn.execute("SELECT name_f FROM dname ORDER BY nid")]
    assert order == ["do dong", "le vua", "tran thi hiem"]
    assert dictionary.out_of_place(conn) == []
    assert list(check_search.problems(conn)) == []
    assert {hit.name for hit in search.find(conn, "d", limit=5).items} == {"Đỗ Đông"}
    assert search.find(conn, "hiem tran").items[0].name == "Trần Thị Hiếm"
    # Somebody was renamed while the load went on: the number that was read is nobody's.
    dictionary.promote(conn, 999, "do dong")
    assert [row[0] for row in conn.execute("SELECT name_f FROM dname ORDER BY nid")] == order
    conn.close()
