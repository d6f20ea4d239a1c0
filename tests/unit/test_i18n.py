"""The language of the desk: how it is chosen, how it writes dates and numbers, whether catalogues are current."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from agent_tui import i18n
from scripts import messages

AT = datetime(2026, 7, 5, 7, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.mark.parametrize(
    ("setting", "environ", "chosen"),
    [
        ("vi", {"LANG": "en_US.UTF-8"}, "vi"),
        ("en", {"LANG": "vi_VN.UTF-8"}, "en"),
        (None, {"LANG": "vi_VN.UTF-8"}, "vi"),
        (None, {"LC_ALL": "en_US.UTF-8", "LANG": "vi_VN.UTF-8"}, "en"),
        (None, {}, "en"),
        ("fr", {"LC_MESSAGES": "vi"}, "vi"),
    ],
)
def test_the_setting_then_the_terminal_then_english(setting: str | None, environ: dict, chosen: str) -> None:
    assert i18n.pick_language(setting, environ) == chosen


def test_vietnamese_writes_vietnams_time_and_dots() -> None:
    i18n.set_language("vi")
    assert i18n.fmt_date(AT) == "05/07/2026 14:05"
    assert i18n.fmt_clock(AT.timestamp(), seconds=True) == "14:05:09"
    assert i18n.fmt_day(AT) == "05/07"
    assert i18n.fmt_number(1234567.5, 1) == "1.234.567,5"
    assert i18n.fmt_money(99200) == "99.200 đ"


def test_english() -> None:
    i18n.set_language("en")
    assert i18n.fmt_date(AT) == "5 Jul 2026 14:05"
    assert i18n.fmt_number(1234.5, 1) == "1,234.5"
    assert i18n.ngettext("{n} row", "{n} rows", 2) == "{n} rows"


def test_time_of_another_day_says_the_day() -> None:
    i18n.set_language("vi")
    assert i18n.fmt_time(AT, AT) == "14:05"
    assert i18n.fmt_time(AT, AT.timestamp() + 86_400) == "05/07 14:05"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "00:00"), (252.9, "04:12"), (3852, "1:04:12"), (-3, "00:00")])
def test_durations(seconds: float, shown: str) -> None:
    assert i18n.fmt_duration(seconds) == shown


def test_a_missing_translation_is_the_english_sentence() -> None:
    i18n.set_language("vi")
    assert i18n._("no such sentence 4711") == "no such sentence 4711"
    assert i18n._("") == ""


def test_words_are_translated() -> None:
    i18n.set_language("vi")
    assert i18n._("Take") == "Nhận"


def test_catalogues_are_current() -> None:
    assert messages.stale() == [], "run scripts/messages.py"
