"""Where each of the 34 provinces stands in the tile map: north at the top, the order of latitudes kept.

The two islands' insets stand east of the mainland, at the height of Huế and of the Mekong delta.
"""

from dataclasses import dataclass

ROWS = 17
TILE = 8
PITCH = 9
WIDTH = 6 * PITCH


@dataclass(frozen=True, slots=True)
class Tile:
    """One province's tile: the code of the division of 2025, three letters to show, its row and column."""

    code: str
    short: str
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class Inset:
    """A box for an archipelago: `row` is its first of two lines."""

    short: str
    name: str
    row: int
    col: int = 5


_PLACES = """
12 LCh 0 1|15 LCa 0 2|08 TQu 0 3|04 CBg 0 4
11 ĐBi 1 0|14 SLa 1 1|25 PTh 1 2|19 TNg 1 3|20 LSo 1 4
01 HNi 2 2|24 BNi 2 3|22 QNi 2 4
37 NBi 3 2|33 HYe 3 3|31 HPg 3 4
38 THo 4 2
40 NAn 5 2
42 HTi 6 3
44 QTr 7 3
46 Huế 8 4
48 ĐNg 9 4
51 QNg 10 4
52 GLa 11 3
66 ĐLk 12 3|56 KHo 12 4
80 TNi 13 2|75 ĐNa 13 3|68 LĐg 13 4
82 ĐTh 14 1|79 HCM 14 2
91 AGi 15 0|92 CTh 15 1|86 VLg 15 2
96 CMa 16 0
"""

TILES: tuple[Tile, ...] = tuple(
    Tile(code, short, int(row), int(col))
    for line in _PLACES.strip().splitlines()
    for code, short, row, col in (cell.split() for cell in line.split("|"))
)
INSETS = (Inset("HSa", "Hoàng Sa", 8), Inset("TSa", "Trường Sa", 14))
PLACES = {tile.code: (tile.row, tile.col) for tile in TILES}
