"""Parts of a text message against the limits of 3GPP TS 23.038 and 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.sms import Size, size, unaccented


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Size("gsm7", 0, 0)),
        ("a" * 160, Size("gsm7", 160, 1)),
        ("a" * 161, Size("gsm7", 161, 2)),
        ("a" * 306, Size("gsm7", 306, 2)),
        ("a" * 307, Size("gsm7", 307, 3)),
        ("ệ" * 70, Size("ucs2", 70, 1)),
        ("ệ" * 71, Size("ucs2", 71, 2)),
        ("ệ" * 135, Size("ucs2", 135, 3)),
        # é and à are in the basic set, ế and ắ are not: one such letter more than halves the room.
        ("é" * 160, Size("gsm7", 160, 1)),
        ("ế" + "a" * 70, Size("ucs2", 71, 2)),
        ("€" * 80, Size("gsm7", 160, 1)),
        ("😀" * 35, Size("ucs2", 70, 1)),
    ],
)
def test_limits(text: str, expected: Size) -> None:
    assert size(text) == expected


def test_a_character_of_two_places_is_not_cut_by_the_end_of_a_part() -> None:
    # 152 letters and a euro do not fit the 153 places of a part: the euro opens the next one.
    assert size("a" * 152 + "€" + "a" * 152).parts == 3
    assert size("a" * 153 + "€" + "a" * 151).parts == 2


def test_unaccented_keeps_case_and_punctuation() -> None:
    assert (
        unaccented("Điện lực Đồng Xuân: mất điện – dự kiến 15:30…") == "Dien luc Dong Xuan: mat dien - du kien 15:30..."
    )
    assert size(unaccented("Ngừng cấp điện từ 07:00 “theo kế hoạch”")).encoding == "gsm7"


@given(st.text(max_size=400))
def test_parts_hold_the_text_and_grow_with_it(text: str) -> None:
    whole = size(text)
    room = {"gsm7": 160, "ucs2": 70}[whole.encoding]
    assert whole.parts * room >= whole.places
    assert size(text + "a").parts >= whole.parts
