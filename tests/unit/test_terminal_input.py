"""A paste is text and nothing else, however it is cut into chunks; keys around it stay keys."""

import random

import pytest

from agent_tui.keys.terminal_input import END, SILENCE_S, START, PasteGuard, SafeParser

F2 = "\x1bOQ"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_escape_sequences_inside_a_paste_are_letters() -> None:
    guard = PasteGuard()
    out = guard(f"a{F2}{START}Ty {F2}\x1b[20~ \x1b{END}{F2}b")
    assert out == f"a{F2}{START}Ty \ufffdOQ\ufffd[20~ \ufffd{END}{F2}b"


@pytest.mark.parametrize("seed", range(200))
def test_chunks_cut_anywhere_make_no_difference(seed: int) -> None:
    chance = random.Random(seed)
    pieces = ["a", F2, START, END, "\x1b", "\x1b[20", "\x1b[201", "đường", "\r", "0~"]
    text = "".join(chance.choice(pieces) for _ in range(12))
    whole = PasteGuard()(text)
    guard, out, left = PasteGuard(), "", text
    while left:
        size = chance.randint(1, 4)
        out, left = out + guard(left[:size]), left[size:]
    assert whole.startswith(out)
    assert len(whole) - len(out) < len(END), "only what may be half a closing bracket is held back"


def test_a_paste_without_an_end_gives_the_keys_back() -> None:
    clock = Clock()
    guard = PasteGuard(clock)
    assert guard(f"{START}abc\x1b[2") == f"{START}abc"
    clock.now = SILENCE_S - 1
    assert guard("d") == "\ufffd[2d"
    clock.now += SILENCE_S + 1
    assert guard(F2) == END + F2


def test_the_parser_makes_one_paste_of_it_and_no_key() -> None:
    parser = SafeParser()
    events = [*parser.feed(f"{START}Số 5 {F2}"), *parser.feed(f"\x1b]52;c;aGk=\x07{END}")]
    assert [type(event).__name__ for event in events if type(event).__name__ != "Paste"] == []
    assert events[0].text == "Số 5 \ufffdOQ\ufffd]52;c;aGk=\x07"
