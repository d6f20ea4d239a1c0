"""The power verdict in every combination of plan, outage, debt, neighbours, expired target and partial restoration."""

import itertools
from datetime import datetime

import pytest

from agent_tui.wire import Say
from agent_tui.wire.base import Verdict
from backend_stub.domain import power_say
from backend_stub.domain.localtime import VIETNAM
from backend_stub.domain.power import Facts, OutageFact, PowerVerdict, verdict


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM).timestamp()


NOW, BACK = at(14, 5), at(13, 41)
PLANS = {"none": None, "now": at(13), "soon": at(17, 20), "later": at(18, 0, 24)}
OUTAGES = ("none", "predicted", "probable", "confirmed", "partially_restored", "restored", "cancelled")
DEBTS = ("none", "suspended", "overdue")
NEIGHBOURS = (0, 1, 4)
TARGETS = {"none": None, "ok": at(15, 30), "expired": at(13, 55)}
PARTS = ("out", "back")
REPORTING = (False, True)
TABLE = list(itertools.product(PLANS, OUTAGES, DEBTS, NEIGHBOURS, TARGETS, PARTS, REPORTING))


def facts(plan: str, outage: str, debt: str, neighbours: int, target: str, part: str, reporting: bool) -> Facts:
    found = []
    if plan != "none":
        found.append(OutageFact("p1", "planned", "notified", PLANS[plan], TARGETS[target] if plan == "now" else None))
    if outage != "none":
        back = BACK if part == "back" or outage == "restored" else None
        found.append(OutageFact("o1", "unplanned", outage, at(13, 22), TARGETS[target], restored_at=back))
    return Facts(tuple(found), debt != "none", debt == "overdue", neighbours, reporting)


def expected(plan: str, outage: str, debt: str, neighbours: int, target: str, part: str, reporting: bool) -> Verdict:
    """The same rule said the other way round: what a dispatcher answers, first match."""
    # A plan whose announced end is over is not the reason any more.
    if plan == "now" and target != "expired":
        return "planned_now"
    if part == "out" and outage in ("confirmed", "partially_restored"):
        return "known_outage"
    if part == "out" and outage in ("predicted", "probable"):
        return "predicted_outage"
    if debt != "none":
        return "cut_for_debt"
    if neighbours:
        return "neighbours_reporting"
    if plan == "soon":
        return "planned_soon"
    return "only_you" if reporting else "supply_normal"


def told_back(plan: str, outage: str, part: str) -> bool:
    return outage == "restored" or (part == "back" and outage not in ("none", "cancelled"))


def check(case: tuple, answer: PowerVerdict) -> None:
    plan, outage, debt, neighbours, target, part, _ = case
    assert answer.verdict == expected(*case)
    for text in (answer.say.vi, answer.say.en, *(line.vi for line in answer.script)):
        assert "cam kết" not in text
        assert "promise" not in text
        assert "None" not in text
        assert "  " not in text
        # The expired target is 13:55, and no other time of the facts is.
        assert "13 giờ 55" not in text
        assert "13:55" not in text
    assert answer.say.vi.startswith("Dạ ")
    assert answer.say.vi.endswith("ạ.")
    assert (answer.eta is not None) == (answer.eta_state == "ok")
    assert answer.eta is None or answer.eta >= NOW
    if answer.verdict in ("planned_now", "known_outage", "predicted_outage"):
        assert answer.eta_state == target
        assert ("mục tiêu" in answer.say.vi) == (target == "ok")
    assert (answer.outage == "o1") == (answer.verdict in ("known_outage", "predicted_outage"))
    assert (answer.plan == "p1") == (answer.verdict in ("planned_now", "planned_soon"))
    # Where nothing else keeps the supply off, whoever was restored hears it, with the hour, and can be nested.
    supplied = answer.verdict in ("neighbours_reporting", "planned_soon", "only_you", "supply_normal")
    assert (answer.restored_at, answer.nested_of) == (
        (BACK, "o1") if supplied and told_back(plan, outage, part) else (None, None)
    )
    assert ("đã có điện lại từ 13 giờ 41" in answer.say.vi) == (answer.nested_of is not None)
    assert ("since 13:41" in answer.say.en) == (answer.nested_of is not None)
    assert bool(answer.script) == (answer.verdict == "only_you" or answer.nested_of is not None)
    if answer.verdict == "neighbours_reporting":
        assert f"{neighbours} khách hàng gần nhà" in answer.say.vi
    if answer.verdict == "cut_for_debt":
        assert ("chưa thanh toán" in answer.say.vi) == (debt == "overdue")


def test_every_combination_is_answered_as_a_dispatcher_would() -> None:
    answers = {case: verdict(facts(*case), NOW) for case in TABLE}
    for case, answer in answers.items():
        check(case, answer)
    assert len(answers) == 4 * 7 * 3 * 3 * 3 * 2 * 2
    assert {answer.verdict for answer in answers.values()} == set(Verdict.__args__)


@pytest.mark.parametrize("status", ["predicted", "confirmed"])
def test_a_restored_customer_below_another_outage_hears_of_that_one(status: str) -> None:
    back = OutageFact("o1", "unplanned", "partially_restored", at(13, 22), None, restored_at=BACK)
    other = OutageFact("o2", "unplanned", status, at(13, 50), None)
    answer = verdict(Facts((back, other)), NOW)
    assert (answer.outage, answer.nested_of) == ("o2", None)


def test_a_restoration_of_this_morning_explains_nothing_any_more() -> None:
    old = OutageFact("o1", "unplanned", "restored", at(8), None, restored_at=at(9))
    assert verdict(Facts((old,)), NOW).nested_of is None
    still_going = OutageFact("o1", "unplanned", "partially_restored", at(8), None, restored_at=at(9))
    assert verdict(Facts((still_going,)), NOW).nested_of == "o1"


def test_the_breaker_is_checked_for_danger_first() -> None:
    first, *rest = power_say.BREAKER
    assert "mùi khét" in first.vi
    assert "burning" in first.en
    assert all(isinstance(line, Say) and line.vi and line.en for line in rest)
    assert verdict(Facts(reporting=True), NOW).script == power_say.BREAKER


def test_one_neighbour_is_no_crowd() -> None:
    assert power_say.neighbours(1).en.startswith("Another customer near you has")
    assert power_say.neighbours(3).en.startswith("3 other customers near you have")
