"""What is said of a place: every combination of plan, outage, share, target and callers; a place is not a house."""

import itertools
from datetime import datetime

import pytest

from backend_stub.domain.localtime import VIETNAM
from backend_stub.domain.place_power import OutageHere, PlaceAnswer, PlaceFacts, place_verdict
from backend_stub.domain.power import OutageFact


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM).timestamp()


NOW = at(14, 5)
PEOPLE = 3_000
PLANS = {"none": None, "now": at(13), "soon": at(17, 20), "later": at(18, 0, 24)}
OUTAGES = ("none", "predicted", "probable", "confirmed", "partially_restored", "restored", "cancelled")
TARGETS = {"none": None, "ok": at(15, 30), "expired": at(13, 55)}
SHARES = (0, 60, 3_000)
REPORTING = (0, 1, 2, 7)
TABLE = list(itertools.product(PLANS, OUTAGES, TARGETS, SHARES, REPORTING))


def place(plan: str, outage: str, target: str, share: int, reporting: int) -> PlaceFacts:
    found = []
    if plan != "none":
        fact = OutageFact("p1", "planned", "notified", PLANS[plan], at(16) if plan == "now" else None)
        found.append(OutageHere(fact, 100))
    if outage != "none":
        back = at(13, 41) if outage == "restored" else None
        found.append(OutageHere(OutageFact("o1", "unplanned", outage, at(13, 22), TARGETS[target], restored_at=back),
                                share))  # fmt: skip
    return PlaceFacts("Xã Đồng Xuân", PEOPLE, tuple(found), reporting)


def expected(plan: str, outage: str, share: int, reporting: int) -> str:
    """The same rule said the other way round: certain before guessed, now before later, more people before fewer."""
    known = outage in ("confirmed", "partially_restored") and share > 0
    if plan == "now":
        return "known_outage" if known and share > 100 else "planned_now"
    if known:
        return "known_outage"
    if outage in ("predicted", "probable") and share > 0:
        return "predicted_outage"
    if reporting >= 2:
        return "several_reported"
    return "planned_soon" if plan == "soon" else "nothing_known"


def test_every_combination() -> None:
    seen = set()
    for plan, outage, target, share, reporting in TABLE:
        found = place_verdict(place(plan, outage, target, share, reporting), NOW)
        seen.add(found.verdict)
        assert found.verdict == expected(plan, outage, share, reporting), (plan, outage, target, share, reporting)
        assert (found.outage is None) or found.outage == "o1"
        assert (found.customers_out > 0) == (found.outage is not None or found.plan is not None)
        honest(found, share if found.outage else 100, target)
    assert len(seen) == 6


def honest(found: PlaceAnswer, share: int, target: str) -> None:
    """No promise, no target that has passed, nobody told that this house is off unless the whole place is."""
    for said in (found.say.vi, found.say.en):
        assert not said[0].islower()
        assert said.endswith(".")
        assert "Xã Đồng Xuân" in said
        assert "cam kết" not in said
        assert "promise" not in said
        assert "nhà mình mất điện" not in said
        assert "13:55" not in said
        assert "13 giờ 55" not in said
    assert found.eta is None or found.eta > NOW
    whole = share == PEOPLE and found.verdict in ("known_outage", "predicted_outage")
    assert ("mã khách hàng" in found.say.vi) == ("customer code" in found.say.en) == (not whole)
    if found.outage and target == "ok":
        assert "mục tiêu có điện lại khoảng 15 giờ 30" in found.say.vi
        assert "target" in found.say.en


def test_a_part_of_the_commune_in_figures() -> None:
    fact = OutageFact("o1", "unplanned", "confirmed", at(13, 22), at(15, 30), cause=("do cây đổ", "because of a tree"))
    found = place_verdict(PlaceFacts("Phường Tuy Hòa", 12_400, (OutageHere(fact, 1_800),)), NOW)
    assert found.say.vi == (
        "Dạ một phần Phường Tuy Hòa đang mất điện từ 13 giờ 22 do cây đổ, khoảng 1.800 trong 12.400 khách hàng, mục "
        "tiêu có điện lại khoảng 15 giờ 30 ạ. Nhà mình cho em xin mã khách hàng hoặc số nhà, tên đường để em kiểm tra "
        "đúng nhà mình ạ."
    )
    assert found.say.en == (
        "Part of Phường Tuy Hòa has been without power since 13:22 because of a tree; about 1,800 of 12,400 customers; "
        "the target for having it back is about 15:30. Please give me your customer code, or house number and street, "
        "so that I can check your own supply."
    )
    assert (found.customers_out, found.others) == (1_800, 0)


def test_of_several_the_largest_is_told_and_the_others_are_counted() -> None:
    facts = [OutageHere(OutageFact(f"o{n}", "unplanned", "confirmed", at(12), None), size)
             for n, size in enumerate((50, 900, 70))]  # fmt: skip
    guess = OutageHere(OutageFact("g", "unplanned", "predicted", at(12), None), 2_000)
    found = place_verdict(PlaceFacts("Xã A", PEOPLE, (*facts, guess)), NOW)
    assert (found.outage, found.others) == ("o1", 3)
    assert "Ở đó còn 3 điểm mất điện khác." in found.say.vi
    assert "There are 3 more outages there." in found.say.en


def test_a_whole_commune_with_its_crew_and_one_more_outage() -> None:
    crew = ("tổ sửa chữa đang ở hiện trường", "a crew is on site")
    fact = OutageFact("o1", "unplanned", "confirmed", at(13, 22), None, ("do cây đổ", "because of a tree"), crew)
    other = OutageHere(OutageFact("o2", "unplanned", "confirmed", at(12), None), 10)
    found = place_verdict(PlaceFacts("Xã A", PEOPLE, (OutageHere(fact, PEOPLE), other)), NOW)
    assert found.say.vi == (
        "Dạ Xã A đang mất điện từ 13 giờ 22 do cây đổ, tổ sửa chữa đang ở hiện trường, hiện chưa có thời gian dự kiến "
        "có điện lại ạ. Ở đó còn 1 điểm mất điện khác."
    )
    assert found.say.en == (
        "Xã A has been without power since 13:22 because of a tree; a crew is on site; there is no estimate yet of "
        "when it will be back. There is 1 more outage there."
    )


def test_announced_work_of_a_place_is_the_first_to_come_and_no_other_outage_is_counted() -> None:
    plans = [OutageHere(OutageFact(f"p{n}", "planned", "notified", at(hour), at(21)), PEOPLE) for n, hour in
             enumerate((20, 17))]  # fmt: skip
    found = place_verdict(PlaceFacts("Xã A", PEOPLE, tuple(plans)), NOW)
    assert (found.verdict, found.plan, found.others) == ("planned_soon", "p1", 0)
    assert found.say.vi == (
        "Dạ Xã A hiện chưa ghi nhận mất điện, và sẽ ngừng cung cấp điện theo kế hoạch từ 17 giờ, mục tiêu có điện lại "
        "khoảng 21 giờ ạ."
    )


@pytest.mark.parametrize(("device", "word"), [(True, "at TBA 5"), (False, "in TBA 5")])
def test_a_device_is_no_area(device: bool, word: str) -> None:
    assert word in place_verdict(PlaceFacts("TBA 5", 60, device=device), NOW).say.en
