"""The tile map: every province in one place, every place reachable by the arrows."""

from agent_tui.i18n import set_language
from agent_tui.widgets import tile_layout as layout
from agent_tui.widgets.country_map import compact, neighbour
from backend_stub.reference import places

WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def test_the_34_provinces_of_the_division_each_have_a_tile() -> None:
    assert sorted(layout.PLACES) == sorted(places.provinces())


def test_no_two_tiles_or_insets_share_a_place() -> None:
    taken = [(tile.row, tile.col) for tile in layout.TILES]
    taken += [(inset.row + line, inset.col) for inset in layout.INSETS for line in (0, 1)]
    assert len(set(taken)) == len(taken)
    assert all(0 <= row < layout.ROWS and 0 <= col * layout.PITCH < layout.WIDTH for row, col in taken)


def test_both_archipelagos_are_drawn_east_of_the_mainland() -> None:
    east = max(tile.col for tile in layout.TILES)
    assert {inset.name for inset in layout.INSETS} == {"Hoàng Sa", "Trường Sa"}
    assert all(inset.col > east for inset in layout.INSETS)


def test_the_arrows_reach_every_tile_from_every_tile() -> None:
    for start in layout.PLACES:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            fresh = {neighbour(layout.PLACES, here, *way) for way in WAYS} - seen
            seen |= fresh
            todo += fresh
        assert seen == set(layout.PLACES), start


def test_an_arrow_never_goes_the_other_way() -> None:
    for code, (row, col) in layout.PLACES.items():
        for rows, cols in WAYS:
            there = layout.PLACES[neighbour(layout.PLACES, code, rows, cols)]
            assert (there[0] - row) * rows >= 0
            assert (there[1] - col) * cols >= 0


def test_north_is_up_for_nearly_every_pair() -> None:
    latitude = {code: place.lat for code, place in places.provinces().items()}
    pairs = [(a, b) for a in layout.TILES for b in layout.TILES if a.row < b.row]
    right = sum(latitude[a.code] > latitude[b.code] for a, b in pairs)
    assert right / len(pairs) > 0.97


def test_counts_fit_in_four_cells() -> None:
    set_language("en")
    assert [compact(n) for n in (0, 402, 1_000, 1_949, 12_400, 752_000, 1_240_000)] == [
        "0", "402", "1.0k", "1.9k", "12k", "752k", "1.2M",
    ]  # fmt: skip
    assert all(len(compact(n)) <= 4 for n in range(0, 31_000_000, 997))
