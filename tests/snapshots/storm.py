"""One evening of a storm at the desk: many outages in every state, plans with their clocks, the storm board."""

from datetime import timedelta

from msgspec import structs

from agent_tui import wire
from tests.snapshots import scene
from tests.snapshots.scene import NOW, ago, ahead, outage

WHY = wire.Say(
    "9 cuộc gọi trên 4 trạm của nhánh 471/12 trong 6 phút", "9 calls on 4 transformers of lateral 471/12 in 6 min"
)
NOTE = wire.OutageNote(ago(300), "minh", "Tổ 3 đang cắt cây, đường vào bị ngập.")
OUTAGES = [
    outage("s1", places=["Xã Đồng Xuân", "Xã Xuân Phước", "Xã Xuân Lãnh"], notes=[NOTE], crew="working",
           customers_out=4_812, customers_total=4_812, calls=212, callbacks_open=96, tickets=11,
           priority_loads=[wire.PriorityLoad("PC08GG0000009", "Trung tâm Y tế Đồng Xuân", "hospital"),
                           wire.PriorityLoad("PC08GG0000017", "Trạm bơm La Hai", "water")],
           steps=[wire.OutageStep(4_812, ago(2610))],
           etr_history=[wire.EtrEntry(ago(1500), ahead(40), "default", "minh"),
                        wire.EtrEntry(ago(390), ahead(85), "crew", "minh")]),
    outage("s2", status="predicted", device="L471-12", device_name="471/12 Tuy Hòa", device_kind="lateral",
           customers_out=310, customers_total=310, started_at=ago(480), etr=None, etr_state="none", crew="none",
           cause=None, calls=9, callbacks_open=2, tickets=0, explanation=WHY, places=["Phường Tuy Hòa"],
           device_path=["L471-12", "F471", "E-TH"]),
    outage("s3", status="partially_restored", device="F481", device_name="481 Sông Cầu", customers_out=402,
           customers_total=1222, started_at=ago(17_600), etr=ago(1250), etr_state="expired", crew="working",
           cause="WX.WIND", calls=31, callbacks_open=8, places=["Phường Sông Cầu"],
           steps=[wire.OutageStep(820, ago(17_600), ago(8_300), ["TBA-SC1", "TBA-SC4"]),
                  wire.OutageStep(402, ago(17_600))]),
    outage("s4", device="F473", device_name="473 Nha Trang", customers_out=2_240, customers_total=2_240,
           started_at=ago(5_400), provinces=["56"], crew="enroute", cause="WX.WIND", calls=88, callbacks_open=40,
           etr=ahead(180), etr_set_at=ago(4_000), places=["Phường Bắc Nha Trang"]),
    outage("s5", status="probable", device="F475", device_name="475 Quy Nhơn", customers_out=1_880,
           customers_total=1_880, started_at=ago(900), provinces=["52"], crew="assigned", cause=None, calls=64,
           callbacks_open=22, etr=None, etr_state="none", places=["Phường Quy Nhơn"]),
    outage("s6", device="TBA-KP3", device_name="Krông Pa 3", device_kind="transformer", customers_out=120,
           customers_total=120, started_at=ago(15_000), provinces=["52"], crew="held", cause="WX.FLOOD", calls=6,
           callbacks_open=5, etr=ahead(600), etr_set_at=ago(9_000), places=["Xã Krông Pa"]),
    outage("s7", kind="planned", status="active", device="L473-02", device_name="473/02 Hòa Hiệp", customers_out=240,
           customers_total=240, cause="PLAN.MAINT", device_kind="lateral", started_at=ago(9_000), etr=ahead(120),
           crew="onsite", calls=1, callbacks_open=0, tickets=0),
]  # fmt: skip

BACK = [
    outage("b1", status="restored", device="F479", device_name="479 Tuy An", customers_out=0, customers_total=2_018,
           started_at=ago(21_000), restored_at=ago(1_900), etr=ago(2_500), etr_state="expired", crew="done",
           cause="WX.WIND", calls=77, callbacks_open=19, steps=[wire.OutageStep(2_018, ago(21_000), ago(1_900))]),
    outage("b2", status="verified", device="TBA-HH9", device_name="Hòa Hiệp 9", device_kind="transformer",
           customers_out=0, customers_total=88, started_at=ago(15_000), restored_at=ago(6_000), etr=None,
           etr_state="none", crew="done", cause="EQ.TX", calls=5, callbacks_open=0),
]  # fmt: skip


def _clock(rule: str, hours: float, state: str, **more: object) -> wire.PlanClock:
    words = {
        "notice": wire.Say("Báo khách hàng trước 5 ngày", "Customers are told 5 days ahead"),
        "renotice": wire.Say("Báo lại việc thay đổi trước 24 giờ", "A change is told 24 hours ahead"),
        "move_request": wire.Say("Khách được đề nghị dời lịch trước 48 giờ", "A buyer may ask to move it until then"),
    }
    due = NOW + timedelta(hours=hours)
    return wire.PlanClock(rule, due, state, words[rule], "Luật Điện lực 61/2024/QH15, điều 49", **more)


def _plan(id: str, **changes: object) -> wire.Plan:
    fields: dict[str, object] = {
        "id": id, "device": "L473-02", "device_name": "473/02 Hòa Hiệp", "status": "notified", "begins": ahead(2_900),
        "ends": ahead(3_200), "reason": "Thay dây, phát quang hành lang", "area": "", "provinces": ["66"],
        "places": ["Phường Hòa Hiệp"], "customers": 240, "large": 0, "notified_at": ago(600_000), "renotified_at": None,
        "written_at": None, "history": [wire.PlanChange(ago(600_000), "minh", "notified", ahead(2_900), ahead(3_200))],
        "clocks": [_clock("notice", -70, "met", at=ago(600_000)), _clock("move_request", 0.5, "running")], "version": 2,
    }  # fmt: skip
    return wire.Plan(**{**fields, **changes})  # type: ignore[arg-type]


PLANS = [
    _plan("p1"),
    _plan("p2", device_name="476 Sông Cầu", status="postponed", customers=1_222, begins=ahead(1_500), ends=ahead(1_800),
          clocks=[_clock("renotice", 1.2, "soon"), _clock("notice", -95, "met", at=ago(700_000))],
          reason="Đấu nối trạm mới"),
    _plan("p3", device_name="471/20 Tuy Hòa", status="draft", notified_at=None, customers=96, begins=ahead(6_000),
          ends=ahead(6_240), clocks=[_clock("notice", -20, "breached")], history=[], reason="Bảo dưỡng trạm biến áp"),
]  # fmt: skip


def _row(code: str, name: str, affected: int, out: int, incidents: int, left: int) -> wire.StormRow:
    share = (affected - out) / affected if affected else None
    return wire.StormRow(code, name, affected, affected - out, out, share, incidents, left)


STATS = wire.OutageStats(
    NOW - timedelta(hours=14), NOW + timedelta(hours=10), [],
    _row("all", "", 41_300, 9_764, 22, 6),
    [_row("EVNCPC", "EVNCPC", 41_300, 9_764, 22, 6), _row("EVNSPC", "EVNSPC", 0, 0, 0, 0)],
    [_row("66", "Đắk Lắk", 20_411, 5_524, 9, 3), _row("56", "Khánh Hòa", 11_002, 2_240, 6, 1),
     _row("52", "Gia Lai", 9_887, 2_000, 7, 2), _row("01", "Hà Nội", 0, 0, 0, 0)],
    [wire.StormHour(NOW - timedelta(hours=14 - n), 3_000, 500, out)
     for n, out in enumerate((0, 0, 300, 1_200, 4_000, 9_000, 16_000, 24_400, 22_000, 19_000, 16_000, 12_500, 10_800,
                              9_764))],
)  # fmt: skip
AREAS = [
    wire.Area("66", "Đắk Lắk", "EVNCPC", 1_004_512, 5_764, 3, 2),
    wire.Area("56", "Khánh Hòa", "EVNCPC", 640_200, 2_240, 1, 0),
    wire.Area("52", "Gia Lai", "EVNCPC", 1_120_000, 2_000, 2, 0),
    wire.Area("01", "Hà Nội", "EVNHANOI", 2_900_000, 0, 0, 2),
]
CALLBACKS = [
    wire.OutageCallback("k1", "s1", "hotline", "0905 ***333", "Phạm Thị Hoa", None, "Xã Đồng Xuân", ago(2_400), "open",
                        1, [wire.CallbackAttempt(ago(600), "minh", "no_answer")]),
    wire.OutageCallback("k2", "s1", "hotline", "0905 ***444", "Trần Văn Bình", None, "Xuân Phước", ago(2_100), "open",
                        0, []),
]  # fmt: skip
SHORT = "EVNCPC: Khu vuc nha minh mat dien tu 13h22 do cay do vao duong day. To sua chua dang xu ly, muc tieu 15h30."
MESSAGE = wire.OutageMessage(
    "etr", wire.MessageDraft(SHORT, "gsm7", len(SHORT), 1),
    wire.MessageDraft("EVNCPC: Khu vực nhà mình mất điện từ 13h22, mục tiêu có điện lại khoảng 15h30.", "ucs2", 82, 2),
    wire.MessageDraft("EVNCPC: Your area has been without power since 13:22, target 15:30.", "gsm7", 68, 1),
    4_650, 162, [wire.SentNotice("m1", ago(1_900), "minh", "sms", "x", 1, 4_650, ago(1_890))],
)  # fmt: skip


COMMUNES = [
    wire.CommuneOut("22081", "Xã Đồng Xuân", 10_233, 2_812, 1),
    wire.CommuneOut("22015", "Phường Tuy Hòa", 31_204, 1_310, 2),
    wire.CommuneOut("22051", "Phường Sông Cầu", 12_940, 902, 1),
    wire.CommuneOut("22096", "Xã Xuân Phước", 6_018, 500, 1),
    wire.CommuneOut("22090", "Xã Xuân Lãnh", 5_120, 240, 1),
]

# The quiet morning asks for the same province: there the communes sum to its 1,952.
CALM = (812, 510, 402, 140, 88)
CALM_COMMUNES = [structs.replace(one, customers_out=out) for one, out in zip(COMMUNES, CALM, strict=True)]


def answer(where: str, storm: bool = True) -> object:
    """What the service says in the storm to a question the quiet morning does not know."""
    if where == "/v1/outages":
        return wire.Page(BACK)
    if where == "/v1/places/possible":
        return wire.Page([wire.PossibleCalls("s1", 4), wire.PossibleCalls("s4", 17)])
    if where == "/v1/areas/66/communes":
        return wire.Page(COMMUNES if storm else CALM_COMMUNES)
    if where.endswith("/communes"):
        return wire.Page([])
    if where == "/v1/plans":
        return wire.Page(PLANS)
    if where == "/v1/outage-stats":
        return STATS
    if where.endswith("/message"):
        return MESSAGE
    if where.endswith("/callbacks"):
        return wire.Page(CALLBACKS)
    if where.endswith("/calls"):
        return wire.Page([c for c in scene.WAITING if c.name][:4])
    if where.startswith("/v1/outages/"):
        found = next((o for o in (*OUTAGES, *scene.OUTAGES) if where.endswith(f"/{o.id}")), None)
        # Callers known only by commune are counted for whoever looks at one outage.
        return {} if found is None else structs.replace(found, possible={"s1": 4, "s4": 17}.get(found.id, 0))
    return {}


# The keys that lead from one picture to the next; a dialog is closed again before.
STEPS: dict[str, tuple[str, ...]] = {
    "storm-now": ("3",),
    "storm-menu": ("f8",),
    "storm-detail": ("f7",),
    "storm-back": ("right",),
    "storm-plans": ("right",),
    "storm-board": ("right",),
}
DIALOGS = frozenset({"storm-menu", "storm-detail"})


def sizes(name: str) -> tuple[tuple[int, int], ...]:
    """The view itself at three sizes, what opens over it and beside it at two."""
    whole = name in ("storm-now", "storm-board", "storm-mono")
    return ((80, 24), (120, 36), (200, 60)) if whole else ((80, 24), (120, 36))


PICTURES = {
    f"{name}-{lang}-{width}x{height}.txt"
    for name in (*STEPS, "storm-mono")
    for lang in ("vi", "en")
    for width, height in sizes(name)
}
