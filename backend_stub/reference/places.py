"""The 34 provinces and 3,321 communes of 2025-07-01, read from the package's tables on first use."""

from dataclasses import dataclass
from functools import cache

from backend_stub.reference import table


@dataclass(frozen=True, slots=True)
class Province:
    """One province: who serves it, its centre (degrees) and its tile (row, column) on the map of the 34."""

    code: str
    name: str
    corporation: str
    lat: float
    lon: float
    tile_row: int
    tile_col: int
    abbr: str


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune: `name` without its kind (xã, phường or đặc khu), centre in degrees."""

    code: str
    name: str
    kind: str
    province: str
    lat: float
    lon: float

    @property
    def full_name(self) -> str:
        """Name with its kind, as written in an address: `Xã Đồng Xuân`."""
        return f"{self.kind.capitalize()} {self.name}"


@cache
def provinces() -> dict[str, Province]:
    """All provinces by two-digit code, in code order."""
    areas = {row["province"]: row for row in table.read("service_areas.tsv")}
    return {
        row["code"]: Province(
            row["code"], row["name"], areas[row["code"]]["corporation"], float(row["lat"]), float(row["lon"]),
            int(areas[row["code"]]["tile_row"]), int(areas[row["code"]]["tile_col"]), areas[row["code"]]["abbr"],
        )
        for row in table.read("provinces.tsv")
    }  # fmt: skip


@cache
def communes() -> dict[str, Commune]:
    """All communes by five-digit code, in code order."""
    return {
        row["code"]: Commune(
            row["code"], row["name"], row["kind"], row["province"], float(row["lat"]), float(row["lon"])
        )
        for row in table.read("communes.tsv")
    }
