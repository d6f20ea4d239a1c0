"""Why an outage is thought to be there, in one sentence for the screen and for the reading aloud."""

import math

from agent_tui.wire import Say
from backend_stub.domain.commune_calls import CommuneReport
from backend_stub.domain.numbers import number_vi

_VI = {"transformer": "trạm", "lateral": "nhánh", "feeder": "xuất tuyến", "substation": "trạm 110 kV"}


def explain(kind: str, device: str, calls: int, transformers: int, laterals: int, seconds: float) -> Say:
    """Return what the prediction rests on, such as "7 calls on 3 transformers of lateral X in 6 min"."""
    minutes = max(1, math.ceil(seconds / 60))
    if kind == "transformer":
        vi, en = f"tại {_VI[kind]} {device}", f"at transformer {device}"
    else:
        parts = laterals if kind != "lateral" and laterals > 1 else transformers
        what = ("nhánh", "lateral") if kind != "lateral" and laterals > 1 else ("trạm", "transformer")
        vi = f"trên {parts} {what[0]} của {_VI[kind]} {device}"
        en = f"on {_many(parts, what[1])} of {kind} {device}"
    return Say(vi=f"{calls} cuộc gọi {vi} trong {minutes} phút", en=f"{_many(calls, 'call')} {en} in {minutes} min")


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def explain_commune(name: str, one: CommuneReport) -> Say:
    """Return what a report rests on, such as "5 calls from Xã X in 12 min, no device known"."""
    minutes = max(1, math.ceil((one.last - one.first) / 60))
    vi = f"{one.callers} cuộc gọi từ {name} trong {minutes} phút, chưa rõ thiết bị"
    en = f"{_many(one.callers, 'call')} from {name} in {minutes} min, no device known"
    if one.possibly is not None:
        what = one.possibly.name
        vi += f"; có thể do sự cố {what} ({number_vi(one.there)} trong {number_vi(one.total)} khách hàng ở đó)"
        en += f"; possibly the outage of {what} ({one.there:,} of {one.total:,} customers there)"
    return Say(vi=vi, en=en)
