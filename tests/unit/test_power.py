"""The power verdict: order of answers, sentences to read aloud, and times that may be quoted."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.localtime import VIETNAM
from backend_stub.domain.power import Facts, OutageFact, verdict
from backend_stub.domain.power_say import clock_en, clock_vi
from backend_stub.reference import catalogue


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM).timestamp()


NOW = at(14, 5)
TREE = catalogue.causes()["VEG"]
ONSITE = catalogue.crews()["onsite"]
KNOWN = OutageFact(
    "o1", "unplanned", "confirmed", at(13, 22), at(15, 30), (TREE.say_vi, TREE.say_en), (ONSITE.say_vi, ONSITE.say_en)
)
PLAN = OutageFact("p1", "planned", "notified", at(13), at(16, 30))


def test_nothing_known() -> None:
    answer = verdict(Facts(), NOW)
    assert answer.verdict == "supply_normal"
    assert (answer.outage, answer.plan, answer.eta, answer.eta_state) == (None, None, None, "none")


def test_known_outage_is_read_aloud_from_its_facts() -> None:
    answer = verdict(Facts((KNOWN,)), NOW)
    assert answer.verdict == "known_outage"
    assert answer.outage == "o1"
    assert answer.eta == at(15, 30)
    assert answer.say.vi == (
        "Dạ khu vực nhà mình mất điện từ 13 giờ 22 do cây đổ vào đường dây, tổ sửa chữa đang ở hiện trường, "
        "mục tiêu có điện lại khoảng 15 giờ 30 ạ."
    )
    assert answer.say.en == (
        "The power in your area has been off since 13:22 because a tree came down on the line; a crew is on site; "
        "the target for having it back is about 15:30."
    )


def test_an_expired_time_is_never_offered() -> None:
    answer = verdict(Facts((replace(KNOWN, etr=at(14)),)), NOW)
    assert answer.eta is None
    assert answer.eta_state == "expired"
    assert "14 giờ" not in answer.say.vi
    assert "14:00" not in answer.say.en
    assert "đang được cập nhật" in answer.say.vi


def test_planned_comes_before_known_and_known_before_guessed() -> None:
    guess = OutageFact("g1", "unplanned", "predicted", at(13, 57), None)
    assert verdict(Facts((guess, KNOWN, PLAN)), NOW).verdict == "planned_now"
    assert verdict(Facts((guess, KNOWN)), NOW).verdict == "known_outage"
    assert verdict(Facts((guess,)), NOW).verdict == "predicted_outage"


def test_a_plan_for_later_does_not_hide_an_outage_of_now() -> None:
    later = replace(PLAN, started_at=at(18))
    assert verdict(Facts((later, KNOWN)), NOW).verdict == "known_outage"
    assert verdict(Facts((later,)), NOW).verdict == "planned_soon"


@pytest.mark.parametrize(
    ("status", "start", "end", "expected"),
    [
        ("notified", at(13), at(16), "planned_now"),
        ("notified", at(8), at(11), "supply_normal"),
        ("active", at(8), at(11), "planned_now"),
        ("draft", at(13), at(16), "supply_normal"),
        ("postponed", at(13), at(16), "supply_normal"),
        ("renotified", at(14, 5, 23), None, "planned_soon"),
        ("renotified", at(14, 6, 23), None, "supply_normal"),
    ],
)
def test_when_a_plan_counts(status: str, start: float, end: float | None, expected: str) -> None:
    answer = verdict(Facts((OutageFact("p", "planned", status, start, end),)), NOW)
    assert answer.verdict == expected
    assert answer.outage is None


def test_of_two_announced_works_the_first_to_come_is_told() -> None:
    first, second = replace(PLAN, id="p1", started_at=at(17)), replace(PLAN, id="p2", started_at=at(20))
    assert verdict(Facts((second, first)), NOW).plan == "p1"


def test_planned_work_is_read_aloud_from_its_facts() -> None:
    work = replace(PLAN, cause=("để thay máy biến áp", "to replace a transformer"))
    now = verdict(Facts((work,)), NOW).say
    assert now.vi == (
        "Dạ khu vực nhà mình đang ngừng cung cấp điện theo kế hoạch từ 13 giờ để thay máy biến áp, mục tiêu có điện "
        "lại khoảng 16 giờ 30 ạ."
    )
    assert now.en == (
        "The power in your area is off for planned work since 13:00 to replace a transformer; the target for having it "
        "back is about 16:30."
    )
    soon = verdict(Facts((replace(work, started_at=at(7, 0, 23), etr=at(11, 30, 23)),)), NOW).say
    assert soon.vi == (
        "Dạ khu vực nhà mình hiện chưa ghi nhận mất điện, và sẽ ngừng cung cấp điện theo kế hoạch từ 7 giờ ngày mai để "
        "thay máy biến áp, mục tiêu có điện lại khoảng 11 giờ 30 ngày mai ạ."
    )
    assert soon.en == (
        "No outage is recorded in your area now; it will be switched off for planned work at 07:00 tomorrow to replace "
        "a transformer; the target for having it back is about 11:30 tomorrow."
    )
    no_end = verdict(Facts((replace(PLAN, started_at=at(17), etr=None),)), NOW).say
    assert no_end.vi.endswith("theo kế hoạch từ 17 giờ ạ.")
    assert no_end.en.endswith("for planned work at 17:00.")


def test_a_part_that_is_back_is_said_and_the_crew_in_both_languages() -> None:
    partly = verdict(Facts((replace(KNOWN, status="partially_restored"),)), NOW).say
    assert ", một phần khu vực đã có điện lại, tổ sửa chữa đang ở hiện trường, " in partly.vi
    assert "; part of the area has its power back; a crew is on site; " in partly.en
    guess = verdict(Facts((replace(KNOWN, status="predicted"),)), NOW).say
    assert ", bên em đang xác minh, tổ sửa chữa đang ở hiện trường, " in guess.vi
    assert "; we are checking it; a crew is on site; " in guess.en


@pytest.mark.parametrize("status", ["restored", "verified", "closed", "cancelled"])
def test_an_ended_outage_says_nothing(status: str) -> None:
    assert verdict(Facts((replace(KNOWN, status=status),)), NOW).verdict == "supply_normal"


def test_of_two_on_the_way_the_one_that_lasts_longest_is_told() -> None:
    transformer = replace(KNOWN, id="o2", etr=at(18))
    unknown = replace(KNOWN, id="o3", etr=None)
    assert verdict(Facts((KNOWN, transformer)), NOW).outage == "o2"
    assert verdict(Facts((KNOWN, transformer, unknown)), NOW).outage == "o3"


def test_times_as_spoken() -> None:
    assert clock_vi(at(15), NOW) == "15 giờ"
    assert clock_vi(at(0, 5, 23), NOW) == "0 giờ 05 ngày mai"
    assert clock_vi(at(23, 50, 21), NOW) == "23 giờ 50 hôm qua"
    assert clock_vi(at(7, 0, 25), NOW) == "7 giờ ngày 25/11"
    assert clock_en(at(7, 0, 25), NOW) == "07:00 on 25 November"
    assert clock_en(at(0, 5, 23), NOW) == "00:05 tomorrow"
    assert clock_en(at(23, 50, 21), NOW) == "23:50 yesterday"
    assert clock_en(at(0), NOW) == "00:00"


STATUSES = ("predicted", "probable", "confirmed", "partially_restored", "restored", "cancelled")
FACT = st.builds(
    OutageFact,
    id=st.sampled_from("abc"),
    kind=st.just("unplanned"),
    status=st.sampled_from(STATUSES),
    started_at=st.floats(NOW - 2e5, NOW),
    etr=st.none() | st.floats(NOW - 1e5, NOW + 1e5),
)
PLANNED = st.builds(
    OutageFact,
    id=st.sampled_from("xyz"),
    kind=st.just("planned"),
    status=st.sampled_from(("draft", "notified", "renotified", "active", "postponed", "done")),
    started_at=st.floats(NOW - 2e5, NOW + 2e5),
    etr=st.none() | st.floats(NOW - 1e5, NOW + 3e5),
)


@given(st.lists(FACT | PLANNED, max_size=5))
def test_whatever_the_facts_the_sentence_is_whole_and_honest(outages: list[OutageFact]) -> None:
    answer = verdict(Facts(tuple(outages)), NOW)
    assert answer.say.vi.startswith("Dạ ")
    assert answer.say.vi.endswith(" ạ.")
    for text in (answer.say.vi, answer.say.en):
        assert "cam kết" not in text
        assert "  " not in text
        assert ", ," not in text
        assert "None" not in text
    assert (answer.eta is not None) == (answer.eta_state == "ok")
    assert answer.eta is None or answer.eta >= NOW
    assert not (answer.outage and answer.plan)
    assert (answer.verdict == "supply_normal") == (answer.outage is None and answer.plan is None)
