import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.text.phone import _KNOWN, OLD_AREA, OLD_MOBILE, is_masked, mask, normalise
from backend_stub.domain.contact import mask_address
from backend_stub.domain.masking import mask_numbers
from tests.hostile import TEXTS


@pytest.mark.parametrize(
    "spelling",
    [
        "0905123456", "0905 123 456", "0905.123.456", "(0905) 123-456", "+84905123456", "+84 905 123 456",
        "84905123456", "0084905123456", "905123456", "+84 (0) 905 123 456", " 0905\u00a0123\u202f456 ",
    ],
)  # fmt: skip
def test_one_mobile_in_every_spelling(spelling):
    assert normalise(spelling) == "0905123456"


def test_old_mobiles_move_to_their_new_prefix():
    assert normalise("0120 123 4567") == "0701234567"
    assert normalise("+84 169 123 4567") == "0391234567"
    for old, new in OLD_MOBILE.items():
        assert normalise(old + "1234567") == new + "1234567"


def test_landlines_old_and_new():
    assert normalise("(0257) 3823 456") == "02573823456"
    assert normalise("057 3823456") == "02573823456"
    assert normalise("0500 3823456") == "02623823456"
    assert normalise("19001909") == "19001909"
    assert len(OLD_AREA) == 58


@pytest.mark.parametrize(
    "text", ["", "113", "abc", "0" * 50, "0905", "+", "٠٩٠٥١٢٣٤٥٦", "an.le@x.vn", "99999999999999", *TEXTS]
)
def test_what_is_no_phone(text):
    assert normalise(text) is None


def test_foreign_numbers_keep_their_country():
    assert normalise("+1 202 555 0123") == "+12025550123"


def test_the_fast_answer_is_the_library_s():
    seeded = random.Random(4)
    numbers = [
        f"0{seeded.choice('235789')}{seeded.randrange(10**9):09d}"[: seeded.choice((10, 11))] for _ in range(4000)
    ]
    known = [number for number in numbers if _KNOWN.fullmatch(number)]
    assert len(known) > 500
    for number in known:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "VN")), number


@given(st.text(max_size=60))
def test_any_text_has_an_answer_that_is_stable(text):
    number = normalise(text)
    assert number is None or normalise(number) == number


def test_mask_hides_the_middle():
    assert mask("0905123456") == "090****456"
    assert mask("an.le@x.vn") == "a****@x.vn"
    assert mask("12345") == "*****"
    assert mask("") == ""


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_whatever_hides_a_number_is_known_as_masked(text):
    assert is_masked(mask(text))
    assert is_masked(mask_address(text))


def test_a_whole_number_is_not_masked():
    for whole in ("0905123456", "+84 905 123 456", "an.le@x.vn", "PC08GG0012345", ""):
        assert not is_masked(whole)
    assert is_masked(mask_numbers("gọi 0905 123 456 nhé"))
