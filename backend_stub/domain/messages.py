"""What is written to customers about an outage or a planned work: short, honest, in three wordings.

A restoration time is a target and never a promise; one that has passed is not written at all.
"""

from dataclasses import dataclass
from typing import Literal

from backend_stub.domain.localtime import local

Kind = Literal["known", "etr", "partly_back", "back", "plan", "plan_moved", "plan_cancelled"]
_OF_PLAN: dict[str, Kind] = {"postponed": "plan_moved", "renotified": "plan_moved", "cancelled": "plan_cancelled"}


@dataclass(frozen=True, slots=True)
class About:
    """The outage or plan in a few words; times in epoch seconds, `cause` as said in Vietnamese and English."""

    planned: bool
    status: str
    place: str
    began: float
    target: float | None
    hotline: str
    cause: tuple[str, str] = ("", "")
    restored_at: float | None = None


def kind_of(about: About, now: float) -> Kind:
    """Return which message fits the moment."""
    if about.planned and about.status != "active" and about.status != "done":
        return _OF_PLAN.get(about.status, "plan")
    if about.status in ("restored", "verified", "closed", "done"):
        return "back"
    if about.status == "partially_restored":
        return "partly_back"
    return "etr" if about.target is not None and about.target > now else "known"


def vietnamese(about: About, now: float) -> str:
    """Return the Vietnamese wording, with accents."""
    place, since, cause = about.place, _at(about.began), about.cause[0]
    because = f" do {cause}" if cause else ""
    target = f", mục tiêu có điện lại {_at(about.target)}" if about.target and about.target > now else ""
    until = f" đến {_at(about.target)}" if about.target and about.target > now else ""
    text = {
        "known": f"{place} mất điện từ {since}{because}. Đang khắc phục, sẽ báo khi có điện.",
        "etr": f"{place} mất điện từ {since}{because}{target}.",
        "partly_back": f"{place} đã có điện lại một phần{target}.",
        "back": f"{place} đã có điện lại{_vi_when(about)}. Nếu nhà vẫn mất điện, xin gọi lại.",
        "plan": f"Ngừng cấp điện theo kế hoạch: {place}, từ {since}{until}{because}.",
        "plan_moved": f"Lịch ngừng cấp điện thay đổi: {place}, từ {since}{until}."
        if about.status == "renotified"
        else f"Hoãn ngừng cấp điện {place} ngày {_day(about.began)}. Lịch mới sẽ báo trước ít nhất 24 giờ.",
        "plan_cancelled": f"Hủy lịch ngừng cấp điện {place} ngày {_day(about.began)}.",
    }[kind_of(about, now)]
    return f"{text} LH {about.hotline}"


def english(about: About, now: float) -> str:
    """Return the English wording."""
    place, since, cause = about.place, _at(about.began), about.cause[1]
    because = f" ({cause})" if cause else ""
    target = f", target {_at(about.target)}" if about.target and about.target > now else ""
    until = f" to {_at(about.target)}" if about.target and about.target > now else ""
    text = {
        "known": f"{place}: no power since {since}{because}. Being repaired; we write when it is back.",
        "etr": f"{place}: no power since {since}{because}{target}.",
        "partly_back": f"{place}: power is back for a part{target}.",
        "back": f"{place}: power is back{_en_when(about)}. Still out? Please call again.",
        "plan": f"Planned power cut: {place}, {since}{until}{because}.",
        "plan_moved": f"Planned power cut changed: {place}, {since}{until}."
        if about.status == "renotified"
        else f"Planned power cut {place} on {_day(about.began)} is put off. New times at least 24 hours ahead.",
        "plan_cancelled": f"Planned power cut {place} on {_day(about.began)} is called off.",
    }[kind_of(about, now)]
    return f"{text} Call {about.hotline}"


def _at(t: float | None) -> str:
    return "" if t is None else f"{local(t):%H:%M %d/%m}"


def _day(t: float) -> str:
    return f"{local(t):%d/%m}"


def _vi_when(about: About) -> str:
    return f" lúc {_at(about.restored_at)}" if about.restored_at else ""


def _en_when(about: About) -> str:
    return f" since {_at(about.restored_at)}" if about.restored_at else ""
