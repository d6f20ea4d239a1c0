"""Text that wraps between facts and hangs below its beginning, on examples and on any text."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from agent_tui.widgets.flowing import hang_of, hung


def lines(text: str, width: int) -> list[str]:
    return hung(Content(text), width).plain.split("\n")


def test_facts_stay_whole() -> None:
    assert lines("474 Đồng Xuân · từ 13:22 · 1.240 khách hàng mất điện", 44) == [
        "474 Đồng Xuân · từ 13:22 · 1.240 khách hàng",
        "  mất điện",
    ]
    assert lines("tree on line · crew on site · target 15:30 · 3 neighbours calling", 52) == [
        "tree on line · crew on site · target 15:30 ·",
        "  3 neighbours calling",
    ]
    assert lines("Anh Nguyễn Văn Ty  PC08GG0012345  0905 123 456", 42) == [
        "Anh Nguyễn Văn Ty  PC08GG0012345",
        "  0905 123 456",
    ]


def test_what_goes_on_hangs_below_its_beginning() -> None:
    assert lines("Network  transformer Đồng Xuân 17 › lateral 03 › feeder", 40) == [
        "Network  transformer Đồng Xuân 17 ›",
        "         lateral 03 › feeder",
    ]
    assert lines("“Your area has been without power since 13:22.”", 30) == [
        "“Your area has been without",
        " power since 13:22.”",
    ]
    assert lines("SAY  “Your area has been without power since 13:22.”", 30) == [
        "SAY  “Your area has been",
        "without power since 13:22.”",
    ]
    assert lines("  formerly: 12 Trần Phú, TT La Hai, Phú Yên", 30) == [
        "  formerly: 12 Trần Phú, TT La",
        "  Hai, Phú Yên",
    ]


def test_prose_wraps_at_words_and_a_long_word_where_it_must() -> None:
    assert lines("one two three four five six seven", 24) == ["one two three four five", "six seven"]
    assert lines("x" * 50, 24) == ["x" * 24, "x" * 24, "xx"]
    assert hang_of("one two") == 0


def test_styles_stay_with_their_letters() -> None:
    text = Content("due 24 Nov · ") + Content.styled("1,240 customers out", "bold")
    shown = hung(text, 25)
    assert shown.plain == "due 24 Nov · 1,240\n  customers out"
    bold = "".join(shown.plain[s.start : s.end] for s in shown.spans if "bold" in str(s.style))
    assert bold == "1,240customers out"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab Đ·日 \n“”1›", max_size=120), st.integers(4, 60))
def test_no_line_is_too_long_and_no_letter_is_lost(text: str, width: int) -> None:
    shown = hung(Content(text), width).plain
    assert all(cell_len(line.rstrip()) <= width for line in shown.split("\n"))
    assert "".join(shown.split()) == "".join(text.split())
