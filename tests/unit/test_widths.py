"""Widths: what is drawn into a cell of a list is as wide as every terminal takes it to be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App
from textual.content import Content
from wcwidth import wcwidth

from agent_tui.widgets.line_model import fit
from agent_tui.widgets.offer_bar import Offer, OfferBar
from agent_tui.widgets.status_line import whole_parts
from tests.terminal.looks_app import AWKWARD


def terminal_width(text: str) -> int:
    """As a terminal that knows no grapheme clusters counts: character by character."""
    return sum(max(0, wcwidth(char)) for char in text)


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [1, 2, 3, 7, 20, 60])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_awkward_text_fills_its_cells(text: str, width: int, form: str) -> None:
    from agent_tui.text.clean import clean

    drawn = fit(clean(unicodedata.normalize(form, text)), width)
    assert cell_len(drawn) == width
    assert terminal_width(drawn) == width


def test_what_terminals_dispute_is_taken_apart_and_kept() -> None:
    assert fit("👨‍👩‍👧 nhà", 12).rstrip() == "👨👩👧 nhà"
    assert fit("🇻🇳 cờ", 8).rstrip() == "VN cờ"
    assert fit("1️⃣ ☎️", 8).rstrip() == "1 ☎"


@given(st.text(alphabet=st.sampled_from("abĐđệ̣́ 漢字🙂👩🏽‍🔧🇻🇳️"), max_size=30), st.integers(1, 40))
def test_any_mix_fills_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_a_status_line_drops_whole_parts() -> None:
    line = Content(" sẵn sàng 02:10 · ĐANG CHỜ 8 · lâu nhất 11:40 · trễ 1")
    assert whole_parts(line, 80) == line
    assert whole_parts(line, 50).plain == " sẵn sàng 02:10 · ĐANG CHỜ 8 · lâu nhất 11:40"
    assert whole_parts(line, 20).plain == " sẵn sàng 02:10"


async def test_a_long_name_leaves_an_offer_its_key_and_its_countdown() -> None:
    class Host(App[None]):
        CSS = "OfferBar { height: 1; }"

        def compose(self):
            yield OfferBar()

    app = Host()
    async with app.run_test(size=(60, 3)) as pilot:
        bar = app.query_one(OfferBar)
        who, facts = "Trường Tiểu học Mô Phỏng 12 Thành Nhất", ("Phường Thành Nhất", "known outage")
        bar.show(Offer("c1", "☎ OFFER", who, facts, "F2 take", 17.0), 0.0)
        await pilot.pause()
        line = bar.render()
        assert line.plain.startswith(" ☎ OFFER Trường Tiểu học")
        assert line.plain.endswith("… · F2 take · 17 s")
        assert line.cell_length <= 60
