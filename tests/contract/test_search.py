"""The look-up against the store: what it finds, in which lane, and that no text upsets it."""

import json
import random

import pytest

from backend_stub.domain.lookup import name_key
from backend_stub.store import customers, dictionary, lanes, search
from tests.customers import COMMUNES, crowd, database, make
from tests.full import count
from tests.hostile import TEXTS

ROWS = crowd(3_000)


@pytest.fixture(scope="module")
def conn():
    connection = database(ROWS)
    dictionary.rebuild(connection)
    yield connection
    connection.close()


@pytest.fixture
def few():
    connection = database(
        [
            make(
                1, "Nguyễn Văn Ty", phones=("0905123456", "02573823456"), old_address="TT La Hai, H. Đồng Xuân, Phú Yên"
            ),
            make(2, "Công ty Điện Quang", commune=COMMUNES[1], phones=("0701234567",)),
            make(3, "Ksor H'Lan", commune=COMMUNES[2], meter_no="AB12345"),
            make(4, "Nguyễn Văn Tý", commune=COMMUNES[2], old_address="P. Hải Châu I, Đà Nẵng"),
        ]
    )
    yield connection
    connection.close()


def names(conn, q, **options):
    return [hit.name for hit in search.find(conn, q, **options).items]


def lane(conn, q):
    return search.find(conn, q).lane


@pytest.mark.parametrize(
    "q", ["nguyen van ty", "NGUYỄN VĂN TY", "Nguyê\u0303n Va\u0306n Ty", "ty nguyen van", "van t", "n v ty"]
)
def test_names_with_and_without_accents_in_any_order(few, q):
    assert set(names(few, q)) == {"Nguyễn Văn Ty", "Nguyễn Văn Tý"}
    assert lane(few, q) == "name"


def test_stroked_d_is_folded(few):
    assert names(few, "dien") == names(few, "Điện") == names(few, "đien") == ["Công ty Điện Quang"]


@pytest.mark.parametrize("q", ["ksor h'lan", "ksor hlan"[:4], "h’lan", "lan ksor"])
def test_apostrophes_do_not_matter(few, q):
    assert names(few, q) == ["Ksor H'Lan"]


@pytest.mark.parametrize(
    "q", ["0905123456", "0905 123 456", "+84 905.123.456", "84905123456", "123456", "(0257) 3823 456", "0905 12"]
)
def test_phones_in_any_spelling_and_by_their_end(few, q):
    hits = search.find(few, q)
    assert [hit.code for hit in hits.items] == ["PC08GG0000001"]
    assert hits.lane == "phone"
    assert "0905123456" not in (hits.items[0].phone, hits.items[0].match)


def test_an_old_mobile_number_finds_the_new_one(few):
    assert names(few, "0120 123 4567") == ["Công ty Điện Quang"]


@pytest.mark.parametrize("q", ["PC08GG0000003", "pc08gg 0000003", "0000003", "GG0000003"])
def test_codes_whole_and_by_their_end(few, q):
    hits = search.find(few, q)
    assert [(hit.name, hit.match) for hit in hits.items] == [("Ksor H'Lan", "PC08GG0000003")]
    assert hits.lane == "code"


def test_meter_numbers(few):
    hits = search.find(few, "ab12345")
    assert (hits.lane, [hit.match for hit in hits.items]) == ("meter", ["AB12345"])


@pytest.mark.parametrize(
    ("q", "code"),
    [
        ("nguyen van ty dong xuan", "PC08GG0000001"),
        ("nguyen van ty xa dong xuan dak lak", "PC08GG0000001"),
        ("ty nguyen, Hải Châu", "PC08GG0000004"),
        ("NGUYEN VAN TY, TT La Hai, H. Đồng Xuân, Phú Yên", "PC08GG0000001"),
        ("nguyen van ty la hai", "PC08GG0000001"),
    ],
)
def test_a_name_and_a_place_new_or_old(few, q, code):
    hits = search.find(few, q)
    assert [hit.code for hit in hits.items] == [code]
    assert hits.lane == "name_place"


@pytest.mark.parametrize("q", ["nguyeenx vawn tys", "nguye6n4 va8n ty1"])
def test_input_method_leftovers_are_tried_second_and_said(few, q):
    hits = search.find(few, q)
    assert hits.lane == "telex_retry"
    assert "nguyen van ty" in (hits.note or "")
    assert len(hits.items) == 2
    assert search.find(few, "nguyen").note is None


def test_the_callers_commune_comes_first(few):
    assert names(few, "nguyen van", commune=COMMUNES[2])[0] == "Nguyễn Văn Tý"
    assert names(few, "nguyen van", commune=COMMUNES[0])[0] == "Nguyễn Văn Ty"


def out(conn, *communes):
    """Report an open outage in these communes."""
    conn.execute("INSERT OR IGNORE INTO device VALUES ('474', 'substation', NULL, '474', '')")
    below = json.dumps(dict.fromkeys(communes, 100))
    conn.execute(
        "INSERT INTO outage (id, kind, status, device, device_name, device_kind, device_path, below, provinces,"
        " priority_loads, customers_total, started_at, etr_source, reported_by, created_at)"
        " VALUES ('o', 'unplanned', 'confirmed', '474', '', 'feeder', '[]', ?, '[]', '[]', 0, 0, '', '', 0)",
        (below,),
    )


def test_customers_where_the_power_is_out_come_first(few):
    assert names(few, "nguyen van") == ["Nguyễn Văn Tý", "Nguyễn Văn Ty"]
    out(few, COMMUNES[0])
    assert names(few, "nguyen van") == names(few, "van nguyen") == ["Nguyễn Văn Ty", "Nguyễn Văn Tý"]
    assert names(few, "nguyen van", commune=COMMUNES[2])[0] == "Nguyễn Văn Tý"
    few.execute("UPDATE outage SET status = 'restored'")
    assert names(few, "nguyen van")[0] == "Nguyễn Văn Tý"


def test_more_popular_names_come_first_and_the_very_name_before_them():
    rows = [make(i, "Lê Văn An") for i in range(9)] + [make(9, "An Lê"), make(10, "Lê An"), make(11, "Lê Ánh")]
    conn = database(rows)
    dictionary.rebuild(conn)
    assert names(conn, "le an")[:2] == ["Lê An", "Lê Ánh"]
    assert names(conn, "le an")[2:] == ["Lê Văn An"] * 9 + ["An Lê"]
    assert names(conn, "le an") == names(conn, "le an")
    conn.close()


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("12 tran phu", [1]), ("12 Trần Phú, Đồng Xuân", [1]), ("số 12 đường trần phú, phú yên", [1]),
        ("tran phu dong xuan phu yen", [1, 2]), ("trần phú", [3, 1, 2]), ("7/2 tran phu", [3]), ("thon 3", [4]),
        ("thon 3 la hai", [4]), ("an 12 tran phu", [1]), ("an tran phu", [1]), ("an tran phu tuy hoa", []),
        ("binh, 14 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên", [2]),
    ],
)  # fmt: skip
def test_addresses_alone_and_with_a_name_and_a_place(q, codes):
    conn = database(
        [
            make(1, "Ksor An", address="12 Trần Phú, Xã Đồng Xuân, Đắk Lắk"),
            make(2, "Ksor Bình", address="14 Trần Phú, Xã Đồng Xuân, Đắk Lắk"),
            make(3, "Ksor Chi", address="7/2 Trần Phú, Phường Tuy Hòa, Đắk Lắk", commune=COMMUNES[1]),
            make(4, "Ksor Dung", address="Thôn 3, Xã Đồng Xuân, Đắk Lắk"),
        ]
    )
    assert [hit.code for hit in search.find(conn, q).items] == [f"PC08GG{i:07d}" for i in codes]
    conn.close()


@pytest.mark.parametrize("q", ["dong xuan phu yen", "TT La Hai", "xã Đồng Xuân", "dong xuan dak l"])
def test_a_place_alone_lists_who_lives_there(few, q):
    hits = search.find(few, q)
    assert [hit.code for hit in hits.items] == ["PC08GG0000001"]
    assert hits.lane == "name_place"


def test_a_changed_address_is_found_at_once_and_the_old_one_no_longer(few):
    customers.upsert_many(few, [make(3, "Ksor H'Lan", address="99 Hùng Vương", commune=COMMUNES[2])])
    assert names(few, "99 hung vuong") == ["Ksor H'Lan"]
    customers.upsert_many(few, [make(3, "Ksor H'Lan", address="5 Lê Lợi", commune=COMMUNES[2])])
    assert names(few, "99 hung vuong") == []
    assert names(few, "le loi") == ["Ksor H'Lan"]


def test_an_old_area_code_finds_todays_number(few):
    assert names(few, "057 3823456") == names(few, "ĐT: 0257.3823.456") == ["Nguyễn Văn Ty"]


def test_half_typed_words_of_every_length(few):
    for q in ("quan", "qua", "qu", "q", "nguyen", "nguye", "hlan"[:1]):
        assert search.find(few, q).items, q


def test_no_plan_is_unbounded(conn, monkeypatch):
    monkeypatch.setattr(lanes, "MOST_TICKS", 0)
    monkeypatch.setattr(lanes, "OPS_A_TICK", 100)
    hits = search.find(conn, "nguyen van", limit=50)
    assert hits.more
    assert len(hits.items) < 50
    monkeypatch.undo()
    assert len(search.find(conn, "nguyen van", limit=50).items) == 50


def test_a_cut_answer_says_so(conn):
    hits = search.find(conn, "nguyen", limit=5)
    assert (len(hits.items), hits.more) == (5, True)
    assert len({hit.code for hit in hits.items}) == 5
    assert not search.find(conn, ROWS[7].code).more


@pytest.mark.parametrize("q", TEXTS, ids=ascii)
def test_no_text_is_an_error(conn, q):
    hits = search.find(conn, q, limit=50, commune=q)
    assert len(hits.items) <= 50


def test_recall_equals_a_scan_of_all_rows(conn):
    seeded = random.Random(5)
    for _ in range(count(100, 300)):
        wanted = name_key(seeded.choice(ROWS).name).split()
        seeded.shuffle(wanted)
        terms = [*wanted[:-1], wanted[-1][: seeded.randint(1, 9)]]
        found = {hit.code for hit in search.find(conn, " ".join(terms), limit=5_000).items}
        assert found == {row.code for row in ROWS if holds(name_key(row.name).split(), terms)}, terms


def holds(name, terms):
    """The rule of the look-up: every term is a word, the last and single letters begin one."""
    return all(
        any(word.startswith(term) if i == len(terms) - 1 or len(term) == 1 else word == term for word in name)
        for i, term in enumerate(terms)
    )


def consistent(conn):
    stored = {(r[0], r[1], r[2]) for r in conn.execute("SELECT name_f, commune, id FROM customer")}
    posted = {
        (r[0], r[1], r[2])
        for r in conn.execute("SELECT d.name_f, p.commune, p.customer FROM dpost p JOIN dname d ON d.nid = p.nid")
    }
    counts = dict(conn.execute("SELECT name_f, count(*) FROM customer GROUP BY 1").fetchall())
    assert posted == stored
    assert dict(conn.execute("SELECT name_f, n FROM dname").fetchall()) == counts


def test_changes_keep_the_dictionary_exact():
    conn = database(crowd(200))
    seeded = random.Random(3)
    for round_ in range(20):
        changed = [
            make(seeded.randrange(260), seeded.choice(ROWS).name, commune=seeded.choice(COMMUNES)) for _ in range(15)
        ]
        customers.upsert_many(conn, changed)
        consistent(conn)
        if round_ % 7 == 6:
            dictionary.rebuild(conn)
            consistent(conn)
    customers.upsert_many(conn, [make(5, "Zzuniquezz Old")])
    customers.upsert_many(conn, [make(5, "Zznewzz Name")])
    assert names(conn, "old zzuniquezz") == []
    assert names(conn, "name zznewzz") == ["Zznewzz Name"]
    conn.close()


def test_rebuild_numbers_names_by_popularity():
    conn = database(
        [make(1, "An Be"), make(2, "Le Be"), make(3, "Le Be"), make(4, "Zu Be"), make(5, "Zu Be"), make(6, "Zu Be")]
    )
    dictionary.rebuild(conn)
    assert [row[0] for row in conn.execute("SELECT name_f FROM dname ORDER BY nid")] == ["zu be", "le be", "an be"]
    conn.close()
