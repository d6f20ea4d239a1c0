"""The reference tables are complete, agree with each other and name where they come from."""

from collections import Counter
from importlib import resources

import pytest

from agent_tui import wire
from agent_tui.widgets.tile_layout import TILES
from backend_stub.domain import deadlines
from backend_stub.reference import catalogue, places, table, working_days

# Communes per province as published with the reform of 2025-07-01.
COMMUNES_OF = {
    "01": 126, "04": 56, "08": 124, "11": 45, "12": 38, "14": 75, "15": 99, "19": 92, "20": 65, "22": 54, "24": 99,
    "25": 148, "31": 114, "33": 104, "37": 129, "38": 166, "40": 130, "42": 69, "44": 78, "46": 40, "48": 94,
    "51": 96, "52": 135, "56": 65, "66": 102, "68": 124, "75": 95, "79": 168, "80": 96, "82": 102, "86": 124,
    "91": 102, "92": 103, "96": 64,
}  # fmt: skip
TABLES = [f.name for f in resources.files("backend_stub.reference").iterdir() if f.name.endswith(".tsv")]


def test_34_provinces_and_3321_communes_province_by_province() -> None:
    assert len(places.provinces()) == 34
    assert len(places.communes()) == 3321
    assert Counter(c.province for c in places.communes().values()) == COMMUNES_OF


def test_kinds_of_communes_add_up() -> None:
    assert Counter(c.kind for c in places.communes().values()) == {"xã": 2621, "phường": 687, "đặc khu": 13}


def test_every_commune_has_a_five_digit_code_and_lies_in_or_off_vietnam() -> None:
    for commune in places.communes().values():
        assert len(commune.code) == 5
        assert commune.code.isdigit()
        assert 8 < commune.lat < 23.5, commune
        assert 102 < commune.lon < 115, commune


def test_the_islands_are_there() -> None:
    names = {c.name: c.province for c in places.communes().values() if c.kind == "đặc khu"}
    assert names["Hoàng Sa"] == "48"
    assert names["Trường Sa"] == "56"


def test_a_commune_is_written_as_in_an_address() -> None:
    assert places.communes()["22081"].full_name == "Xã Đồng Xuân"
    assert places.provinces()["66"].name == "Đắk Lắk"


def test_tiles_are_distinct_and_fit_seventeen_rows_by_five_columns() -> None:
    tiles = {(p.tile_row, p.tile_col) for p in places.provinces().values()}
    assert len(tiles) == 34
    assert {row for row, _ in tiles} == set(range(17))
    assert {col for _, col in tiles} == set(range(5))
    abbreviations = {p.abbr for p in places.provinces().values()}
    assert len(abbreviations) == 34
    assert {len(a) for a in abbreviations} == {3}


def test_the_desk_draws_the_same_tiles() -> None:
    ours = {(p.code, p.abbr, p.tile_row, p.tile_col) for p in places.provinces().values()}
    assert {(t.code, t.short, t.row, t.col) for t in TILES} == ours


def test_who_serves_whom() -> None:
    serving = Counter(p.corporation for p in places.provinces().values())
    assert serving == {"EVNNPC": 17, "EVNHANOI": 1, "EVNCPC": 7, "EVNSPC": 8, "EVNHCMC": 1}
    assert set(serving) == set(catalogue.corporations())
    assert [places.provinces()[code].corporation for code in ("42", "44", "56", "68", "79")] == [
        "EVNNPC", "EVNCPC", "EVNCPC", "EVNSPC", "EVNHCMC",
    ]  # fmt: skip


def test_a_code_names_who_issued_it() -> None:
    assert catalogue.issuer("PC08GG0012345") == "EVNCPC"
    assert catalogue.issuer("PD0100000001") == "EVNHANOI"
    assert catalogue.issuer("PZ0100000001") is None
    letters = [p for c in catalogue.corporations().values() for p in c.prefixes]
    assert len(letters) == len(set(letters))


def test_every_crew_status_of_the_wire_has_words() -> None:
    assert list(catalogue.crews()) == list(wire.CrewStatus.__args__)


def test_every_deadline_rule_and_priority_can_be_used() -> None:
    for kind in catalogue.request_types().values():
        deadlines.due_at(kind.deadline, 1_700_000_000.0, working_days.vietnam())
        assert kind.priority in wire.TicketPriority.__args__
    assert "OTHER" in catalogue.request_types()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_names_its_source_licence_and_date(name: str) -> None:
    text = resources.files("backend_stub.reference").joinpath(name).read_text("utf-8")
    head = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    for word in ("Source", "icence", "2026-11-22", "Made by"):
        assert word in head, f"{name} does not say: {word}"
    assert table.read(name)
