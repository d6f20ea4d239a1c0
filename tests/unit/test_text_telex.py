import pytest

from agent_tui.text.fold import fold
from agent_tui.text.telex import strip, strip_all

# Names as typed with the input method off: Telex with the tone at the end and inside, and VNI.
TYPED = {
    "nguyeenx": "nguyen", "nguyeexn": "nguyen", "nguye6n4": "nguyen", "vawn": "van", "va8n": "van", "ddieenj": "dien",
    "dieejn": "dien", "d9ie6n5": "dien", "ddoongf": "dong", "xuaan": "xuan", "huwowng": "huong", "hu7o7ng": "huong",
    "traanf": "tran", "tr6an2": "tran", "sown": "son", "tw": "tu", "ddawng": "dang", "giangf": "giang",
    "quyeets": "quyet", "truwowngf": "truong", "hoaf": "hoa", "vietej": "viet", "nguyenex": "nguyen",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), TYPED.items())
def test_keys_of_input_methods_are_removed(typed, meant):
    assert strip(typed) == meant


@pytest.mark.parametrize(
    "word", ["ty", "nguyen", "xuan", "sang", "rung", "phuong", "thanh", "gia", "quy", "dd", "d", "12", "", "h'lan"]
)
def test_plain_words_stay(word):
    assert strip(word) == word


def test_a_whole_line():
    assert strip_all(fold("Nguyeenx Vawn Ty")) == "nguyen van ty"
