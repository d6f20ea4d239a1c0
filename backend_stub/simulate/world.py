"""What is out and what is planned when a simulated day begins: pure values of a given time."""

from datetime import datetime, timedelta

from agent_tui import wire
from backend_stub.domain.localtime import VIETNAM
from backend_stub.simulate import grid

OUTAGE_COLUMNS = ("id", "device", "kind", "status", "cause", "started_at", "etr", "restored_at", "note")
_OUT_SINCE = timedelta(minutes=43)
_BACK_IN = timedelta(minutes=85)
_WORK = timedelta(hours=3)
_WORKING_SINCE, _ANNOUNCED = timedelta(minutes=25), timedelta(days=7)


def known_outage(now: datetime) -> wire.NewOutage:
    """The confirmed outage callers ask about: a tree on feeder 474 Đồng Xuân, with a restoration time."""
    started = _minutes(now - _OUT_SINCE, 1)
    return wire.NewOutage(
        device=grid.DEMO_FEEDER,
        kind="unplanned",
        status="confirmed",
        cause="VEG",
        started_at=started,
        etr=_minutes(now + _BACK_IN, 15),
        etr_source="crew",
        note="Cây đổ vào đường dây, tổ sửa chữa đang xử lý.",
    )


def planned_work(now: datetime) -> wire.NewOutage:
    """Maintenance of feeder 481 Sông Cầu on the local day of `now`: ahead of us unless the day is nearly over."""
    local = now.astimezone(VIETNAM)
    started = _minutes(local, 60) + timedelta(hours=1)
    if started.date() != local.date():
        started = _minutes(local, 60) - timedelta(hours=1)
    return wire.NewOutage(
        device=grid.PLANNED_FEEDER,
        kind="planned",
        status="notified",
        cause="PLAN.MAINT",
        started_at=started,
        etr=started + _WORK,
        etr_source="dispatcher",
        note="Bảo dưỡng, thí nghiệm định kỳ.",
    )


def going_on(now: datetime) -> wire.NewPlan:
    """Work on a part of feeder 483 Xuân Đài that was announced a week ago and is going on."""
    begins = _minutes(now - _WORKING_SINCE, 5)
    return wire.NewPlan(
        device=grid.WORKED_ON,
        begins=begins,
        ends=begins + _WORK,
        reason="Thay xà sứ, nâng tiết diện dây dẫn",
        area="Một phần phường Xuân Đài",
        notified_at=begins - _ANNOUNCED,
    )


def outage_row(key: str, outage: wire.NewOutage) -> dict[str, str]:
    """The same outage as a row of the outages file."""
    return {
        "id": key,
        "device": outage.device,
        "kind": outage.kind,
        "status": outage.status or "",
        "cause": outage.cause or "",
        "started_at": _text(outage.started_at),
        "etr": _text(outage.etr),
        "restored_at": "",
        "note": outage.note or "",
    }


def _minutes(moment: datetime, step: int) -> datetime:
    return moment.replace(minute=moment.minute // step * step, second=0, microsecond=0)


def _text(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).isoformat() if moment else ""
