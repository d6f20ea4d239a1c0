"""Days on which no planned work is announced: round Tết, the school-leaving exams, and what the settings add."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from backend_stub.domain.plans import tet_quiet_days


@dataclass(frozen=True, slots=True)
class Exam:
    """First and last day of one year's school-leaving exam (thi tốt nghiệp THPT), and where they were published."""

    first: date
    last: date
    source: str


# The Ministry of Education sets them anew each year; a year that is not listed is for the settings ([plans] exams).
EXAMS = (
    Exam(
        date(2025, 6, 25), date(2025, 6, 27),
        "Ministry of Education and Training: candidates report on 25 June, exams on 26 and 27 June 2025 "
        "(Lao Động, news.laodong.vn 1500624; SGGP, en.sggp.org.vn post118485)",
    ),
    Exam(
        date(2026, 6, 11), date(2026, 6, 12),
        "Ministry of Education and Training, planned dates (Tiền Phong, tienphong.vn post1768417); the final notice "
        "was not seen, nor on which day candidates report",
    ),
)  # fmt: skip


def exams() -> list[tuple[date, date]]:
    """Return first and last day of every exam on record."""
    return [(exam.first, exam.last) for exam in EXAMS]


@cache
def round_tet(year: int) -> tuple[tuple[date, date], ...]:
    """Return first and last quiet day round the Tết of a year (package `holidays`, imported on first use)."""
    import holidays

    named = holidays.country_holidays("VN", years=year, language="vi").items()
    return tuple(tet_quiet_days(day for day, name in named if "Tết" in name and "Dương" not in name))


def periods(years: tuple[int, ...], also: tuple[tuple[date, date], ...] = ()) -> list[tuple[date, date]]:
    """Return all quiet periods of some years, those of the settings among them."""
    return [period for year in years for period in round_tet(year)] + list(also)
