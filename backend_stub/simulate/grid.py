"""A small fictitious grid over real communes of central Vietnam: substations, feeders, laterals, transformers.

Communes, provinces and old names are real (table `communes.tsv`); every device, its number and its load are made up.
Branch prefixes of customer codes: the community list evn_branches.json of github.com/trvqhuy/nestup_evn (Apache-2.0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from backend_stub.reference import places

CUSTOMERS_PER_TRANSFORMER = 50
TRANSFORMERS_PER_LATERAL = 6
DEMO_FEEDER = "474-DXU"
FAILING_FEEDER = "471-THO"
PLANNED_FEEDER = "481-SCA"
WORKED_ON = "483-SCA-01"


@dataclass(frozen=True, slots=True)
class Place:
    """Where customers of a feeder live: the commune's code, its streets, hamlets and old names, and whose names."""

    commune: str
    old: tuple[str, ...]
    streets: tuple[str, ...] = ()
    hamlets: tuple[str, ...] = ()
    people: str = "kinh"


@dataclass(frozen=True, slots=True)
class Feeder:
    """One medium-voltage feeder; `weight` is its share of all customers before normalising."""

    code: str
    name: str
    substation: str
    branch: str
    weight: float
    places: tuple[Place, ...]


class Device(NamedTuple):
    """One row of the network file."""

    device: str
    kind: str
    parent: str
    name: str
    commune: str


SUBSTATIONS = {
    "E-DXU": ("Trạm 110 kV Đồng Xuân", "22081"),
    "E-THO": ("Trạm 110 kV Tuy Hòa", "22015"),
    "E-SCA": ("Trạm 110 kV Sông Cầu", "22051"),
    "E-SHO": ("Trạm 110 kV Sơn Hòa", "22165"),
    "E-BMT": ("Trạm 110 kV Buôn Ma Thuột", "24133"),
    "E-EKA": ("Trạm 110 kV Ea Kar", "24373"),
    "E-KPA": ("Trạm 110 kV Krông Pa", "24076"),
    "E-HCH": ("Trạm 110 kV Hải Châu", "20242"),
    "E-NTR": ("Trạm 110 kV Nha Trang", "22366"),
}

_COAST = ("Trần Phú", "Lê Lợi", "Nguyễn Huệ", "Hùng Vương", "Lê Duẩn", "Trần Hưng Đạo", "Phan Đình Phùng")
_TOWN = ("Trần Phú", "Lương Văn Chánh", "Nguyễn Huệ", "Lê Thành Phương", "Trần Hưng Đạo")
_HIGH = ("Hùng Vương", "Quang Trung", "Nguyễn Tất Thành", "Lê Hồng Phong", "Y Jút", "Phan Chu Trinh")
_NUMBERED = ("Thôn 1", "Thôn 2", "Thôn 3", "Thôn 4", "Thôn 5", "Thôn 6")
_DXU = "H. Đồng Xuân, Phú Yên"
_THO = "TP Tuy Hòa, Phú Yên"

DONG_XUAN = Place(
    "22081",
    (f"TT La Hai, {_DXU}", f"TT La Hai, {_DXU}", f"X. Xuân Sơn Bắc, {_DXU}", f"X. Xuân Quang 2, {_DXU}"),
    _TOWN,
    ("Khu phố Long Châu", "Khu phố Long Hà", "Thôn Tân Bình", "Thôn Phước Huệ"),
)
XUAN_LANH = Place("22090", (f"X. Xuân Lãnh, {_DXU}", f"X. Đa Lộc, {_DXU}"), (), ("Thôn Lãnh Vân", *_NUMBERED), "cham")
XUAN_PHUOC = Place("22111", (f"X. Xuân Phước, {_DXU}", f"X. Xuân Quang 3, {_DXU}"), (), _NUMBERED)
PHU_MO = Place("22096", (f"X. Phú Mỡ, {_DXU}", f"X. Xuân Quang 1, {_DXU}"), (), ("Thôn Phú Giang", *_NUMBERED), "cham")
TUY_HOA = Place("22015", tuple(f"P. {n}, {_THO}" for n in (1, 2, 4, 5, 7)), _COAST)
BINH_KIEN = Place("22045", (f"X. Bình Kiến, {_THO}", f"X. Hòa Kiến, {_THO}", f"X. An Phú, {_THO}"), _COAST, _NUMBERED)
PHU_YEN = Place("22240", (f"P. Phú Lâm, {_THO}", f"P. Phú Thạnh, {_THO}", f"P. Phú Đông, {_THO}"), _COAST)
PHU_HOA = Place("22319", ("TT Phú Hòa, H. Phú Hòa, Phú Yên", "X. Hòa Thắng, H. Phú Hòa, Phú Yên"), _TOWN, _NUMBERED)
SONG_CAU = Place("22051", ("P. Xuân Phú, TX Sông Cầu, Phú Yên", "P. Xuân Yên, TX Sông Cầu, Phú Yên"), _COAST)
XUAN_DAI = Place("22076", ("P. Xuân Thành, TX Sông Cầu, Phú Yên", "P. Xuân Đài, TX Sông Cầu, Phú Yên"), _COAST)
SON_HOA = Place(
    "22165", ("TT Củng Sơn, H. Sơn Hòa, Phú Yên", "X. Suối Bạc, H. Sơn Hòa, Phú Yên"), _TOWN, _NUMBERED, "ede"
)
BUON_MA_THUOT = Place("24133", ("P. Tân Lợi, TP Buôn Ma Thuột, Đắk Lắk", "P. Tự An, TP Buôn Ma Thuột, Đắk Lắk"), _HIGH)
THANH_NHAT = Place("24154", ("P. Thành Nhất, TP Buôn Ma Thuột, Đắk Lắk",), _HIGH, ("Buôn Ky", "Buôn Dung"), "ede")
EA_KAR = Place(
    "24373", ("TT Ea Kar, H. Ea Kar, Đắk Lắk", "X. Cư Ni, H. Ea Kar, Đắk Lắk"), _HIGH, ("Buôn Trưng",), "ede"
)
PHU_TUC = Place(
    "24076", ("TT Phú Túc, H. Krông Pa, Gia Lai", "X. Phú Cần, H. Krông Pa, Gia Lai"), _HIGH, ("Buôn Sai",), "jarai"
)
HAI_CHAU = Place(
    "20242", ("P. Thạch Thang, Q. Hải Châu, Đà Nẵng", "P. Thanh Bình, Q. Hải Châu, Đà Nẵng"), ("Bạch Đằng", *_COAST)
)
NHA_TRANG = Place(
    "22366", ("P. Lộc Thọ, TP Nha Trang, Khánh Hòa", "P. Phước Hòa, TP Nha Trang, Khánh Hòa"), ("Yersin", *_COAST)
)

FEEDERS = (
    Feeder("474-DXU", "474 Đồng Xuân", "E-DXU", "PC08GG", 6.2, (DONG_XUAN,)),
    Feeder("472-DXU", "472 Xuân Lãnh", "E-DXU", "PC08GG", 3.6, (XUAN_LANH, XUAN_PHUOC, PHU_MO)),
    Feeder("471-THO", "471 Tuy Hòa", "E-THO", "PC08AA", 9.0, (TUY_HOA,)),
    Feeder("473-THO", "473 Tuy Hòa", "E-THO", "PC08AA", 8.4, (TUY_HOA,)),
    Feeder("475-THO", "475 Bình Kiến", "E-THO", "PC08AA", 6.0, (BINH_KIEN,)),
    Feeder("476-THO", "476 Phú Lâm", "E-THO", "PC08AA", 5.8, (PHU_YEN,)),
    Feeder("478-THO", "478 Phú Hòa", "E-THO", "PC08HH", 6.0, (PHU_HOA,)),
    Feeder("481-SCA", "481 Sông Cầu", "E-SCA", "PC08BB", 6.4, (SONG_CAU,)),
    Feeder("483-SCA", "483 Xuân Đài", "E-SCA", "PC08BB", 4.2, (XUAN_DAI,)),
    Feeder("471-SHO", "471 Sơn Hòa", "E-SHO", "PC08DD", 5.0, (SON_HOA,)),
    Feeder("471-BMT", "471 Tân Lợi", "E-BMT", "PC12AA", 8.0, (BUON_MA_THUOT,)),
    Feeder("477-BMT", "477 Thành Nhất", "E-BMT", "PC12CC", 5.4, (THANH_NHAT,)),
    Feeder("472-EKA", "472 Ea Kar", "E-EKA", "PC12KK", 5.0, (EA_KAR,)),
    Feeder("471-KPA", "471 Krông Pa", "E-KPA", "PC10DD", 4.0, (PHU_TUC,)),
    Feeder("471-HCH", "471 Thạch Thang", "E-HCH", "PP0100", 9.0, (HAI_CHAU,)),
    Feeder("472-NTR", "472 Lộc Thọ", "E-NTR", "PQ0200", 8.0, (NHA_TRANG,)),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One feeder's share of the customers: indices `first` (in) to `last` (out), over `transformers` transformers."""

    feeder: Feeder
    first: int
    last: int
    transformers: int

    def transformer_of(self, index: int) -> int:
        """Number, from 0, of the transformer that feeds the customer with this index."""
        return (index - self.first) * self.transformers // max(1, self.last - self.first)

    def below(self, device: str) -> list[int]:
        """Numbers of the transformers that are, or hang below, this feeder, lateral or transformer."""
        return [n for n in range(self.transformers) if f"{self.code_of(n)}-".startswith(f"{device}-")]

    def place_of(self, transformer: int) -> Place:
        """Commune a transformer stands in: a feeder's communes follow one another along the line."""
        return self.feeder.places[transformer * len(self.feeder.places) // self.transformers]

    def code_of(self, transformer: int) -> str:
        """Device code of a transformer."""
        lateral, position = divmod(transformer, TRANSFORMERS_PER_LATERAL)
        return f"{self.feeder.code}-{lateral + 1:02d}-{position + 1:02d}"


def blocks(customers: int) -> tuple[Block, ...]:
    """Feeders with their ranges of customer indices, in index order; the ranges cover 0..customers exactly."""
    total = sum(feeder.weight for feeder in FEEDERS)
    made, first, weight = [], 0, 0.0
    for feeder in FEEDERS:
        weight += feeder.weight
        last = round(customers * weight / total)
        transformers = max(1, (last - first) // CUSTOMERS_PER_TRANSFORMER)
        made.append(Block(feeder, first, last, transformers))
        first = last
    return tuple(made)


def devices(customers: int) -> Iterator[Device]:
    """Rows of the network file, every parent before its children."""
    for code, (name, commune) in SUBSTATIONS.items():
        yield Device(code, "substation", "", name, commune)
    for block in blocks(customers):
        yield from _feeder_devices(block)


def _feeder_devices(block: Block) -> Iterator[Device]:
    feeder = block.feeder
    yield Device(feeder.code, "feeder", feeder.substation, feeder.name, feeder.places[0].commune)
    for number in range(block.transformers):
        place = block.place_of(number)
        lateral, position = divmod(number, TRANSFORMERS_PER_LATERAL)
        lateral_code = f"{feeder.code}-{lateral + 1:02d}"
        if position == 0:
            name = f"Nhánh {lateral + 1:02d} · {feeder.name}"
            yield Device(lateral_code, "lateral", feeder.code, name, place.commune)
        town = places.communes()[place.commune].name
        yield Device(block.code_of(number), "transformer", lateral_code, f"TBA {town} {number + 1}", place.commune)
