"""The half-block map: every province to be seen and reached, both archipelagos drawn, and as its script makes it."""

from textual.app import App, ComposeResult

from agent_tui import wire
from agent_tui.i18n import set_language
from agent_tui.theme import dress
from agent_tui.widgets import half_map, storm_board
from agent_tui.widgets.country_map import neighbour
from agent_tui.widgets.half_map import CODES, LABELS, ROWS, WIDTH, HalfMap, level, province_at
from backend_stub.reference import places
from scripts import make_half_map
from tests.snapshots import storm

WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1))


class MapApp(App[None]):
    CSS_PATH = "../../agent_tui/app.tcss"

    def __init__(self, theme: str) -> None:
        super().__init__()
        dress(self, theme)

    def compose(self) -> ComposeResult:
        yield HalfMap()


def lines(app: App[None]) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


def test_the_grid_is_what_the_script_makes() -> None:
    assert make_half_map.OUT.read_text("utf-8") == make_half_map.source()


def test_every_province_has_land_and_a_place_of_its_own_for_its_digit() -> None:
    assert sorted(CODES) == sorted(places.provinces()) == sorted(LABELS)
    assert len(set(LABELS.values())) == len(LABELS)


def test_the_centre_of_nearly_every_province_lies_in_it() -> None:
    height = (make_half_map.NORTH - make_half_map.SOUTH) / make_half_map.ROWS
    width = (make_half_map.EAST - make_half_map.WEST) / make_half_map.COLS
    hits = [
        province_at(int((make_half_map.NORTH - p.lat) / height), int((p.lon - make_half_map.WEST) / width)) == code
        for code, p in places.provinces().items()
    ]
    assert sum(hits) >= 31


def test_the_arrows_reach_every_province() -> None:
    seen, todo = {"01"}, ["01"]
    while todo:
        here = todo.pop()
        fresh = {neighbour(LABELS, here, *way, height=2) for way in WAYS} - seen
        seen |= fresh
        todo += fresh
    assert seen == set(CODES)


def test_severity_has_a_digit_beside_its_colour() -> None:
    assert [level(n) for n in (0, 1, 999, 1_000, 9_999, 10_000)] == [0, 1, 1, 2, 2, 3]


async def test_it_is_drawn_walked_and_readable_without_colours() -> None:
    set_language("en")
    for theme in ("dark", "mono"):
        app = MapApp(theme)
        async with app.run_test(size=(WIDTH + 2, ROWS + 1)) as pilot:
            drawn = app.query_one(HalfMap)
            drawn.show([*storm.AREAS, wire.Area("79", "TP Hồ Chí Minh", "EVNHCMC", 3_000_000, 12_000, 1, 0)])
            drawn.move_to("66")
            await pilot.pause()
            text = "\n".join(lines(app))
            assert "Hoàng Sa" in text
            assert "Trường Sa" in text
            row, col = LABELS["79"]
            assert lines(app)[row][col] == "3"
            assert "Đắk Lắk" in text
            assert "out 5.7k" in text
            # Without colours shades carry the severity, with colours half cells the shape.
            assert ("▓" in text) == (theme == "mono")
            assert ("▀" in text) == (theme == "dark")
            await pilot.press("up")
            assert drawn.cursor == neighbour(LABELS, "66", -1, 0, height=2)
            assert drawn.cursor != "66"


def test_the_storm_board_counts_what_it_lists() -> None:
    set_language("en")
    text = storm_board.board(storm.STATS).plain
    assert "Hà Nội" not in text
    assert [line.split()[0] for line in text.splitlines() if "■" in line] == ["EVNCPC", "Đắk", "Khánh", "Gia"]
    assert storm_board.headline(storm.STATS.total).plain == (
        "STORM · out 9,764 of 41,300 · restored 76.3 % · incidents left 6 of 22"
    )


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert storm_board.share_word(0.99999) == "99.9 %"
    assert storm_board.bar(0.99999).count("■") == storm_board.BAR - 1
    assert storm_board.share_word(None) == "–"
    assert half_map.ROWS == 34
