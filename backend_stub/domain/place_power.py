"""What is known of the supply at a place (a commune or a device) whose customer is not known, and how to say it."""

from dataclasses import dataclass
from typing import Final

from agent_tui.wire import Say
from agent_tui.wire.base import EtrState
from agent_tui.wire.trouble import PlaceVerdict
from backend_stub.domain.numbers import number_vi
from backend_stub.domain.outage import ANNOUNCED, GUESSED, KNOWN, etr_state, plan_under_way
from backend_stub.domain.power import SOON_S, OutageFact
from backend_stub.domain.power_say import back_en, back_vi, clock_en, clock_vi

# One other caller in a commune of ten thousand customers says nothing yet; two do, as at a transformer.
SEVERAL: Final = 2
# So much of a place is all of it: counts and grid are never of the same minute.
ALL_OF_IT: Final = 0.95


@dataclass(frozen=True, slots=True)
class OutageHere:
    """An outage or announced work, and how many customers of the place it concerns."""

    fact: OutageFact
    customers: int


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is known of a place: its name, its customers, what goes on, and how many other callers report no power."""

    name: str
    customers: int
    outages: tuple[OutageHere, ...] = ()
    reporting: int = 0
    device: bool = False

    @property
    def at(self) -> str:
        """Where, in English."""
        return f"{'at' if self.device else 'in'} {self.name}"


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """The answer: times in epoch seconds, `eta` only when it may be quoted; `others` are outages beside the one told.

    `customers_out` of the place's customers are concerned by the one told.
    """

    verdict: PlaceVerdict
    say: Say
    outage: str | None = None
    plan: str | None = None
    since: float | None = None
    eta: float | None = None
    eta_state: EtrState = "none"
    customers_out: int = 0
    others: int = 0


def place_verdict(facts: PlaceFacts, now: float) -> PlaceAnswer:
    """The verdict on a place at `now`: certain before guessed, now before later, of several the one with most people.

    It never says that this caller's supply is off (or on): only a whole place that is out does.
    """
    here = [o for o in facts.outages if o.customers > 0 and o.fact.restored_at is None]
    plans = [o for o in here if o.fact.kind == "planned" and o.fact.status in ANNOUNCED]
    groups: tuple[tuple[PlaceVerdict, list[OutageHere]], ...] = (
        ("planned_now", [o for o in plans if plan_under_way(o.fact.status, o.fact.started_at, o.fact.etr, now)]),
        ("known_outage", [o for o in here if o.fact.kind == "unplanned" and o.fact.status in KNOWN]),
        ("predicted_outage", [o for o in here if o.fact.kind == "unplanned" and o.fact.status in GUESSED]),
    )
    of_kind = [(name, o) for name, found in groups for o in found]
    # What is certain before what is guessed; planned works and faults are equally certain.
    known = [(name, o) for name, o in of_kind if name != "predicted_outage"]
    if of_kind:
        name, told = max(known or of_kind, key=lambda pair: _weight(pair[1]))
        return _answer(facts, name, told, len(of_kind) - 1, now)
    if facts.reporting >= SEVERAL:
        return PlaceAnswer("several_reported", _several(facts))
    coming = [o for o in plans if now < o.fact.started_at <= now + SOON_S]
    if coming:
        return _answer(facts, "planned_soon", min(coming, key=lambda o: (o.fact.started_at, o.fact.id)), 0, now)
    return PlaceAnswer("nothing_known", _nothing(facts))


def _weight(o: OutageHere) -> tuple[int, float, str]:
    return o.customers, -o.fact.started_at, o.fact.id


def _answer(facts: PlaceFacts, name: PlaceVerdict, told: OutageHere, others: int, now: float) -> PlaceAnswer:
    o = told.fact
    state = etr_state(o.etr, now)
    planned = o.kind == "planned"
    return PlaceAnswer(
        name,
        _say(facts, name, told, others, now),
        outage=None if planned else o.id,
        plan=o.id if planned else None,
        since=o.started_at,
        eta=o.etr if state == "ok" else None,
        eta_state=state,
        customers_out=min(told.customers, facts.customers),
        others=others,
    )


def _say(facts: PlaceFacts, name: PlaceVerdict, told: OutageHere, others: int, now: float) -> Say:
    o, whole = told.fact, told.customers >= ALL_OF_IT * facts.customers
    what_vi, what_en = _WHAT[name]
    of_vi, of_en = ("", "") if whole or name == "planned_soon" else ("một phần ", "Part of ")
    vi = f"Dạ {of_vi}{facts.name} {what_vi} {clock_vi(o.started_at, now)}{_after(o.cause[0])}"
    en = f"{of_en}{facts.name} {what_en} {clock_en(o.started_at, now)}{_after(o.cause[1])}"
    part_vi = "" if whole else f"khoảng {number_vi(told.customers)} trong {number_vi(facts.customers)} khách hàng"
    part_en = "" if whole else f"about {told.customers:,} of {facts.customers:,} customers"
    checking = name == "predicted_outage"
    vi = _join(", ", vi, part_vi, "bên em đang xác minh" if checking else "", o.crew[0], back_vi(o, now)) + " ạ."
    en = _join("; ", en, part_en, "we are checking it" if checking else "", o.crew[1], back_en(o, now)) + "."
    if others:
        vi += f" Ở đó còn {others} điểm mất điện khác."
        en += f" There {'is 1 more outage' if others == 1 else f'are {others} more outages'} there."
    return Say(vi, en) if whole else Say(f"{vi} {_WHO.vi}", f"{en} {_WHO.en}")


def _several(facts: PlaceFacts) -> Say:
    return Say(
        f"Dạ hiện có {facts.reporting} người khác ở {facts.name} báo mất điện, chưa rõ điểm sự cố, bên em đang xác minh"
        f" ạ. {_WHO.vi}",
        f"{facts.reporting} other people {facts.at} report no power; where the fault is is not known yet, we are "
        f"checking it. {_WHO.en}",
    )


def _nothing(facts: PlaceFacts) -> Say:
    return Say(
        f"Dạ hiện hệ thống chưa ghi nhận mất điện ở {facts.name}, em ghi nhận cuộc báo này ạ. {_WHO.vi}",
        f"No outage is recorded {facts.at} at the moment; I note your report. {_WHO.en}",
    )


def _join(mark: str, *parts: str) -> str:
    return mark.join(part for part in parts if part)


def _after(words: str) -> str:
    return f" {words}" if words else ""


_WHAT: Final[dict[PlaceVerdict, tuple[str, str]]] = {
    "planned_now": ("đang ngừng cung cấp điện theo kế hoạch từ", "has its power off for planned work since"),
    "known_outage": ("đang mất điện từ", "has been without power since"),
    "predicted_outage": ("có thể đang mất điện từ khoảng", "may have been without power since about"),
    "planned_soon": (
        "hiện chưa ghi nhận mất điện, và sẽ ngừng cung cấp điện theo kế hoạch từ",
        "has no recorded outage now, and will be switched off for planned work at",
    ),
}
_WHO: Final = Say(
    vi="Nhà mình cho em xin mã khách hàng hoặc số nhà, tên đường để em kiểm tra đúng nhà mình ạ.",
    en="Please give me your customer code, or house number and street, so that I can check your own supply.",
)
