"""Make the grid of the half-block map of Vietnam from the centres of its communes: agent_tui/widgets/half_map_grid.py.

    python scripts/make_half_map.py [--check]

Each pixel belongs to the province of the nearest commune and ward centre, if one lies near enough; the archipelagos are
drawn as insets and not part of the grid. A pixel between two provinces that would leave one of them without any goes to
the smaller. Needs no network: the centres are in backend_stub/reference (vietnamadminunits 1.0.4, MIT).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend_stub.reference import places  # noqa: E402

OUT = ROOT / "agent_tui" / "widgets" / "half_map_grid.py"
NORTH, SOUTH, WEST, EAST = 23.45, 8.5, 102.1, 109.5
ROWS, COLS = 68, 33
NEAR = 0.17
MAINLAND_EAST = 109.6
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh"
HEADER = '''"""The provinces on a grid of half cells, north at the top: one letter each, `.` is sea or another country.

Made by scripts/make_half_map.py (do not edit by hand) from the centres of the communes in
backend_stub/reference/communes.tsv: Python package vietnamadminunits 1.0.4, MIT, copyright (c) 2025
Tran Ngoc Minh Hieu.
"""

CODES = (
{codes}
)  # fmt: skip
GRID = (
{grid}
)
'''


def centres() -> list[tuple[float, float, str]]:
    return [(c.lat, c.lon, c.province) for c in places.communes().values() if c.lon < MAINLAND_EAST]


def pixel(lat: float, lon: float, points: list[tuple[float, float, str]]) -> str | None:
    squeeze = math.cos(math.radians(lat))
    near = min(points, key=lambda p: (p[0] - lat) ** 2 + ((p[1] - lon) * squeeze) ** 2)
    far = math.hypot(near[0] - lat, (near[1] - lon) * squeeze)
    return near[2] if far <= NEAR else None


def grid() -> list[list[str | None]]:
    points = centres()
    height, width = (NORTH - SOUTH) / ROWS, (EAST - WEST) / COLS
    made = [
        [pixel(NORTH - (row + 0.5) * height, WEST + (col + 0.5) * width, points) for col in range(COLS)]
        for row in range(ROWS)
    ]
    counted = Counter(code for line in made for code in line)
    for code, place in places.provinces().items():
        if not counted[code]:
            row, col = int((NORTH - place.lat) / height), int((place.lon - WEST) / width)
            made[row][col] = code
    return made


def source() -> str:
    codes = list(places.provinces())
    sign = dict(zip(codes, SIGNS, strict=True))
    rows = ["".join(sign[code] if code else "." for code in line) for line in grid()]
    lines = [" ".join(f'"{code}",' for code in codes[i : i + 12]) for i in range(0, len(codes), 12)]
    return HEADER.format(
        codes="\n".join(f"    {line}" for line in lines), grid="\n".join(f'    "{row}",' for row in rows)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    made = source()
    if parser.parse_args().check:
        return 0 if OUT.read_text("utf-8") == made else 1
    OUT.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
