"""The same morning at a team lead's desk, in a storm: invented figures that fit together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from agent_tui import i18n, wire
from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from tests.snapshots.scene import AREAS, NOW, OUTAGES, WAITING, Morning, Scene, StillDesk, ago, ahead

LEAD = wire.User("u9", "boss", "Minh Lê", "lead", "EVNCPC", {})
STATES = ("available", "reserved", "on_contact", "wrap_up", "paused", "not_responding", "logged_out")
SAY = wire.Say("Đồng Xuân đang mất điện, mục tiêu có điện lại khoảng 15:30.", "The power is out in Dong Xuan.")


def level(value: float | None, calls: int) -> wire.ServiceLevel:
    return wire.ServiceLevel(value, "SL_short", 30.0, 0.8, calls, "39/2015/TT-BCT, 17: > 80 % / 30 s")


def alert(code: str, how: str, vi: str, en: str) -> wire.BoardAlert:
    return wire.BoardAlert(code, how, 1.0, 0.0, wire.Say(vi, en))  # type: ignore[arg-type]


ALERTS = [
    alert("service_level", "act", "Mức phục vụ 30 phút qua 38 %, mục tiêu 80 %.",
          "Service level of the last 30 min 38 %, target 80 %."),
    alert("longest_wait", "act", "Khách chờ lâu nhất đã 12 phút.", "The longest has waited 12 min."),
    alert("short_of_agents", "look", "Nửa giờ tới cần 21 người, đang có 6.",
          "The next half hour needs 21 agents; there are 6."),
]  # fmt: skip


def board(
    centre: str, waiting: int, people: tuple[int, ...], alerts: list[wire.BoardAlert], **changes: object
) -> wire.Board:
    offered = [2, 1, 0, 0, 0, 1, 0, 0, 3, 4, 6, 9, 12, 14, 13, 11, 12, 10, 9, 14, 22, 41, 66, 58]
    lost = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 3, 8, 21, 14]
    answered = [o - a for o, a in zip(offered, lost, strict=True)]
    answered[-1] -= waiting if waiting < answered[-1] else 0
    rates = [None if not o else max(0.0, 1 - 2.2 * a / o) for o, a in zip(offered, lost, strict=True)]
    fields: dict[str, object] = {
        "centre": centre, "waiting": waiting, "longest_wait_s": 700.0 if waiting else None,
        "longest_since": ago(700) if waiting else None,
        "by_channel": {"hotline": waiting - 3, "zalo": 2, "website": 1} if waiting > 3 else {},
        "agents": dict(zip(STATES, people, strict=True)),
        "paused_by_reason": {"meal": people[4] - 1, "break": 1} if people[4] > 1 else {},
        "service_level": level(0.71, 268), "service_level_30m": level(0.38 if waiting > 5 else 0.86, 90),
        "service_level_calls": level(0.69, 201), "asa_s": 47.0, "aht_s": 212.0, "abandon_rate": 0.155,
        "abandon_rate_without_short": 0.131, "answered": 231, "offered": 308,
        "counts": wire.Counts(50, 7, 2, 4, 1, 8, 0, waiting, 3, 12), "callbacks_waiting": 23,
        "oldest_promise": ago(1500), "known_outage_callers": waiting // 2,
        "ewt": wire.Ewt(252.0, 540.0, waiting, sum(people[:4]), 212.0) if people[0] + people[2] else None,
        "said": wire.Said(4.2, 31, 40, 12), "data_gap": False, "feed_age_s": 4.0,
        "bars": wire.Bars(ago(12 * 3600 - 1468), 30, offered, answered, lost, rates),
        "forecast": [
            wire.ForecastPart(ahead(24.5), 64.0, 54.0, 76.0, 21), wire.ForecastPart(ahead(54.5), 48.0, 38.0, 60.0, 16),
        ],
        "alerts": alerts,
    }  # fmt: skip
    return wire.Board(**{**fields, **changes})  # type: ignore[arg-type]


def storm() -> wire.Wallboard:
    mine = board("EVNCPC", 8, (1, 0, 4, 1, 2, 1, 4), ALERTS)
    others = [
        board("EVNNPC", 2, (4, 1, 20, 3, 6, 0, 20), []),
        board("EVNHANOI", 1, (6, 0, 31, 4, 9, 0, 25), []),
        mine,
        board("EVNSPC", 0, (3, 0, 12, 1, 4, 0, 14), []),
        board("EVNHCMC", 0, (5, 0, 16, 2, 5, 0, 18), [ALERTS[2]]),
    ]
    total = tuple(sum(one.agents[state] for one in others) for state in STATES)
    everywhere = board("all", 11, total, [ALERTS[0]], answered=1155, offered=1540)
    hot = [
        wire.HotFeeder("F474", "474 Đồng Xuân", 66, 600.0, 0.4, 1e-30),
        wire.HotFeeder("F471", "471 Tuy Hòa", 9, 600.0, 0.3, 1e-9),
    ]
    surge = wire.Surge(True, SAY, True, ago(600), "boss")
    return wire.Wallboard(NOW, everywhere, {one.centre: one for one in others}, hot, 0.1, "x", surge)


def row(code: str, affected: int, out: int) -> wire.StormRow:
    return wire.StormRow(code, code, affected, affected - out, out, 1 - out / affected, 22, 14)


STATS = wire.OutageStats(ago(50_000), NOW, [], row("all", 41_300, 18_204), [], [], [])
AGENTS = [
    wire.Agent("u1", "lan", "Lan Trần", "EVNCPC", {"billing": 4, "service": 2}, "available", "idle", ago(130)),
    wire.Agent("u2", "minh", "Minh Phạm", "EVNCPC", {"outage": 3}, "available", "on_contact", ago(84)),
    wire.Agent("u3", "hoa", "Hoa Nguyễn", "EVNCPC", {"outage": 2}, "available", "wrap_up", ago(20)),
    wire.Agent("u4", "ksor", "Ksor H'Lan", "EVNCPC", {}, "paused", "idle", ago(900), None, "meal"),
    wire.Agent("u5", "ty", "Nguyễn Văn Ty", "EVNCPC", {"outage": 4}, "available", "not_responding", ago(200)),
    wire.Agent("u6", "xa", "Xa Hồ", "EVNSPC", {"outage": 4}, "available", "idle", ago(60)),
]


# What was planned until now and how much of it was kept; the last: no plan.
KEPT = [(18_000.0, 17_100.0), (18_000.0, 18_000.0), (14_400.0, 9_000.0), (18_000.0, 17_500.0), (None, None)]


def day(of: wire.Agent, planned: float | None, kept: float | None) -> wire.AgentRow:
    share = None if planned is None or kept is None else kept / planned
    return wire.AgentRow(
        of.id, of.username, of.name, of.centre, 18_000, 3_000, 1_800, 0, 200, 13_000, 60, 0, 9_000, 500, 3_500, 217.0,
        0.81, 0.72, planned, kept, share, 1.0,
    )  # fmt: skip


def stay(contact: wire.Contact) -> wire.Segment:
    return wire.Segment(contact.id, contact.queue, None, contact.channel, contact.joined_at, None, None, None, None,
                        0, 0, 0, 0, centre=contact.centre)  # fmt: skip


def lever(name: str, agents: int, calls: float, value: float, lost: float) -> wire.Lever:
    return wire.Lever(name, agents, calls, value, 400 * (1 - value), lost, round(calls / 6))


def what_if(case: wire.WhatIfRequest) -> wire.WhatIf:
    calls, agents = case.calls_per_hour * case.multiplier, case.agents or 1
    staffed = wire.Staffed(23, agents, 0.12, 260.0, 0.41, 0.99)
    levers = [
        lever("as_is", agents, calls, 0.12, 0.41), lever("deflect_30", agents, calls * 0.8, 0.22, 0.3),
        lever("deflect_50", agents, calls * 0.7, 0.4, 0.19), lever("deflect_70", agents, calls * 0.6, 0.7, 0.08),
        lever("pool", agents, calls, 0.15, 0.39), lever("agents_10", agents + 1, calls, 0.2, 0.36),
    ]  # fmt: skip
    return wire.WhatIf(calls, calls / 17, case.centres if isinstance(case.centres, int) else 1, 345.0,
                       msgspec.structs.replace(staffed, agents_needed=25), staffed, levers)  # fmt: skip


class Said:
    """What the service of that morning says; `known` False: the wallboard cannot be read."""

    def __init__(self, known: bool) -> None:
        self.known = known

    def __call__(self, request: httpx.Request) -> httpx.Response:
        where = request.url.path
        say: object = {}
        if where == "/v1/sessions":
            say = wire.Session("token", ahead(600), LEAD)
        elif not self.known and where in ("/v1/wallboard", "/v1/outage-stats"):
            raise httpx.ConnectError("refused")
        elif where == "/v1/wallboard":
            say = storm()
        elif where == "/v1/outage-stats":
            say = STATS
        elif where == "/v1/areas":
            say = wire.Page(AREAS)
        elif where == "/v1/reports/agents":
            days = [day(one, *kept) for one, kept in zip(AGENTS, KEPT, strict=False)]
            say = wire.AgentReport("2026-11-22", "EVNCPC", {}, days)
        elif where in ("/v1/segments", "/v1/wallboard/known-outage"):
            say = wire.Page([stay(one) for one in WAITING if one.state == "queued"])
        elif where == "/v1/staffing/what-if":
            say = what_if(msgspec.json.decode(request.content, type=wire.WhatIfRequest))
        return httpx.Response(200, content=msgspec.json.encode(say), headers={"Content-Type": "application/json"})


class LeadMorning(Morning):
    async def snapshot(self) -> wire.Snapshot:
        me = wire.AgentState("logged_out", "offline", ago(3600))
        banner, surge = wire.Banner(SAY, ahead(50)), wire.Surge(True, SAY, True, ago(600), "boss")
        return wire.Snapshot(5, "g1", NOW, me, self.contacts, AGENTS, self.outages, banner, False, surge)


@asynccontextmanager
async def open_lead(
    home: Path, lang: str, size: tuple[int, int] = (140, 40), theme: str = "dark", known: bool = True
) -> AsyncIterator[Scene]:
    """The lead's desk on the wallboard."""
    source = LeadMorning(WAITING, OUTAGES)
    client = DeskClient("http://localhost", transport=httpx.MockTransport(Said(known)))
    launch = Launch("http://localhost", "boss", "right", language=lang, state_dir=home, theme=theme)
    app = StillDesk(launch, client=client, source=source)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            scene = Scene(app, pilot, source)
            await scene.until(lambda: app.view_on_screen() is not None and app.link.is_live)
            await scene.press("5")
            await scene.until(lambda: "▲" in scene.text() or "✕" in scene.text())
            await quiet(scene)
            yield scene
    finally:
        await client.aclose()
        i18n.set_language("en")


async def quiet(scene: Scene) -> None:
    """Until nothing of the wallboard is being read."""
    await scene.until(lambda: not any(w.group in ("wallboard", "stays") and w.is_running for w in scene.app.workers))
    await scene.settle()
