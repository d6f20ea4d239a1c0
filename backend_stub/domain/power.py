"""Is the power out at this customer's, and the one sentence about it that an agent can read aloud."""

from dataclasses import dataclass
from datetime import timedelta

from agent_tui.wire import Say
from agent_tui.wire.base import EtrState, Verdict
from backend_stub.domain.localtime import local
from backend_stub.domain.outage import ANNOUNCED, GUESSED, KNOWN, etr_state

SOON_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class OutageFact:
    """One outage on the customer's way to the grid; the words of cause and crew come ready (empty: not said)."""

    id: str
    kind: str
    status: str
    started_at: float
    etr: float | None
    cause: tuple[str, str] = ("", "")
    crew: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one customer's supply; `in_debt`: an overdue bill is on file."""

    outages: tuple[OutageFact, ...] = ()
    suspended: bool = False
    in_debt: bool = False


@dataclass(frozen=True, slots=True)
class PowerVerdict:
    """The answer: times in epoch seconds, `eta` only when it may be quoted."""

    verdict: Verdict
    say: Say
    outage: str | None = None
    plan: str | None = None
    since: float | None = None
    eta: float | None = None
    eta_state: EtrState = "none"


def verdict(facts: Facts, now: float) -> PowerVerdict:
    """The verdict on one customer's supply at `now`, certain before guessed, now before later."""
    plans = [o for o in facts.outages if o.kind == "planned" and o.status in ANNOUNCED]
    groups: tuple[tuple[Verdict, list[OutageFact]], ...] = (
        ("planned_now", [p for p in plans if _under_way(p, now)]),
        ("known_outage", [o for o in facts.outages if o.kind == "unplanned" and o.status in KNOWN]),
        ("predicted_outage", [o for o in facts.outages if o.kind == "unplanned" and o.status in GUESSED]),
    )
    for name, found in groups:
        if found:
            return _answer(name, _longest(found, now), now)
    if facts.suspended:
        return PowerVerdict("cut_for_debt", _SAY_DEBT if facts.in_debt else _SAY_SUSPENDED)
    coming = [p for p in plans if now < p.started_at <= now + SOON_S]
    if coming:
        return _answer("planned_soon", min(coming, key=lambda p: (p.started_at, p.id)), now)
    return PowerVerdict("supply_normal", _SAY_NORMAL)


def _under_way(plan: OutageFact, now: float) -> bool:
    if plan.status == "active":
        return True
    return plan.started_at <= now and (plan.etr is None or now < plan.etr)


def _longest(found: list[OutageFact], now: float) -> OutageFact:
    # Of several on the way, the one that keeps the customer dark longest: without a time to quote, then the latest.
    def key(o: OutageFact) -> tuple[bool, float, float, str]:
        quotable = o.etr is not None and etr_state(o.etr, now) == "ok"
        return (quotable, -(o.etr or 0.0) if quotable else 0.0, o.started_at, o.id)

    return min(found, key=key)


def _answer(name: Verdict, o: OutageFact, now: float) -> PowerVerdict:
    state = etr_state(o.etr, now)
    planned = o.kind == "planned"
    return PowerVerdict(
        name,
        Say(vi=_SAY_VI[name](o, now), en=_SAY_EN[name](o, now)),
        outage=None if planned else o.id,
        plan=o.id if planned else None,
        since=o.started_at,
        eta=o.etr if state == "ok" else None,
        eta_state=state,
    )


def clock_vi(t: float, now: float) -> str:
    """A time as spoken in Vietnamese: `13 giờ 22`, with the day when it is not today's."""
    at = local(t)
    hour = f"{at.hour} giờ {at.minute:02}" if at.minute else f"{at.hour} giờ"
    days = (at.date() - local(now).date()) / timedelta(days=1)
    day = {0: "", -1: " hôm qua", 1: " ngày mai"}.get(int(days), f" ngày {at.day}/{at.month}")
    return hour + day


def clock_en(t: float, now: float) -> str:
    """A time as read in English: `13:22`, with the day when it is not today's."""
    at = local(t)
    days = (at.date() - local(now).date()) / timedelta(days=1)
    day = {0: "", -1: " yesterday", 1: " tomorrow"}.get(int(days), f" on {at.day} {at:%B}")
    return f"{at:%H:%M}{day}"


def _back_vi(o: OutageFact, now: float) -> str:
    state = etr_state(o.etr, now)
    if o.etr is None or state == "none":
        return "hiện chưa có thời gian dự kiến có điện lại"
    if state == "expired":
        return "thời gian có điện lại đang được cập nhật"
    return f"mục tiêu có điện lại khoảng {clock_vi(o.etr, now)}"


def _back_en(o: OutageFact, now: float) -> str:
    state = etr_state(o.etr, now)
    if o.etr is None or state == "none":
        return "there is no estimate yet of when it will be back"
    if state == "expired":
        return "the time it will be back is being updated"
    return f"the target for having it back is about {clock_en(o.etr, now)}"


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _because(words: str) -> str:
    return f" {words}" if words else ""


def _planned_now_vi(o: OutageFact, now: float) -> str:
    since = f"từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}"
    return f"Dạ khu vực nhà mình đang ngừng cung cấp điện theo kế hoạch {since}, {_back_vi(o, now)} ạ."


def _planned_now_en(o: OutageFact, now: float) -> str:
    since = f"since {clock_en(o.started_at, now)}{_because(o.cause[1])}"
    return f"The power in your area is off for planned work {since}; {_back_en(o, now)}."


def _known_vi(o: OutageFact, now: float) -> str:
    head = f"Dạ khu vực nhà mình mất điện từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}"
    part = "một phần khu vực đã có điện lại" if o.status == "partially_restored" else ""
    return _join(head, part, o.crew[0], _back_vi(o, now)) + " ạ."


def _known_en(o: OutageFact, now: float) -> str:
    head = f"The power in your area has been off since {clock_en(o.started_at, now)}{_because(o.cause[1])}"
    part = "part of the area has its power back" if o.status == "partially_restored" else ""
    return "; ".join(p for p in (head, part, o.crew[1], _back_en(o, now)) if p) + "."


def _predicted_vi(o: OutageFact, now: float) -> str:
    head = f"Dạ khu vực nhà mình có thể đang mất điện từ khoảng {clock_vi(o.started_at, now)}"
    return _join(head, "bên em đang xác minh", o.crew[0], _back_vi(o, now)) + " ạ."


def _predicted_en(o: OutageFact, now: float) -> str:
    head = f"Your area may have been without power since about {clock_en(o.started_at, now)}"
    return "; ".join(p for p in (head, "we are checking it", o.crew[1], _back_en(o, now)) if p) + "."


def _soon_vi(o: OutageFact, now: float) -> str:
    until = f", {_back_vi(o, now)}" if o.etr is not None else ""
    what = f"sẽ ngừng cung cấp điện theo kế hoạch từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}{until}"
    return f"Dạ khu vực nhà mình hiện chưa ghi nhận mất điện, và {what} ạ."


def _soon_en(o: OutageFact, now: float) -> str:
    until = f"; {_back_en(o, now)}" if o.etr is not None else ""
    what = f"it will be switched off for planned work at {clock_en(o.started_at, now)}{_because(o.cause[1])}{until}"
    return f"No outage is recorded in your area now; {what}."


_SAY_VI = {
    "planned_now": _planned_now_vi, "planned_soon": _soon_vi, "known_outage": _known_vi,
    "predicted_outage": _predicted_vi,
}  # fmt: skip
_SAY_EN = {
    "planned_now": _planned_now_en, "planned_soon": _soon_en, "known_outage": _known_en,
    "predicted_outage": _predicted_en,
}  # fmt: skip
# No sums: the verdict needs no access reason, and who listens may not be the one who owes.
_SAY_DEBT = Say(
    vi="Dạ hệ thống ghi nhận điện nhà mình đang tạm ngừng cung cấp do hóa đơn tiền điện chưa thanh toán; nhà mình "
    "thanh toán xong hoặc đã thanh toán thì em chuyển ngay yêu cầu cấp điện trở lại ạ.",
    en="The supply is suspended because an electricity bill is unpaid; once it is paid, or if it is paid already, I "
    "pass on the request to reconnect at once.",
)
_SAY_SUSPENDED = Say(
    vi="Dạ hệ thống ghi nhận điện nhà mình đang tạm ngừng cung cấp; nếu do tiền điện và nhà mình đã thanh toán, em "
    "chuyển ngay yêu cầu cấp điện trở lại ạ.",
    en="The supply is recorded as suspended; if that was for a bill and it is paid, I pass on the request to reconnect "
    "at once.",
)
_SAY_NORMAL = Say(
    vi="Dạ hiện hệ thống chưa ghi nhận mất điện ở khu vực nhà mình, nhà mình kiểm tra giúp em aptomat và cầu dao sau "
    "công tơ ạ.",
    en="No outage is recorded in your area at the moment; please check the breaker and the switches after the meter.",
)
