"""One fixed morning at the desk: the same people, clock and grid in every picture. Every name is invented."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
from msgspec import Raw

from agent_tui import i18n, wire
from agent_tui.app import DeskApp
from agent_tui.errors import ServiceUnreachable
from agent_tui.launch import Launch
from agent_tui.messages import Link, LinkChanged
from agent_tui.net.client import DeskClient
from backend_stub.domain import ticket_kind
from backend_stub.reference import knowledge
from backend_stub.reference.catalogue import request_types
from tests.unit import bill_samples
from tests.watched import Watched

NOW = datetime(2026, 11, 22, 7, 5, 32, tzinfo=UTC)
MONOTONIC = 5_000.0


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def ahead(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


ME = wire.User("u1", "lan", "Lan Trần", "agent", "EVNCPC", {"outage": 3, "billing": 2})
CODE = "PC08GG0012345"
NETWORK = [
    wire.Device("TBA-DX17", "transformer", "Đồng Xuân 17"),
    wire.Device("L474-03", "lateral", "03"),
    wire.Device("F474", "feeder", "474 Đồng Xuân"),
    wire.Device("E-DXU", "substation", "110 kV Đồng Xuân"),
]
_KINDS = request_types()


def kind(code: str, vi: str, en: str, of: str) -> wire.TicketType:
    """A type with the fields that the catalogue has for `of`."""
    known = _KINDS[of]
    clock = ticket_kind.deadline_words(known.deadline, dict(known.site))
    return wire.TicketType(code, vi, en, list(known.fields), clock, known.groupable, known.priority)


TYPES = [
    kind("BILL.HIGH", "Thắc mắc hóa đơn tăng cao", "High bill query", "BILL.HIGH"),
    kind("OUT.REPORT", "Báo mất điện", "Outage report", "OUT.REPORT"),
    kind("OUT.SAFETY", "Mất an toàn điện", "Unsafe line or pole", "OUT.SAFETY"),
    kind("METER.REREAD", "Phúc tra chỉ số", "Re-read meter", "METER.RECHECK"),
]


def contact(id: str, **changes: object) -> wire.Contact:
    fields: dict[str, object] = {
        "id": id, "channel": "hotline", "direction": "in", "state": "queued", "queue": "outage", "skill": "outage",
        "skill_level": 1, "priority_class": "normal", "joined_at": ago(60), "score_adj": 0.0, "address": "*******222",
        "name": None, "customer": None, "candidates": [], "agent": None, "offered_to": None, "outage": None,
        "ticket": None, "text_preview": None, "state_since": ago(60), "version": 1, "centre": "EVNCPC", "place": None,
    }  # fmt: skip
    return wire.Contact(**{**fields, **changes})  # type: ignore[arg-type]


WAITING = [
    contact("c1", priority_class="danger", joined_at=ago(9), address="*******333", place="Sông Cầu"),
    contact("c2", priority_class="life_support", joined_at=ago(65), name="Phan Thị Mai", place="Tuy Hòa"),
    contact("c3", joined_at=ago(252), name="Phạm Thị Hoa", queue="billing", place="Phường Tuy Hòa"),
    contact("c4", channel="zalo", joined_at=ago(700), name="Trần Văn Bình", place="Xã Đồng Xuân",
            text_preview="Xóm em mất điện từ trưa."),
    contact("c5", joined_at=ago(175), candidates=["PC08GG0000001", "PC08GG0000002"], place="Sơn Hòa"),
    contact("c6", channel="website", joined_at=ago(151), name="Lê Minh", queue="service", place="Tuy Hòa"),
    contact("c7", joined_at=ago(140), name="Ksor H'Lan", priority_class="repeat", place="Krông Pa"),
    contact("c8", channel="facebook", joined_at=ago(118), name="Hồ Ngọc Ánh", place="Đồng Xuân"),
    contact("c9", state="connected", agent="u2", joined_at=ago(300), state_since=ago(84), name="Võ Đình Nhân",
            place="Xuân Đài"),
]  # fmt: skip
HAND = contact("c0", state="connected", agent="u1", address="0905 123 456", name="Nguyễn Văn Ty", customer=CODE,
               place="Xã Đồng Xuân", joined_at=ago(120), state_since=ago(84))  # fmt: skip
OFFER = contact("c10", state="offered", offered_to="u1", joined_at=ago(12), name="Nguyễn Văn Ty", place="Đồng Xuân",
                outage="o1", offer_until=ahead(0.3))  # fmt: skip
AGENTS = [
    wire.Agent("u1", "lan", "Lan Trần", "EVNCPC", {"outage": 3}, "available", "idle", ago(130)),
    wire.Agent("u2", "minh", "Minh Lê", "EVNCPC", {"outage": 2}, "available", "on_contact", ago(84)),
]


def outage(id: str, **changes: object) -> wire.Outage:
    fields: dict[str, object] = {
        "id": id, "kind": "unplanned", "status": "confirmed", "device": "F474", "device_path": ["F474", "E-DXU"],
        "provinces": ["66"], "communes": [], "customers_out": 1240, "customers_total": 1240, "priority_loads": [],
        "cause": "VEG", "started_at": ago(2610), "etr": ahead(85), "etr_source": "crew", "etr_set_at": ago(390),
        "etr_state": "ok", "crew": "onsite", "steps": [], "calls": 66, "callbacks_open": 23, "tickets": 4, "notes": [],
        "version": 3, "device_name": "474 Đồng Xuân", "device_kind": "feeder",
    }  # fmt: skip
    return wire.Outage(**{**fields, **changes})  # type: ignore[arg-type]


OUTAGES = [
    outage("o1", places=["Xã Đồng Xuân", "Xã Xuân Phước"], notes=[wire.OutageNote(ago(300), "Minh", "Đã có tổ.")],
           priority_loads=[wire.PriorityLoad("PC08GG0009", "Trung tâm Y tế Đồng Xuân", "hospital")],
           steps=[wire.OutageStep(1240, ago(2610))]),
    outage("o2", status="predicted", device="L471-12", device_name="471/12 Tuy Hòa", device_kind="lateral",
           customers_out=310, customers_total=310, started_at=ago(480), etr=None, etr_state="none", crew="none",
           cause=None, calls=9, callbacks_open=2, tickets=0),
    outage("o3", status="partially_restored", device="F481", device_name="481 Sông Cầu", customers_out=402,
           customers_total=1222, started_at=ago(17_600), etr=ago(600), etr_state="expired", crew="working",
           cause="WX.WIND", calls=31, callbacks_open=8),
    outage("o4", kind="planned", status="renotified", device="L473-02", device_name="473/02 Hòa Hiệp",
           cause="PLAN.MAINT", device_kind="lateral", customers_out=0, customers_total=240, started_at=ahead(900),
           etr=ahead(1140), crew="none", calls=1, callbacks_open=0, tickets=0),
]  # fmt: skip
SAY = wire.Say(
    "Khu vực nhà mình mất điện từ 13 giờ 22 do cây đổ vào đường dây, tổ sửa chữa đang ở hiện trường, "
    "mục tiêu có điện lại khoảng 15 giờ 30.",
    "Your area has been without power since 13:22, a tree fell on the line; a crew is on site, "
    "the target for power back is about 15:30.",
)
POWER = wire.Power("known_outage", SAY, "o1", None, ago(2610), ahead(85), "ok", 3)
BRIEF = wire.TicketBrief("t1", "T-2026-004512", "METER.REREAD", "Phúc tra chỉ số kỳ 10", "open", ahead(2990))
RECORD = wire.CustomerRecord(
    CODE, "Nguyễn Văn Ty", "Anh", ["0905 123 456"], "12 Trần Phú, Xã Đồng Xuân, Đắk Lắk",
    "12 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên", "22081", "Xã Đồng Xuân", "Đắk Lắk", "EVNCPC", "80412213",
    "17/2452529", "residential", 1, "", "active", [device.code for device in NETWORK], NETWORK, [BRIEF],
    [wire.ContactBrief("x1", "hotline", ago(1_700_000), "billing", "bill_explained", "closed")], 0,
)  # fmt: skip
HITS = wire.CustomerHits(
    [
        wire.CustomerHit(CODE, "Nguyễn Văn Ty", "095****456", RECORD.address, "", "80412213", "active", "", "name"),
        wire.CustomerHit("PC12AA2452529", "Nguyễn Văn Tý", "095****112", "302 Lê Hồng Phong, Phường Buôn Ma Thuột",
                         "302 Lê Hồng Phong, P. Tân Lợi", "82852397", "suspended", "", "name"),
        wire.CustomerHit("PP01009370907", "Nguyễn Văn Tỵ", "095****514", "1 Trần Phú, Phường Hải Châu", "", "80100200",
                         "active", "life_support", "name"),
    ],
    "name", True,
)  # fmt: skip


def ticket(id: str, number: str, title: str, **changes: object) -> wire.TicketDetail:
    fields: dict[str, object] = {
        "id": id, "number": number, "type": "METER.REREAD", "status": "open", "priority": "high", "title": title,
        "customer": CODE, "contact": None, "outage": None, "centre": "EVNCPC", "assignee": "lan", "due_at": ahead(2990),
        "due_state": "ok", "created_at": ago(90_000), "fields": {}, "version": 2,
    }  # fmt: skip
    return wire.TicketDetail(**{**fields, **changes})  # type: ignore[arg-type]


TICKETS = [
    ticket("t1", "T-2026-004512", "Phúc tra chỉ số kỳ 10",
           fields={"meter_no": "80412213", "reading": "12871", "phone": "0905 123 456"},
           notes=[wire.TicketNote("n1", "Minh Lê", ago(3600), "Khách báo ở nhà buổi sáng.", "note")]),
    ticket("t2", "T-2026-004490", "Hóa đơn kỳ 10 tăng 1,4 lần", status="new", priority="urgent", due_at=ago(3000),
           due_state="late"),
    ticket("t3", "T-2026-004477", "Cột nghiêng trước số 12/3", status="waiting", priority="low", customer=None,
           due_at=ahead(70), due_state="soon"),
]  # fmt: skip
HISTORY = [
    wire.TicketChange(1, ago(90_000), "lan", "created", [
        wire.FieldChange("type", None, "METER.REREAD"), wire.FieldChange("title", None, "Đọc lại chỉ số"),
        wire.FieldChange("status", None, "new"), wire.FieldChange("fields.meter_no", None, "80412213"),
    ]),
    wire.TicketChange(2, ago(7_200), "minh", "changed", [
        wire.FieldChange("status", "new", "open"), wire.FieldChange("assignee", None, "lan"),
        wire.FieldChange("fields.reading", None, "12817"),
    ]),
    wire.TicketChange(3, ago(3_600), "lan", "bulk", [
        wire.FieldChange("priority", "normal", "high"),
        wire.FieldChange("title", "Đọc lại chỉ số", "Phúc tra chỉ số kỳ 10"),
        wire.FieldChange("fields.reading", "12817", "12871"),
    ]),
]  # fmt: skip
AREAS = [
    wire.Area("66", "Đắk Lắk", "EVNCPC", 1_004_512, 1_952, 3, 1),
    wire.Area("56", "Khánh Hòa", "EVNCPC", 640_200, 56, 1, 0),
    wire.Area("01", "Hà Nội", "EVNHANOI", 2_900_000, 0, 0, 2),
]


def answer(request: httpx.Request, me: wire.User = ME, areas: list[wire.Area] = AREAS) -> httpx.Response:
    """What the service of this morning says; an unknown question is a failure of the picture."""
    from tests.snapshots import calls, together

    where = request.url.path
    say = calls.answer(where) or together.answer(where)
    if say is not None:
        pass
    elif where == "/v1/sessions":
        if b"wrong" in request.content:
            problem = {"type": "about:blank", "title": "x", "status": 401, "code": "wrong_password", "detail": "x"}
            return httpx.Response(401, json=problem, headers={"Content-Type": "application/problem+json"})
        say = wire.Session("token", ahead(600), me)
    elif where == "/v1/customers/search":
        typed = msgspec.json.decode(request.content)["q"]
        say = HITS if "nguy" in typed or "2" in typed else wire.CustomerHits([], "name", False)
    elif where.endswith("/power"):
        say = POWER
    elif where.endswith("/bills"):
        say = wire.Page(bill_samples.thirteen())
    elif where.endswith("/bill-check"):
        say = bill_samples.check(period=request.url.params["period"])
    elif where.startswith("/v1/customers/"):
        say = RECORD
    elif where == "/v1/areas":
        say = wire.Page(areas)
    elif where == "/v1/ticket-types":
        say = wire.Page(TYPES)
    elif where == "/v1/templates":
        say = wire.Page(knowledge.templates())
    elif where == "/v1/knowledge":
        say = wire.Page(knowledge.articles())
    elif where.endswith("/history"):
        say = wire.Page(HISTORY)
    elif where == "/v1/tickets":
        say = wire.Page(TICKETS if request.url.params.get("assignee") == "me" else [])
    elif where.startswith("/v1/tickets/"):
        say = next((t for t in TICKETS if where.endswith(t.id)), {})
    elif where.startswith("/v1/contacts/"):
        history = [
            wire.ContactEvent(HAND.joined_at, "queued", "call"),
            wire.ContactEvent(HAND.state_since, "connected", "answer", "u1"),
        ]
        said = [
            wire.Message(ago(80), "customer", "Nhà em mất điện."),
            wire.Message(ago(60), "agent", "Dạ em kiểm tra ngay."),
        ]
        say = msgspec.convert({**msgspec.to_builtins(HAND), "transcript": msgspec.to_builtins(said),
                               "history": msgspec.to_builtins(history)}, wire.ContactDetail)  # fmt: skip
    else:
        from tests.snapshots import storm

        # Only the storm has areas of its own.
        say = storm.answer(where, storm=areas is not AREAS)
    return httpx.Response(200, content=msgspec.json.encode(say), headers={"Content-Type": "application/json"})


class Morning:
    """The live source: one snapshot, then silence."""

    def __init__(self, contacts: list[wire.Contact], outages: list[wire.Outage]) -> None:
        self.contacts, self.outages = contacts, outages
        self.unreadable = False

    async def snapshot(self) -> wire.Snapshot:
        if self.unreadable:
            raise ServiceUnreachable("refused")
        hand = next((c for c in self.contacts if c.agent == ME.id), None)
        me = wire.AgentState("available", "on_contact" if hand else "idle", hand.state_since if hand else ago(130))
        return wire.Snapshot(5, "g1", NOW, me, self.contacts, AGENTS, self.outages)

    async def events(self, after: int) -> AsyncIterator[wire.Event]:
        yield wire.Event(None, "hello", Raw(b'{"seq":5,"generation":"g1"}'))
        await asyncio.Event().wait()


class StillDesk(DeskApp):
    """A desk whose clock stands still."""

    still = MONOTONIC

    def now(self) -> float:
        return NOW.timestamp()

    def monotonic(self) -> float:
        return self.still


READING = frozenset((
    "act", "record", "tickets", "ticket", "areas", "transcript", "dossier", "login", "plans", "detail", "callbacks",
    "message",
))  # fmt: skip


@dataclass
class Scene(Watched):
    """One running desk on that morning."""

    source: Morning

    async def settle(self) -> None:
        """Until no key waits and nothing is being read."""
        await self.pilot.pause()
        self.app.settle_keys()
        await self.until(lambda: not self.app.keys_waiting)
        await self.until(lambda: not self._reads or self.dialog)
        for found in self.app.screen.query("Input, TextArea"):
            found.cursor_blink = False
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def _reads(self) -> bool:
        return any(worker.group in READING and not worker.is_finished for worker in self.app.workers)

    @property
    def dialog(self) -> bool:
        return self.app.screen.is_modal

    async def press(self, *keys: str) -> None:
        await super().press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*("space" if char == " " else char for char in text))

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text())

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.until(lambda: self.app.screen.size == (width, height))
        await self.settle()
        if (view := self.app.view_on_screen()) is not None:
            # What the tick of each second would do.
            view.tick(self.app.now())
            view.refresh_chrome()
            await self.pilot.pause()

    def lose(self, seconds: float = 95, unsent: int = 2) -> None:
        """The connection is gone since so many seconds; nothing really breaks, so nothing races."""
        self.app.workers.cancel_group(self.app, "sync")
        self.app.unsent = unsent
        lost = Link("lost", MONOTONIC - seconds, MONOTONIC - seconds, 4, 8.0, ServiceUnreachable("refused"))
        self.app.hear(LinkChanged(lost))

    def strips(self) -> list[object]:
        return self.app.screen._compositor.render_strips()


@asynccontextmanager
async def open_scene(
    home: Path,
    lang: str,
    size: tuple[int, int] = (120, 36),
    contacts: list[wire.Contact] | None = None,
    outages: list[wire.Outage] | None = None,
    password: str | None = "right",
    unreadable: bool = False,
    theme: str = "dark",
    density: str = "compact",
    role: wire.Role = "agent",
    areas: list[wire.Area] = AREAS,
) -> AsyncIterator[Scene]:
    """The desk on that morning, logged in unless there is no password."""
    source = Morning(WAITING if contacts is None else contacts, OUTAGES if outages is None else outages)
    source.unreadable = unreadable
    me = msgspec.structs.replace(ME, role=role)
    client = DeskClient("http://localhost", transport=httpx.MockTransport(lambda r: answer(r, me, areas)))
    launch = Launch("http://localhost", "lan", password, language=lang, state_dir=home, theme=theme, density=density)
    app = StillDesk(launch, client=client, source=source)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            scene = Scene(app, pilot, source)
            if password == "right" and not unreadable:
                await scene.until(lambda: app.view_on_screen() is not None and app.link.is_live)
            await scene.settle()
            yield scene
    finally:
        await client.aclose()
        i18n.set_language("en")
