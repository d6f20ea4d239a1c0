"""Old and new names of places: the tables agree with each other, and words are read as the places they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.text.fold import fold
from backend_stub.domain.lookup import words
from backend_stub.domain.places import resolve
from backend_stub.reference import gazetteer, old_places, places
from tests.hostile import TEXTS

KNOWN = gazetteer.known()
NUMBERED = tuple(f"{kind} {digit}" for kind in ("Phường", "Quận") for digit in range(10))
DONG_XUAN = {"22081", "22090", "22096", "22111"}


def read(text, **how):
    return KNOWN.read(words(text), **how)


def meant(text, **how):
    place = read(text, **how)
    return set() if place is None else set(place.communes)


def resolved(address):
    return set(resolve(KNOWN, [said for part in address.split(",") if (said := words(part))]))


def test_63_provinces_696_districts_and_10040_wards():
    assert (len(old_places.provinces()), len(old_places.districts()), len(old_places.wards())) == (63, 696, 10_040)
    assert sum(len(ward.communes) > 1 for ward in old_places.wards().values()) == 471
    assert sum(code.startswith("d") for code in old_places.wards()) == 5


def test_every_old_ward_became_communes_of_today_and_every_commune_was_something():
    communes = {code for ward in old_places.wards().values() for code in ward.communes}
    assert communes == places.communes().keys()
    for ward in old_places.wards().values():
        assert len(set(ward.communes)) == len(ward.communes) > 0
        assert old_places.districts()[ward.district].province in old_places.provinces()


def test_districts_and_provinces_hold_what_their_wards_became():
    assert old_places.communes_of_districts()["558"] == DONG_XUAN
    assert all(old_places.communes_of_districts().values())
    held = [old_places.communes_of_provinces()[code] for code in old_places.provinces()]
    assert frozenset().union(*held) == places.communes().keys()


@pytest.mark.parametrize(
    "said",
    ["dong xuan phu yen", "H. Đồng Xuân", "huyen dong xuan, phu yen", "phu yen dong xuan", "Đồng Xuân, Đắk Lắk",
     "dong xuan daklak", "H Đồng Xuân tỉnh Phú Yên"],
)  # fmt: skip
def test_an_old_district_is_all_its_communes_of_today(said):
    assert meant(said) >= DONG_XUAN
    assert {places.communes()[code].province for code in meant(said)} == {"66"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("TT La Hai, H. Đồng Xuân, Phú Yên", "22081"), ("la hai", "22081"), ("xuan quang 1 dong xuan phu yen", "22096"),
        ("P.5, TP Tuy Hòa, Phú Yên", "22015"), ("p5 tuy hoa", "22015"), ("P. 5 TP. Tuy Hoà", "22015"),
        ("xa dong xuan dak lak", "22081"), ("hoang sa", "20333"),
    ],
)  # fmt: skip
def test_a_ward_old_or_new_is_one_commune(said, code):
    assert meant(said) == {code}


def test_a_number_is_a_place_only_with_its_kind():
    assert read("1") is None
    assert meant("q1 hcm") == meant("Quận 1, TP.HCM") == meant("quan 1 sai gon")
    assert len(meant("quan 1 tphcm")) == 4


def test_a_kind_decides_between_units_of_one_name():
    assert "22081" in meant("xa dong xuan")
    assert meant("H. Đồng Xuân") == DONG_XUAN
    assert read("phuong dong xuan phu yen") is None


def test_a_split_ward_keeps_all_its_parts():
    assert len(meant("phuong 15 quan tan binh")) == 2


def test_half_typed_names_are_prefixes_only_when_asked_for():
    assert meant("dong xuan phu y", prefix=True) == DONG_XUAN
    assert read("dong xuan phu y") is None


def test_how_sure_a_reading_is():
    assert not read("la hai").strong
    assert read("tt la hai").strong
    assert read("la hai phu yen").strong


@pytest.mark.parametrize(
    ("address", "communes"),
    [
        ("12 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên", {"22081"}),
        ("Thôn 1 xã Xuân Quang 1 huyện Đồng Xuân tỉnh Phú Yên", {"22096"}),
        ("12 Trần Phú, P. 5, TP Tuy Hòa, Phú Yên", {"22015"}),
        ("Xã Đồng Xuân, Đắk Lắk", {"22081"}),
        ("H. Đồng Xuân, Phú Yên", DONG_XUAN),
        ("Đồng Xuân, Phú Yên", DONG_XUAN),
        ("TT La Hai", set()), ("12 Trần Phú", set()), ("", set()), ("Phú Yên", set()),
    ],
)  # fmt: skip
def test_an_old_address_says_one_commune_or_how_many_it_may_be(address, communes):
    assert resolved(address) == communes


def test_a_street_that_bears_a_wards_name_decides_nothing():
    assert "Trần Phú" in {w.name for w in old_places.wards().values() if w.district == "024"}
    assert len(resolved("Trần Phú, TP Hà Giang, Hà Giang")) > 1
    assert len(resolved("P. Trần Phú, TP Hà Giang, Hà Giang")) == 1


def test_an_address_of_every_old_ward_leads_to_what_it_became():
    alike = {}
    for ward in old_places.wards().values():
        alike.setdefault((ward.district, fold(ward.kind), fold(ward.name)), set()).update(ward.communes)
    for ward in old_places.wards().values():
        district = old_places.districts()[ward.district]
        if ward.kind == "huyện":
            continue
        named = ward.name if ward.name.startswith(NUMBERED) else f"{ward.kind} {ward.name}"
        within = district.name if district.name.startswith(NUMBERED) else f"{district.kind} {district.name}"
        address = f"12 Lê Lợi, {named}, {within}, {old_places.provinces()[district.province]}"
        # Minh Quán and Minh Quân of one district are the same without accents: both are kept.
        assert resolved(address) == alike[ward.district, fold(ward.kind), fold(ward.name)], ward
    assert sum(len(communes) > 1 for communes in alike.values()) < 500


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_none(text):
    place = read(text, prefix=True)
    assert place is None or set(place.communes) <= places.communes().keys()


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_corpus_upsets_nothing(text):
    read(text, prefix=True)
    resolved(text)
