"""The desk's language: gettext catalogues, and dates, durations and numbers written the way that language does.

Msgids are English; `_()` answers in the language set last, so a screen that draws again speaks the new one.
"""

import gettext as _gettext
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final, Literal

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
DOMAIN: Final = "desk"
CATALOGUES: Final = Path(__file__).parent / "locale"
# Customers are told Vietnam's time, whatever clock the machine that runs the desk is set to.
ZONE: Final = timezone(timedelta(hours=7), "ICT")


class _Current:
    """The one language of this process."""

    language: Language = "en"
    catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def _(msgid: str) -> str:
    """The sentence in the current language; the msgid itself where there is no translation."""
    return _Current.catalogue.gettext(msgid) if msgid else ""


def ngettext(one: str, many: str, n: int) -> str:
    """The sentence for `n` things in the current language (Vietnamese has one form)."""
    return _Current.catalogue.ngettext(one, many, n)


def N_(msgid: str) -> str:
    """Mark a constant for translation; it is translated by `_()` where it is shown."""
    return msgid


def language() -> Language:
    """The current language."""
    return _Current.language


def pick_language(setting: str | None, environ: Mapping[str, str] = os.environ) -> Language:
    """The setting, else the terminal's locale (vi is Vietnamese), else English."""
    if setting in LANGUAGES:
        return "vi" if setting == "vi" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def set_language(code: str) -> Language:
    """Speak this language from now on; an unknown code is English."""
    chosen: Language = "vi" if code == "vi" else "en"
    _Current.language = chosen
    _Current.catalogue = _gettext.translation(DOMAIN, str(CATALOGUES), languages=[chosen], fallback=True)
    return chosen


def _local(at: datetime | float) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.astimezone(ZONE)


def fmt_clock(at: datetime | float, seconds: bool = False) -> str:
    """Time of day in Vietnam, 14:05 or 14:05:32; `at` is aware or epoch seconds."""
    return _local(at).strftime("%H:%M:%S" if seconds else "%H:%M")


def fmt_day(at: datetime | float) -> str:
    """Day and month, 05/07 in Vietnamese, 5 Jul in English."""
    moment = _local(at)
    return moment.strftime("%d/%m") if language() == "vi" else f"{moment.day} {_MONTHS[moment.month - 1]}"


def fmt_date(at: datetime | float) -> str:
    """Date and time, 05/07/2026 14:05 in Vietnamese, 5 Jul 2026 14:05 in English."""
    moment = _local(at)
    if language() == "vi":
        return moment.strftime("%d/%m/%Y %H:%M")
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M}"


def fmt_time(at: datetime | float, now: datetime | float) -> str:
    """The clock when `at` is today, else day and clock: 14:05, 21/11 14:05."""
    return fmt_clock(at) if _local(at).date() == _local(now).date() else f"{fmt_day(at)} {fmt_clock(at)}"


def fmt_duration(seconds: float) -> str:
    """Minutes and seconds, 04:12; from an hour on 1:04:12; never negative."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes:02}:{secs:02}"


def fmt_number(value: float, digits: int = 0) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English."""
    text = f"{value:,.{digits}f}"
    return text.translate(_SWAP) if language() == "vi" else text


def fmt_money(vnd: int) -> str:
    """Integer dong: 1.234.567 đ in Vietnamese, 1,234,567 đ in English."""
    return f"{fmt_number(vnd)} đ"


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SWAP: Final = str.maketrans(",.", ".,")
