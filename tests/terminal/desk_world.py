"""A service in memory for tests of keys: always the same answers, a few milliseconds late, and a list of writes."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import UNSET, structs

from agent_tui import wire
from agent_tui.errors import Conflict, DeskError, ServiceUnreachable
from agent_tui.net.client import DeskClient
from agent_tui.text.fold import fold
from agent_tui.wire.base import Problem
from tests.unit.desk_samples import contact, hello, kind, outage, ticket

NOW = datetime.now(UTC)
ME = wire.User("u1", "lan", "Lan Trần", "agent", "EVNCPC", {"outage": 3})
NAMES = ("Nguyễn Văn Ty", "Phạm Thị Hoa", "Ksor H'Lan", "Lê Minh", "Trần Văn Bình", "Hồ Ngọc Ánh", "Đỗ Yến")
TYPES = [
    kind("OUT.NOPOWER", "Mất điện", "No power"),
    kind("BILL.HIGH", "Hóa đơn tăng cao", "High bill"),
    kind("METER.REREAD", "Phúc tra chỉ số", "Re-read the meter"),
    kind("OTHER", "Yêu cầu khác", "Other request"),
]
LATE_S = (0.001, 0.012)


def code_of(index: int) -> str:
    return f"PC08GG00{index:05d}"


class World(DeskClient):
    """Answers every request of the desk; `writes` is what it was told to change, `busy` what it still thinks about."""

    def __init__(self) -> None:
        super().__init__("http://nowhere.invalid")
        self.writes: list[str] = []
        self.busy = 0
        self.people: dict[str, wire.Contact] = {}
        self.me = wire.AgentState("available", "idle", NOW)
        self.dark = {f"o{i}": outage(f"o{i}", device=f"47{i}", customers_out=10 * (i + 1)) for i in range(4)}
        self.cases = {f"t{i}": ticket(f"t{i}", title=f"Phiếu {i}", assignee="lan" if i % 2 else None) for i in range(6)}
        self.made = 0
        self.refill()

    def refill(self) -> list[wire.Contact]:
        """Somebody waits again where nearly nobody does."""
        new = []
        while sum(c.state == "queued" for c in self.people.values()) < 6:
            n = self.made = self.made + 1
            known = n % 3 != 0
            fresh = contact(
                f"c{n}", name=NAMES[n % len(NAMES)], customer=code_of(n % len(NAMES)) if known else None,
                candidates=[] if known else [code_of(1), code_of(2)], queue="billing" if n % 4 == 0 else "outage",
                channel="zalo" if n % 5 == 0 else "hotline", joined_at=NOW - timedelta(seconds=900 - n),
                priority_class="danger" if n % 7 == 0 else "normal",
            )  # fmt: skip
            self.people[fresh.id] = fresh
            new.append(fresh)
        return new

    async def login(self, username: str, password: str) -> wire.Session:
        return wire.Session("token", NOW, ME)

    async def logout(self) -> None:
        self.writes.append("logout")

    async def snapshot(self) -> wire.Snapshot:
        return wire.Snapshot(
            7, "g1", datetime.now(UTC), self.me, list(self.people.values()), [], list(self.dark.values())
        )

    async def events(self, after: int) -> AsyncIterator[wire.Event]:
        yield hello(7)
        await asyncio.Event().wait()

    async def call(self, method, where, answer, body=None, **given):  # type: ignore[no-untyped-def, override]
        self.busy += 1
        try:
            # The delay of a real service, which is what is tried here (nobody waits for the desk by it): two answers
            # never come in the order of their questions just because both are as slow.
            await asyncio.sleep(random.uniform(*LATE_S))
            said = msgspec.json.encode(body).decode() if body is not None else ""
            if method != "GET" and not where.endswith(("/search", "/presence")):
                self.writes.append(f"{method} {where} {said}")
            return self._answer(method, where.split("/")[2:], body)
        finally:
            self.busy -= 1

    def _answer(self, method: str, parts: list[str], body: object) -> object:
        match method, *parts:
            case "GET", "ticket-types":
                return wire.Page(TYPES, None)
            case "GET", "areas":
                return wire.Page([_area("66", "Đắk Lắk", 60), _area("01", "Hà Nội", 0), _area("79", "HCMC", 7)], None)
            case "GET", "tickets":
                return wire.Page(list(self.cases.values()), None)
            case "GET", "tickets", id:
                return wire.TicketDetail(**structs.asdict(self.cases[id]))
            case "POST", "customers", "search":
                return self._search(body)
            case "GET", "customers", code:
                return _record(code)
            case "GET", "customers", code, "power":
                known = "o1" if code == code_of(1) else None
                say = wire.Say("Có điện.", "There is power.")
                return wire.Power("known_outage" if known else "supply_normal", say, outage=known)
            case "PUT", "me", "state":
                assert isinstance(body, wire.StateRequest)
                self.me = wire.AgentState(body.state, "idle", NOW, reason=body.reason)
                return self.me
            case "POST", "contacts", "next":
                waiting = [c for c in self.people.values() if c.state == "queued"]
                return self._take(waiting[0].id) if waiting else None
            case "GET", "contacts", id:
                return wire.ContactDetail(**structs.asdict(self.people[id]))
            case "POST", "contacts", id, verb:
                return self._take(id) if verb == "take" else self._contact(id, verb, body)
            case _:
                return self._written(method, parts, body)

    def _written(self, method: str, parts: list[str], body: object) -> object:
        match method, *parts:
            case "POST", "outages":
                assert isinstance(body, wire.NewOutage)
                self.dark[f"o{len(self.dark)}"] = made = outage(f"o{len(self.dark)}", device=body.device)
                return made
            case "POST", "tickets":
                assert isinstance(body, wire.NewTicket)
                id = f"t{len(self.cases)}"
                self.cases[id] = ticket(id, title=body.title, type=body.type, assignee="lan", customer=body.customer)
                return self.cases[id]
            case "PATCH", "tickets", id:
                changed = {name: value for name, value in structs.asdict(body).items() if value is not UNSET}
                self.cases[id] = structs.replace(self.cases[id], version=self.cases[id].version + 1, **changed)
                return self.cases[id]
            case "POST", "tickets", id, "notes":
                return wire.TicketNote(f"n{len(self.writes)}", "lan", NOW, body.text, "internal")
        raise ServiceUnreachable(f"{method} {parts}")

    def _take(self, id: str) -> wire.Contact:
        if any(c.agent == ME.id and c.state in ("connected", "held") for c in self.people.values()):
            raise _refused("not_available")
        return self._change(id, state="connected", agent=ME.id, state_since=NOW + timedelta(seconds=len(self.writes)))

    def _contact(self, id: str, verb: str, body: object) -> wire.Contact:
        if self.people[id].state == "closed":
            raise _refused("illegal_transition")
        changes = {
            "hold": {"state": "held"}, "resume": {"state": "connected"}, "finish": {"state": "closed"},
            "attach": {"outage": getattr(body, "outage", None), "callback": True},
            "identify": {"customer": getattr(body, "customer", None), "candidates": []},
        }  # fmt: skip
        return self._change(id, **changes.get(verb, {}))

    def _change(self, id: str, **changes: object) -> wire.Contact:
        self.people[id] = structs.replace(self.people[id], version=self.people[id].version + 1, **changes)
        return self.people[id]

    def _search(self, body: object) -> wire.CustomerHits:
        assert isinstance(body, wire.CustomerSearch)
        words = fold(body.q).split()
        found = [
            wire.CustomerHit(code_of(i), name, f"090{i}000", "Đồng Xuân", "", f"{i}", "active", "none", name)
            for i, name in enumerate(NAMES)
            if all(word in fold(name) for word in words) or ("*" in body.q and i in (1, 2))
        ]
        return wire.CustomerHits(found, "name", False)


def _refused(code: str) -> DeskError:
    return Conflict(Problem("about:blank", code, 409, code, code, "r1"))


def _area(code: str, name: str, out: int) -> wire.Area:
    return wire.Area(code, name, "EVNCPC", 1000, out, 1, 0)


def _record(code: str) -> wire.CustomerRecord:
    network = [wire.Device("TBA1", "transformer", "TBA 1"), wire.Device("474", "feeder", "474")]
    return wire.CustomerRecord(
        code, NAMES[int(code[-5:]) % len(NAMES)], "Anh", ["0900"], "Đồng Xuân", "", "22", "Đồng Xuân", "Đắk Lắk",
        "EVNCPC", "1", "1", "home", 1, "none", "active", ["TBA1", "474"], network, [], [],
    )  # fmt: skip
