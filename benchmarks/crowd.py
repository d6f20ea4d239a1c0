"""A million or ten fictitious customers with long-tailed names, as the CSV files of an import; nobody is meant.

Surnames by their Vietnamese shares with a tail of rare ones, given names by Zipf over some 260 syllables in one or two
parts, communes by Zipf: about 380,000 distinct folded names a million. Seeded: the same number makes the same file.
"""

import csv
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

from backend_stub.reference import old_places, places
from backend_stub.simulate import names

SEED = 7
PER_TRANSFORMER, PER_FEEDER = 50, 2_500
_ONSETS = ("b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "s", "t", "th", "tr",
           "v", "x")  # fmt: skip
_RIMES = ("a", "ai", "an", "anh", "ảo", "ân", "ạch", "ền", "iên", "iệp", "inh", "oa", "oàn", "ong", "ông", "ơn", "ung",
          "uân", "uyên", "ư", "ường", "ỹ")  # fmt: skip
_TAIL = tuple((onset + rime).capitalize() for onset in _ONSETS for rime in _RIMES)
_COMMON = ("Anh", "Hương", "Hùng", "Dũng", "Hoa", "Lan", "Tuấn", "Nam", "Bình", "Ty", "Sơn", "Long", "Hải", "Minh",
           "Phúc", "Thành", "Tâm", "Đức", "Quang", "Vinh", "Thảo", "Trang", "Yến", "Nga", "Hạnh", "Thủy", "Hà", "Mai",
           "Linh", "Ngọc", "Hiền", "Loan", "Kiên", "Cường", "Đạt", "Huy", "Trung", "Tín", "Bảo", "Khoa")  # fmt: skip
_GIVEN = _COMMON + _TAIL
_OTHER_MIDDLES = dict.fromkeys(word for middle in names._MIDDLE_F + names._MIDDLE_M for word in middle.split())
_MIDDLE = ("Thị",) * 27 + ("Văn",) * 20 + tuple(word for word in _OTHER_MIDDLES if word not in ("Thị", "Văn"))
_STREETS = ("Trần Phú", "Lê Lợi", "Nguyễn Huệ", "Hùng Vương", "Lê Duẩn", "Trần Hưng Đạo", "Phan Đình Phùng",
            "Quang Trung", "Nguyễn Trãi", "Hai Bà Trưng", "Lý Thường Kiệt", "Bà Triệu", "Ngô Quyền", "Lê Hồng Phong",
            "Điện Biên Phủ", "Cách Mạng Tháng Tám", "Nguyễn Văn Linh", "Võ Nguyên Giáp", "Phạm Văn Đồng",
            "Tôn Đức Thắng")  # fmt: skip
_PREFIXES = ("PC08GG", "PC12AA", "PA0100", "PB0402", "PD0100", "PE0100", "PH0100", "PK0100", "PM0100", "PN0100",
             "PP0100", "PQ0200")  # fmt: skip


def _zipf(n: int, power: float) -> list[float]:
    return list(accumulate((i + 1) ** -power for i in range(n)))


class Crowd:
    """Makes the rows; `count` only decides how large the grid is."""

    def __init__(self, count: int, seed: int = SEED) -> None:
        self.count = count
        self.rng = Random(seed)
        communes = list(places.communes().values())
        self.rng.shuffle(communes)
        was: dict[str, list[str]] = {}
        for ward in old_places.wards().values():
            district = old_places.districts()[ward.district]
            text = f"{ward.kind.capitalize()} {ward.name}, {district.kind.capitalize()} {district.name}"
            for code in ward.communes:
                was.setdefault(code, []).append(f"{text}, {old_places.provinces()[district.province]}")
        provinces = places.provinces()
        self.places = [(c.code, f"{c.full_name}, {provinces[c.province].name}", was[c.code]) for c in communes]
        rare = tuple((a + b).capitalize() for a in _ONSETS[:11] for b in _RIMES[:11])
        self.surnames = names._FAMILY + list(rare)
        shares = names._SHARES
        self.shares = [*shares, *(shares[-1] + (i + 1) * shares[-1] * 0.11 / len(rare) for i in range(len(rare)))]
        self.given, self.nearby, self.streets = _zipf(len(_GIVEN), 0.9), _zipf(len(communes), 0.6), _zipf(20, 0.7)

    def customers(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows of the customers file in column order."""
        choices = self.rng.choices
        size = 10_000
        for first in range(0, self.count, size):
            n = min(size, self.count - first)
            family = choices(self.surnames, cum_weights=self.shares, k=n)
            middle, given = choices(_MIDDLE, k=n), choices(_GIVEN, cum_weights=self.given, k=n)
            more = choices(
                (None, *_GIVEN), cum_weights=[self.given[-1], *(self.given[-1] + g for g in self.given)], k=n
            )
            where = choices(self.places, cum_weights=self.nearby, k=n)
            street = choices(_STREETS, cum_weights=self.streets, k=n)
            for i in range(n):
                between = f"{middle[i]} {more[i]}" if more[i] else middle[i]
                yield self.row(first + i, f"{family[i]} {between} {given[i]}", where[i], street[i])

    def row(self, i: int, name: str, where: tuple[str, str, list[str]], street: str) -> tuple[str, ...]:
        """Return one customer."""
        commune, town, old = where
        dice = (i * 2_654_435_761) % 4_294_967_296
        line = f"Thôn {dice % 9 + 1}" if dice % 5 < 2 else f"{dice % 397 + 1} {street}"
        if dice % 33 == 0:
            name = f"Công ty TNHH {name.split()[-1]} {street} {dice % 90}"
        serial = (i * 7_919 + 12_345) % 10_000_000
        return (
            f"{_PREFIXES[i // 10_000_000 + dice % 11]}{serial:07d}", name, "", f"09{dice % 89_000_000:08d}", "",
            f"{line}, {town}", commune, f"{line}, {old[dice % len(old)]}", f"{(dice * 7 + i) % 10_000_000_000:010d}",
            f"{dice % 14 + 12}/{serial:07d}", f"T{i // PER_TRANSFORMER:06d}", "residential", "1", "", "active",
        )  # fmt: skip

    def network(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows of the network file."""
        yield "S", "substation", "", "Trạm mô phỏng", ""
        for feeder in range(-(-self.count // PER_FEEDER)):
            yield f"F{feeder}", "feeder", "S", f"Xuất tuyến {feeder}", ""
            yield f"L{feeder}", "lateral", f"F{feeder}", f"Nhánh {feeder}", ""
        for i in range(-(-self.count // PER_TRANSFORMER)):
            yield f"T{i:06d}", "transformer", f"L{i * PER_TRANSFORMER // PER_FEEDER}", f"TBA {i}", ""


def write(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
