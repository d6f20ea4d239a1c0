"""What is written to customers: every message word for word, and no restoration time that has passed."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.localtime import VIETNAM
from backend_stub.domain.messages import About, english, kind_of, vietnamese


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM).timestamp()


NOW = at(14, 5)
FAULT = About(False, "confirmed", "Xã A", at(13, 22), at(15, 30), "19001909", ("cây đổ", "fallen tree"))
WORKS = About(True, "notified", "Xã A", at(7, day=24), at(11, 30, 24), "19001909", ("thay trụ", "new pole"))
BACK = replace(FAULT, status="restored", restored_at=at(14))


@pytest.mark.parametrize(
    ("about", "kind", "vi", "en"),
    [
        (
            FAULT, "etr",
            "Xã A mất điện từ 13:22 22/11 do cây đổ, mục tiêu có điện lại 15:30 22/11.",
            "Xã A: no power since 13:22 22/11 (fallen tree), target 15:30 22/11.",
        ),
        (
            replace(FAULT, target=at(14), cause=("", "")), "known",
            "Xã A mất điện từ 13:22 22/11. Đang khắc phục, sẽ báo khi có điện.",
            "Xã A: no power since 13:22 22/11. Being repaired; we write when it is back.",
        ),
        (
            replace(FAULT, target=None), "known",
            "Xã A mất điện từ 13:22 22/11 do cây đổ. Đang khắc phục, sẽ báo khi có điện.",
            "Xã A: no power since 13:22 22/11 (fallen tree). Being repaired; we write when it is back.",
        ),
        (
            replace(FAULT, status="partially_restored"), "partly_back",
            "Xã A đã có điện lại một phần, mục tiêu có điện lại 15:30 22/11.",
            "Xã A: power is back for a part, target 15:30 22/11.",
        ),
        (
            replace(FAULT, status="partially_restored", target=at(14)), "partly_back",
            "Xã A đã có điện lại một phần.",
            "Xã A: power is back for a part.",
        ),
        (
            BACK, "back",
            "Xã A đã có điện lại lúc 14:00 22/11. Nếu nhà vẫn mất điện, xin gọi lại.",
            "Xã A: power is back since 14:00 22/11. Still out? Please call again.",
        ),
        (
            replace(WORKS, status="done"), "back",
            "Xã A đã có điện lại. Nếu nhà vẫn mất điện, xin gọi lại.",
            "Xã A: power is back. Still out? Please call again.",
        ),
        (
            replace(WORKS, began=at(7), target=at(11, 30)), "plan",
            "Ngừng cấp điện theo kế hoạch: Xã A, từ 07:00 22/11 do thay trụ.",
            "Planned power cut: Xã A, 07:00 22/11 (new pole).",
        ),
        (
            WORKS, "plan",
            "Ngừng cấp điện theo kế hoạch: Xã A, từ 07:00 24/11 đến 11:30 24/11 do thay trụ.",
            "Planned power cut: Xã A, 07:00 24/11 to 11:30 24/11 (new pole).",
        ),
        (
            replace(WORKS, status="renotified"), "plan_moved",
            "Lịch ngừng cấp điện thay đổi: Xã A, từ 07:00 24/11 đến 11:30 24/11.",
            "Planned power cut changed: Xã A, 07:00 24/11 to 11:30 24/11.",
        ),
        (
            replace(WORKS, status="postponed"), "plan_moved",
            "Hoãn ngừng cấp điện Xã A ngày 24/11. Lịch mới sẽ báo trước ít nhất 24 giờ.",
            "Planned power cut Xã A on 24/11 is put off. New times at least 24 hours ahead.",
        ),
        (
            replace(WORKS, status="cancelled"), "plan_cancelled",
            "Hủy lịch ngừng cấp điện Xã A ngày 24/11.",
            "Planned power cut Xã A on 24/11 is called off.",
        ),
        (
            replace(WORKS, status="active", began=at(7), target=at(15)), "etr",
            "Xã A mất điện từ 07:00 22/11 do thay trụ, mục tiêu có điện lại 15:00 22/11.",
            "Xã A: no power since 07:00 22/11 (new pole), target 15:00 22/11.",
        ),
    ],
)  # fmt: skip
def test_every_message_word_for_word(about: About, kind: str, vi: str, en: str) -> None:
    assert kind_of(about, NOW) == kind
    assert vietnamese(about, NOW) == f"{vi} LH 19001909"
    assert english(about, NOW) == f"{en} Call 19001909"


@given(
    st.sampled_from(["predicted", "probable", "confirmed", "partially_restored", "restored", "verified", "closed"]),
    st.floats(0, 200_000),
)
def test_a_restoration_time_that_has_passed_is_never_written(status: str, ago: float) -> None:
    about = replace(FAULT, status=status, began=at(0, day=1), target=NOW - ago)
    assert vietnamese(about, NOW) == vietnamese(replace(about, target=None), NOW)
    assert english(about, NOW) == english(replace(about, target=None), NOW)
