"""What a lead should look at, calmly: figures against thresholds, one sentence each in both languages."""

import math
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from agent_tui.wire import Say

Code = Literal[
    "data_gap", "feed_silent", "service_level", "longest_wait", "abandon", "no_staff", "short_of_agents",
    "not_responding", "callbacks_late", "blocked", "danger_unanswered",
    "commune_reported", "notice_due",
]  # fmt: skip
Level = Literal["look", "act"]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0)]


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """When a figure is worth a lead's look; shares need `sample` calls in the last half hour to say anything.

    `blocked` is the share of callers who never got in that needs explaining (Michigan R 460.732).
    """

    sample: Annotated[int, Meta(ge=1)] = 20
    service_level: Share = 0.8
    service_level_act: Share = 0.5
    longest_wait_s: Seconds = 180.0
    longest_wait_act_s: Seconds = 600.0
    abandon: Share = 0.1
    abandon_act: Share = 0.3
    not_responding: Annotated[int, Meta(ge=1)] = 1
    callbacks_late_s: Seconds = 900.0
    feed_silent_s: Seconds = 300.0
    blocked: Share = 0.05


class Reported(Struct, frozen=True):
    """A commune many report no power from, no device known: how many, from how many on that is said, in words."""

    callers: int
    threshold: int
    say: Say


class Figures(Struct, frozen=True):
    """What is looked at, of one centre; rates of the last half hour, seconds; None where nothing can be said."""

    sample: int = 0
    service_level: float | None = None
    abandon: float | None = None
    longest_wait_s: float | None = None
    waiting: int = 0
    staff: int = 0
    needed: int | None = None
    not_responding: int = 0
    promise_late_s: float | None = None
    feed_age_s: float | None = None
    feed_expected: bool = False
    data_gap: bool = False
    never_got_in: int = 0
    reached: int = 0
    dangers: int = 0
    communes: tuple[Reported, ...] = ()
    notices_due: int = 0


class Alert(Struct, frozen=True):
    """One thing to look at: the figure, the threshold it passed, and how to say it."""

    code: Code
    level: Level
    value: float
    threshold: float
    say: Say


_PERCENT: Final = 100


def alerts(seen: Figures, limits: Thresholds) -> list[Alert]:
    """Return what passed its threshold, what needs acting on first."""
    told = [*_dangers(seen), *_communes(seen), *_notices(seen)]
    found = [*told, *_feed(seen, limits), *_rates(seen, limits), *_people(seen, limits)]
    return sorted(found, key=lambda alert: alert.level != "act")


def _dangers(seen: Figures) -> Iterator[Alert]:
    if seen.dangers:
        one = "1 danger is not acknowledged by any field unit: call one now."
        many = f"{seen.dangers} dangers are not acknowledged by any field unit: call one now."
        say = Say(
            f"{seen.dangers} vụ nguy hiểm chưa được tổ trực xác nhận: gọi ngay.", one if seen.dangers == 1 else many
        )
        yield Alert("danger_unanswered", "act", seen.dangers, 0, say)


def _communes(seen: Figures) -> Iterator[Alert]:
    # One line, however many communes a storm takes: the worst is named, the others are counted.
    if seen.communes:
        worst, more = max(seen.communes, key=lambda one: one.callers), len(seen.communes) - 1
        vi = f" (và {more} xã, phường khác)" if more else ""
        en = f" (and {more} more communes)" if more > 1 else " (and 1 more commune)" if more else ""
        say = Say(f"{worst.say.vi}{vi}.", f"{worst.say.en}{en}.")
        yield Alert("commune_reported", "look", worst.callers, worst.threshold, say)


def _notices(seen: Figures) -> Iterator[Alert]:
    if seen.notices_due:
        n = seen.notices_due
        what = "1 planned work must be told to its" if n == 1 else f"{n} planned works must be told to their"
        say = Say(f"{n} lịch cắt điện phải báo khách hàng trong vòng một ngày.", f"{what} customers within a day.")
        yield Alert("notice_due", "look", n, 0, say)


def _feed(seen: Figures, limits: Thresholds) -> Iterator[Alert]:
    if seen.data_gap:
        say = Say(
            "Thiếu dữ liệu tổng đài: số liệu hôm nay chưa đủ.",
            "The telephone data have a gap: today's figures are not whole.",
        )
        yield Alert("data_gap", "act", 1, 0, say)
    if seen.feed_expected and seen.feed_age_s is not None and seen.feed_age_s > limits.feed_silent_s:
        minutes = _minutes(seen.feed_age_s)
        say = Say(f"Tổng đài im lặng {minutes} phút.", f"Nothing heard from the telephones for {minutes} min.")
        yield Alert("feed_silent", "look", seen.feed_age_s, limits.feed_silent_s, say)


def _rates(seen: Figures, limits: Thresholds) -> Iterator[Alert]:
    level = seen.service_level
    if level is not None and seen.sample >= limits.sample and level < limits.service_level:
        # Rounded down: "80 %, target 80 %" would be no alarm to a reader.
        share, target = math.floor(level * _PERCENT + 1e-9), _share(limits.service_level)
        say = Say(
            f"Mức phục vụ 30 phút qua {share} %, mục tiêu {target} %.",
            f"Service level of the last 30 min {share} %, target {target} %.",
        )
        low = level < limits.service_level_act
        yield Alert("service_level", "act" if low else "look", level, limits.service_level, say)
    lost = seen.abandon
    if lost is not None and seen.sample >= limits.sample and lost > limits.abandon:
        share = _share(lost)
        say = Say(
            f"{share} % khách gác máy trước khi được nghe trong 30 phút qua.", f"{share} % gave up in the last 30 min."
        )
        yield Alert("abandon", "act" if lost > limits.abandon_act else "look", lost, limits.abandon, say)
    blocked, tried = seen.never_got_in, seen.never_got_in + seen.reached
    if tried >= limits.sample and blocked > limits.blocked * tried:
        say = Say(f"{blocked} cuộc hôm nay không vào được hàng chờ.", f"{blocked} callers could not get in today.")
        yield Alert("blocked", "look", blocked / tried, limits.blocked, say)


def _people(seen: Figures, limits: Thresholds) -> Iterator[Alert]:
    longest = seen.longest_wait_s
    if longest is not None and longest > limits.longest_wait_s:
        minutes = _minutes(longest)
        say = Say(f"Khách chờ lâu nhất đã {minutes} phút.", f"The longest has waited {minutes} min.")
        late = longest > limits.longest_wait_act_s
        yield Alert("longest_wait", "act" if late else "look", longest, limits.longest_wait_s, say)
    if seen.waiting and not seen.staff:
        wait = "waits" if seen.waiting == 1 else "wait"
        say = Say(f"{seen.waiting} khách chờ, chưa có ai trực.", f"{seen.waiting} {wait} and nobody is on duty.")
        yield Alert("no_staff", "act", seen.waiting, 0, say)
    elif seen.needed is not None and seen.needed > seen.staff > 0:
        say = Say(
            f"Nửa giờ tới cần {seen.needed} người, đang có {seen.staff}.",
            f"The next half hour needs {seen.needed} agents; there {'is' if seen.staff == 1 else 'are'} {seen.staff}.",
        )
        yield Alert("short_of_agents", "look", seen.staff, seen.needed, say)
    if seen.not_responding >= limits.not_responding:
        say = Say(
            f"{seen.not_responding} điện thoại viên không bắt máy.",
            f"{seen.not_responding} agent{'' if seen.not_responding == 1 else 's'} did not answer an offer.",
        )
        yield Alert("not_responding", "look", seen.not_responding, limits.not_responding, say)
    if seen.promise_late_s is not None and seen.promise_late_s > limits.callbacks_late_s:
        minutes = _minutes(seen.promise_late_s)
        say = Say(
            f"Cuộc hẹn gọi lại cũ nhất đã trễ {minutes} phút.", f"The oldest promised call back is {minutes} min late."
        )
        yield Alert("callbacks_late", "look", seen.promise_late_s, limits.callbacks_late_s, say)


def _share(value: float) -> int:
    return round(value * _PERCENT)


def _minutes(seconds: float) -> int:
    return round(seconds / 60)
