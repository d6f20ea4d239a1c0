"""The 63 provinces, 696 districts and 10,040 wards of before 2025-07-01, and what became of them, read on first use."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from backend_stub.reference import table


@dataclass(frozen=True, slots=True)
class OldDistrict:
    """One district: `name` without its kind (quận, huyện, thị xã, thành phố), `province` the old two-digit code."""

    code: str
    name: str
    kind: str
    province: str


@dataclass(frozen=True, slots=True)
class OldWard:
    """One ward: `communes` are the codes of today, the main part first; more than one where it was split."""

    code: str
    name: str
    kind: str
    district: str
    communes: tuple[str, ...]


@cache
def provinces() -> dict[str, str]:
    """Names of the old provinces by two-digit code; the codes are not those of today."""
    return {row["code"]: row["name"] for row in table.read("old_provinces.tsv")}


@cache
def districts() -> dict[str, OldDistrict]:
    """Old districts by three-digit code."""
    return {row["code"]: OldDistrict(**row) for row in table.read("old_districts.tsv")}


@cache
def wards() -> dict[str, OldWard]:
    """Old wards by five-digit code (dNNN: an island district that had no wards)."""
    became = {row["ward"]: tuple(row["communes"].split(",")) for row in table.read("old_to_new.tsv")}
    return {row["code"]: OldWard(**row, communes=became[row["code"]]) for row in table.read("old_wards.tsv")}


@cache
def communes_of_districts() -> dict[str, frozenset[str]]:
    """Codes of the communes of today that hold some of each old district, by its code."""
    return _gathered((ward.district, ward.communes) for ward in wards().values())


@cache
def communes_of_provinces() -> dict[str, frozenset[str]]:
    """Codes of the communes of today that hold some of each old province, by its code."""
    communes = communes_of_districts()
    return _gathered((district.province, communes[district.code]) for district in districts().values())


def _gathered(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, codes in pairs:
        found.setdefault(key, set()).update(codes)
    return {key: frozenset(codes) for key, codes in found.items()}
