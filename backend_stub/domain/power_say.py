"""The sentences of the power verdict, to be read aloud in Vietnamese or in English; a time is a target, no promise."""

from datetime import timedelta
from typing import Protocol

from agent_tui.wire import Say
from agent_tui.wire.base import Verdict
from backend_stub.domain.localtime import local
from backend_stub.domain.outage import etr_state


class Told(Protocol):
    """What the sentences tell of an outage; times in epoch seconds, the words of cause and crew ready to say."""

    @property
    def status(self) -> str:
        """Its status."""

    @property
    def started_at(self) -> float:
        """When it began or shall begin."""

    @property
    def etr(self) -> float | None:
        """When the supply shall be back."""

    @property
    def cause(self) -> tuple[str, str]:
        """The cause in Vietnamese and English."""

    @property
    def crew(self) -> tuple[str, str]:
        """Where the crew is, in Vietnamese and English."""


def outage(name: Verdict, o: Told, now: float) -> Say:
    """What is said of an outage or planned work."""
    return Say(vi=_SAY_VI[name](o, now), en=_SAY_EN[name](o, now))


def neighbours(count: int) -> Say:
    """What is said when others nearby report no power and nothing is known yet."""
    who = "Another customer near you has" if count == 1 else f"{count} other customers near you have"
    return Say(
        vi=f"Dạ hiện có {count} khách hàng gần nhà mình cũng báo mất điện, bên em đang xác minh và sẽ cập nhật ngay ạ.",
        en=f"{who} reported no power too; we are checking it and will tell you more.",
    )


def restored(at: float, now: float, more: Say | None = None) -> Say:
    """What is said to somebody whose part of an outage is back since `at`; `more` is said after it."""
    vi = f"Dạ phần khu vực nhà mình đã có điện lại từ {clock_vi(at, now)}; nếu nhà mình vẫn chưa có điện, {_CHECK_VI}"
    en = f"Your part of the area has had its power back since {clock_en(at, now)}; if you still have none, {_CHECK_EN}"
    if more is None:
        return Say(vi=vi, en=en)
    return Say(vi=f"{vi} {more.vi}", en=f"{en} {more.en}")


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


def back_vi(o: Told, now: float) -> str:
    """When the supply shall be back, in Vietnamese: a target, and none that has passed."""
    if o.etr is None:
        return "hiện chưa có thời gian dự kiến có điện lại"
    if etr_state(o.etr, now) == "expired":
        return "thời gian có điện lại đang được cập nhật"
    return f"mục tiêu có điện lại khoảng {clock_vi(o.etr, now)}"


def back_en(o: Told, now: float) -> str:
    """The same in English."""
    if o.etr is None:
        return "there is no estimate yet of when it will be back"
    if etr_state(o.etr, now) == "expired":
        return "the time it will be back is being updated"
    return f"the target for having it back is about {clock_en(o.etr, now)}"


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _because(words: str) -> str:
    return f" {words}" if words else ""


def _planned_now_vi(o: Told, now: float) -> str:
    since = f"từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}"
    return f"Dạ khu vực nhà mình đang ngừng cung cấp điện theo kế hoạch {since}, {back_vi(o, now)} ạ."


def _planned_now_en(o: Told, now: float) -> str:
    since = f"since {clock_en(o.started_at, now)}{_because(o.cause[1])}"
    return f"The power in your area is off for planned work {since}; {back_en(o, now)}."


def _known_vi(o: Told, now: float) -> str:
    head = f"Dạ khu vực nhà mình mất điện từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}"
    part = "một phần khu vực đã có điện lại" if o.status == "partially_restored" else ""
    return _join(head, part, o.crew[0], back_vi(o, now)) + " ạ."


def _known_en(o: Told, now: float) -> str:
    head = f"The power in your area has been off since {clock_en(o.started_at, now)}{_because(o.cause[1])}"
    part = "part of the area has its power back" if o.status == "partially_restored" else ""
    return "; ".join(p for p in (head, part, o.crew[1], back_en(o, now)) if p) + "."


def _predicted_vi(o: Told, now: float) -> str:
    head = f"Dạ khu vực nhà mình có thể đang mất điện từ khoảng {clock_vi(o.started_at, now)}"
    return _join(head, "bên em đang xác minh", o.crew[0], back_vi(o, now)) + " ạ."


def _predicted_en(o: Told, now: float) -> str:
    head = f"Your area may have been without power since about {clock_en(o.started_at, now)}"
    return "; ".join(p for p in (head, "we are checking it", o.crew[1], back_en(o, now)) if p) + "."


def _soon_vi(o: Told, now: float) -> str:
    until = f", {back_vi(o, now)}" if o.etr is not None else ""
    what = f"sẽ ngừng cung cấp điện theo kế hoạch từ {clock_vi(o.started_at, now)}{_because(o.cause[0])}{until}"
    return f"Dạ khu vực nhà mình hiện chưa ghi nhận mất điện, và {what} ạ."


def _soon_en(o: Told, now: float) -> str:
    until = f"; {back_en(o, now)}" if o.etr is not None else ""
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
_CHECK_VI = "mình kiểm tra giúp em aptomat tổng, em ghi nhận ngay để tổ sửa chữa kiểm tra ạ."
_CHECK_EN = "please check your main breaker, and I report it at once so that a crew looks into it."
# No sums: the verdict needs no access reason, and who listens may not be the one who owes.
DEBT = Say(
    vi="Dạ hệ thống ghi nhận điện nhà mình đang tạm ngừng cung cấp do hóa đơn tiền điện chưa thanh toán; nhà mình "
    "thanh toán xong hoặc đã thanh toán thì em chuyển ngay yêu cầu cấp điện trở lại ạ.",
    en="The supply is suspended because an electricity bill is unpaid; once it is paid, or if it is paid already, I "
    "pass on the request to reconnect at once.",
)
SUSPENDED = Say(
    vi="Dạ hệ thống ghi nhận điện nhà mình đang tạm ngừng cung cấp; nếu do tiền điện và nhà mình đã thanh toán, em "
    "chuyển ngay yêu cầu cấp điện trở lại ạ.",
    en="The supply is recorded as suspended; if that was for a bill and it is paid, I pass on the request to reconnect "
    "at once.",
)
NORMAL = Say(
    vi="Dạ hiện hệ thống chưa ghi nhận mất điện ở khu vực nhà mình, nhà mình kiểm tra giúp em aptomat và cầu dao sau "
    "công tơ ạ.",
    en="No outage is recorded in your area at the moment; please check the breaker and the switches after the meter.",
)
ONLY_YOU = Say(
    vi="Dạ hiện chưa có khách hàng nào gần nhà mình báo mất điện, có thể sự cố chỉ ở nhà mình; nhà mình cùng em "
    "kiểm tra aptomat và cầu dao sau công tơ nhé ạ.",
    en="Nobody near you has reported an outage, so the fault may be in your house only; please go through the breaker "
    "and the switches after the meter with me.",
)
# In this order: nobody is sent to a breaker that smells of fire.
BREAKER: tuple[Say, ...] = (
    Say(
        vi="Nhà mình có thấy mùi khét, khói, tia lửa, hay chỗ đặt aptomat bị ướt không? Nếu có thì không chạm vào, ra "
        "xa và báo em ngay.",
        en="Is there a smell of burning, smoke, sparks, or water where the breaker is? If so, do not touch it, step "
        "back and tell me at once.",
    ),
    Say(
        vi="Nhà mình xem aptomat tổng đang ở vị trí bật hay tắt?",
        en="Look at the main breaker: is it on or off?",
    ),
    Say(
        vi="Nếu đã nhảy: tắt hết các aptomat nhánh, bật aptomat tổng, rồi bật từng nhánh một; nhánh nào làm nhảy thì "
        "để tắt và gọi thợ điện.",
        en="If it has tripped: switch all branch breakers off, the main one on, then the branches one by one; leave "
        "off the branch that trips it and call an electrician.",
    ),
    Say(
        vi="Nếu aptomat tổng vẫn bật mà không có điện, em ghi nhận để tổ sửa chữa kiểm tra công tơ và dây vào nhà.",
        en="If the main breaker is on and there is still no power, I report it so that a crew checks the meter and the "
        "service line.",
    ),
)
