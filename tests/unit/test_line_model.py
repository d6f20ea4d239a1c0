"""The model under every live list: widths, cursor and viewport anchored to ids, marks."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.widgets.line_model import Cell, Column, Lines, Row, fit, lay_out, value


def rows(*ids: object) -> list[Row]:
    return [Row(str(id), (Cell(str(id)),)) for id in ids]


def lines(count: int, height: int = 10) -> Lines:
    model = Lines()
    model.height = height
    model.replace(rows(*range(count)))
    return model


def test_flexible_columns_share_what_is_left() -> None:
    columns = (Column("a", "a", 5), Column("b", "b", 4, flex=1), Column("c", "c", 4, flex=3), Column("d", "d", 3))
    assert lay_out(columns, 39) == [(0, 0, 5), (1, 6, 9), (2, 16, 19), (3, 36, 3)]


def test_a_narrow_list_drops_columns() -> None:
    columns = (Column("a", "a", 5), Column("b", "b", 9, hide_below=40), Column("c", "c", 4, flex=1))
    assert [index for index, _x, _w in lay_out(columns, 39)] == [0, 2]
    assert [index for index, _x, _w in lay_out(columns, 40)] == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3), st.integers(0, 60)), max_size=8), st.integers(0, 120))
def test_columns_never_leave_the_list(spec: list[tuple[int, int, int]], width: int) -> None:
    placed = lay_out([Column("c", "c", w, flex=f, hide_below=h) for w, f, h in spec], width)
    end = 0
    for _index, x, size in placed:
        assert x >= end
        assert size > 0
        end = x + size
    assert end <= max(width, 0)


@given(st.text(st.sampled_from("abệđ中😀 -"), max_size=30), st.integers(0, 20), st.sampled_from(["left", "right"]))
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int, align: str) -> None:
    assert cell_len(fit(text, width, align)) == width  # type: ignore[arg-type]


def test_fit_cuts_with_an_ellipsis() -> None:
    assert fit("Nguyễn Văn Ty", 8) == "Nguyễn …"
    assert fit("中中中", 4) == "中… "
    assert fit("12", 5, "right") == "   12"


def test_text_may_depend_on_time() -> None:
    assert value(lambda now: f"{now:.0f} s", 7.0) == "7 s"
    assert value("still", 7.0) == "still"


def test_the_cursor_stays_on_its_row_when_others_come_and_go() -> None:
    model = lines(30)
    model.move_to(12)
    model.replace(rows("new", *range(3, 30)))
    assert model.cursor == "12"
    assert model.at == 10


def test_the_first_visible_row_stays_where_it_is() -> None:
    model = lines(100)
    model.move_to(50)
    top = model.rows[model.top].id
    model.replace(rows(*range(-20, 100)))
    assert model.rows[model.top].id == top
    assert model.top <= model.at < model.top + model.height


def test_at_the_top_new_rows_are_seen() -> None:
    model = lines(100)
    model.replace(rows("new", *range(100)))
    assert model.top == 0
    assert model.cursor == "0"


def test_a_row_that_left_hands_the_cursor_to_its_neighbour() -> None:
    model = lines(10)
    model.move_to(4)
    model.replace(rows(0, 1, 2, 3, 7, 8))
    assert model.cursor == "7"
    model.replace(rows(0, 1))
    assert model.cursor == "1"
    model.replace([])
    assert model.cursor is None
    assert model.at == 0


def test_an_edge_scrolls_half_a_page() -> None:
    model = lines(100)
    model.move_to(10)
    assert model.top == 5
    for at in range(9, 3, -1):
        model.move_to(at)
    assert model.top == 0


def test_far_moves_show_the_cursor() -> None:
    model = lines(100)
    for at in (99, 0, 50, 49, 61, 2):
        model.move_to(at)
        assert model.top <= model.at < model.top + model.height


def test_moves_stop_at_the_ends() -> None:
    model = lines(5)
    assert not model.move_to(-3)
    assert model.move_to(99)
    assert model.cursor == "4"
    assert not model.scroll(1)


def test_marks_follow_their_rows() -> None:
    model = lines(5)
    model.toggle()
    model.move_to(3)
    model.toggle()
    assert model.marked == {"0", "3"}
    model.replace(rows(1, 2, 3))
    assert model.marked == {"3"}
    model.toggle_all()
    assert model.marked == {"1", "2", "3"}
    model.toggle_all()
    assert model.marked == set()


def test_the_thumb() -> None:
    assert lines(10).thumb() == (0, 0)
    model = lines(100)
    assert model.thumb() == (0, 1)
    model.move_to(99)
    assert model.thumb() == (9, 1)


@given(st.lists(st.lists(st.integers(0, 40), unique=True), min_size=1, max_size=8), st.integers(1, 12), st.data())
def test_whatever_comes_and_goes_the_cursor_is_on_a_row_and_seen(
    steps: list[list[int]], height: int, data: st.DataObject
) -> None:
    model = Lines()
    model.height = height
    for ids in steps:
        before = model.cursor
        model.replace(rows(*ids))
        if before in model.index:
            assert model.cursor == before
        assert (model.cursor in model.index) if ids else model.cursor is None
        if ids:
            assert model.top <= model.at < model.top + height
            model.move_to(data.draw(st.integers(0, 45)))
