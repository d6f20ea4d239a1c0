"""The wallboard over HTTP: what happens now, per centre and in all, and told as it changes."""

import asyncio
from datetime import datetime

import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.domain.localtime import VIETNAM
from backend_stub.settings import Settings
from backend_stub.store import events, usual
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.desk import do, ready, report
from tests.service import Running

# 10:10 of a Monday in Vietnam: a half-hour has begun.
NOW = 1_795_403_400.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def settings() -> Settings:
    return grid.BY_HAND


async def board(svc: Running, user: str = "lead") -> wire.Wallboard:
    answer = await (await svc.client(user)).get("/v1/wallboard")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Wallboard)


def test_the_clock_of_these_tests() -> None:
    assert datetime.fromtimestamp(NOW, VIETNAM).isoformat() == "2026-11-23T10:10:00+07:00"


async def test_an_empty_morning(svc: Running) -> None:
    found = await board(svc)
    assert list(found.centres) == ["EVNNPC", "EVNHANOI", "EVNCPC", "EVNSPC", "EVNHCMC"]
    everywhere = found.all
    assert (everywhere.centre, everywhere.waiting, everywhere.offered, everywhere.longest_wait_s) == ("all", 0, 0, None)
    assert everywhere.service_level.value is None
    assert (everywhere.ewt, everywhere.feed_age_s, everywhere.data_gap) == (None, None, False)
    assert everywhere.alerts == []
    # No telephone exchange: the board does not say that there is no gap in its data.
    assert not everywhere.feed_expected
    assert set(everywhere.agents) == {
        "available", "reserved", "on_contact", "wrap_up", "paused", "not_responding", "logged_out"
    }  # fmt: skip
    assert len(everywhere.bars.offered) == 24
    assert found.surge == wire.Surge(on=False)


async def test_what_happens_now_in_its_centre_and_in_all(svc: Running, clock: ManualClock) -> None:
    (lan, minh) = await ready(svc, "lan", "minh")
    await ready(svc, "far", centre="EVNHANOI")
    here, there = await svc.channel(), await svc.channel("EVNHANOI")
    quick, slow, late, gone = [await report(here) for _ in range(4)]
    chat = await report(here, channel="zalo")
    distant = await report(there)
    await do(lan, quick, "take")
    clock.advance(3)
    await do(here, gone, "abandon")
    clock.advance(17)
    await do(lan, quick, "finish", disposition="other")
    await do(lan, slow, "take")
    clock.advance(40)
    await do(lan, slow, "end")
    await do(minh, late, "take")

    found = await board(svc)
    mine, other = found.centres["EVNCPC"], found.centres["EVNHANOI"]
    assert (mine.waiting, mine.by_channel, mine.longest_wait_s) == (1, {"zalo": 1}, 60)
    assert (mine.offered, mine.answered, mine.counts.abandoned, mine.counts.short) == (5, 3, 1, 1)
    # In 30 s: two of the answered; the chat has waited a minute already; the short abandon does not count.
    assert (mine.service_level.value, mine.service_level.calls) == (2 / 4, 5)
    assert mine.service_level_calls.value == 2 / 3
    level = mine.service_level
    assert (level.formula, level.threshold_s, level.target) == ("SL_short", 30, 0.8)
    assert "39/2015" in level.source
    assert mine.asa_s == pytest.approx((0 + 20 + 60) / 3)
    assert mine.aht_s == 20
    assert (mine.abandon_rate, mine.abandon_rate_without_short) == (1 / 5, 0)
    assert (mine.agents["wrap_up"], mine.agents["on_contact"], mine.agents["available"]) == (1, 1, 0)
    assert mine.ewt is not None
    assert (mine.ewt.ahead, mine.ewt.agents) == (0, 2)
    assert 0 < mine.ewt.p50 < mine.ewt.p80
    assert (other.waiting, other.offered, other.ewt.ahead) == (1, 1, 1)
    assert (found.all.waiting, found.all.offered, found.all.answered) == (2, 6, 3)
    assert (mine.bars.offered[-1], sum(mine.bars.offered), mine.bars.answered[-1]) == (5, 5, 3)
    assert mine.bars.start.isoformat() == "2026-11-22T15:30:00+00:00"
    assert {chat["id"], distant["id"]}


async def test_the_same_numbers_from_the_list_behind(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    here = await svc.channel()
    for n in range(7):
        contact = await report(here)
        clock.advance(9)
        if n % 2:
            await do(lan, contact, "take")
            await do(lan, contact, "finish", disposition="other")
        elif n % 3 == 0:
            await do(here, contact, "abandon")
    lead = await svc.client("lead")
    query = "from=2026-11-22T17:00:00Z&centre=EVNCPC&limit=200"
    items = (await lead.get(f"/v1/segments?{query}")).json()["items"]
    mine = (await board(svc)).centres["EVNCPC"]
    assert mine.offered == len(items) == 7
    for outcome, shown in (("answered", mine.answered), ("abandoned", mine.counts.abandoned), ("open", mine.waiting)):
        listed = (await lead.get(f"/v1/segments?{query}&outcome={outcome}")).json()["items"]
        assert len(listed) == shown == sum((item["outcome"] or "open") == outcome for item in items)


async def test_an_answer_is_hearing_of_the_centre_too(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    clock.advance(200)
    assert (await board(svc)).centres["EVNCPC"].feed_age_s == 200
    await do(lan, contact, "take")
    clock.advance(5)
    mine = (await board(svc)).centres["EVNCPC"]
    assert (mine.feed_age_s, mine.feed_expected, mine.data_gap) == (5, False, False)


async def test_callers_whose_outage_is_known_and_promises(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    here = await svc.channel()
    await report(here, address="0905100001")
    await report(here, address="0999777666")
    assert (await board(svc)).centres["EVNCPC"].known_outage_callers == 0
    made = await (await svc.client("lead")).post("/v1/outages", json={"device": "F474", "kind": "unplanned"})
    confirmed = await (await svc.client("lead")).post(f"/v1/outages/{made.json()['id']}/confirm")
    assert confirmed.status_code == 200, confirmed.text
    found = await board(svc)
    assert (found.centres["EVNCPC"].known_outage_callers, found.all.known_outage_callers) == (1, 1)
    lead = await svc.client("lead")
    for query, figure in (("", found.all), ("?centre=EVNCPC", found.centres["EVNCPC"]), ("?centre=EVNSPC", None)):
        behind = (await lead.get(f"/v1/wallboard/known-outage{query}")).json()["items"]
        assert len(behind) == (figure.known_outage_callers if figure is not None else 0)
        assert all((one["outcome"], one["answered_at"]) == (None, None) for one in behind)
    later = await report(here)
    await do(lan, later, "take")
    await do(lan, later, "callback", at="2026-11-23T03:00:00Z")
    found = await board(svc)
    assert found.all.callbacks_waiting == 1
    assert found.all.oldest_promise is not None
    assert found.all.oldest_promise.isoformat() == "2026-11-23T03:00:00+00:00"


async def test_a_promise_that_was_kept_is_no_longer_the_oldest(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel(), address="0905100001")
    await do(lan, contact, "take")
    await do(lan, contact, "callback", phone="0905100001")
    clock.advance(60)
    assert (await board(svc)).all.oldest_promise is not None
    await do(lan, contact, "take")
    made = await (await svc.client("hoa")).post("/v1/outages", json={"device": "F474", "kind": "unplanned"})
    await do(lan, contact, "attach", outage=made.json()["id"])
    clock.advance(1_000)
    # The call promised for then was made; the one after the outage has no time yet.
    found = (await board(svc)).all
    assert (found.callbacks_waiting, found.oldest_promise) == (1, None)
    assert "callbacks_late" not in {alert.code for alert in found.alerts}


async def test_a_call_back_that_is_reached_is_in_no_service_level(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", phone="0999000123")
    clock.advance(1_000)
    await do(lan, contact, "take")
    mine = (await board(svc)).centres["EVNCPC"]
    assert (mine.offered, mine.answered, mine.counts.withdrawn, mine.waiting) == (1, 0, 1, 0)
    assert mine.service_level.value == 0
    items = (await (await svc.client("lead")).get("/v1/segments")).json()["items"]
    assert [(item["outcome"], item["callback"]) for item in items] == [("withdrawn", False), (None, True)]


async def test_nobody_on_duty_is_said_at_once(svc: Running, clock: ManualClock) -> None:
    await report(await svc.channel())
    clock.advance(200)
    mine = (await board(svc)).centres["EVNCPC"]
    assert [(alert.code, alert.level) for alert in mine.alerts] == [("no_staff", "act"), ("longest_wait", "look")]
    assert mine.ewt is None
    assert (await board(svc)).centres["EVNHANOI"].alerts == []


async def test_a_feed_that_is_silent_or_has_a_gap(svc: Running, clock: ManualClock) -> None:
    def fall_silent(tx: Tx) -> None:
        tx.conn.execute(
            "INSERT INTO feed (centre, heard_at, gap_since) VALUES ('EVNCPC', ?, ?)", (NOW - 400, NOW - 300)
        )

    await svc.engine.write(fall_silent)
    found = await board(svc)
    assert (found.centres["EVNCPC"].feed_age_s, found.centres["EVNCPC"].data_gap) == (400, True)
    assert (found.all.data_gap, found.centres["EVNSPC"].data_gap) == (True, False)
    assert [alert.code for alert in found.centres["EVNCPC"].alerts] == ["data_gap", "feed_silent"]


async def test_a_hot_feeder(svc: Running, clock: ManualClock) -> None:
    def callers(tx: Tx) -> None:
        for n in range(9):
            contact = tx.conn.execute(
                """INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, priority_class,
                joined_at, address, state_since) VALUES (?, 's', ?, 'EVNCPC', 'hotline', 'closed', 'outage', 'outage',
                'normal', ?, '', 0) RETURNING id""",
                (f"h{n}", f"h{n}", NOW - 60 * n),
            ).fetchone()[0]
            tx.conn.execute(
                """INSERT INTO segment (contact, centre, channel, queue, joined_at)
                VALUES (?, 'EVNCPC', 'hotline', 'outage', ?)""",
                (contact, NOW - 60 * n),
            )
            tx.conn.execute(
                """INSERT INTO trouble_call (contact, customer, feeder, scope, sign, danger, place, grouped, at)
                VALUES (?, ?, 'F474', 'A', 'L', 0, '', 1, ?)""",
                (contact, f"PC{min(n, 6)}", NOW - 60 * n),
            )

    await svc.engine.write(callers)
    (hot,) = (await board(svc)).hot_feeders
    # Three calls of one customer are one caller.
    assert (hot.feeder, hot.callers, hot.window_s) == ("F474", 7, 600)
    assert hot.usual < 0.1
    assert hot.chance < 1e-6
    # The list behind is those callers, each with the last stay, as long as the window has them.
    lead = await svc.client("lead")
    items = (await lead.get("/v1/wallboard/feeders/F474")).json()["items"]
    assert [one["contact"] for one in items] == ["h0", "h1", "h2", "h3", "h4", "h5", "h8"]
    assert (await lead.get("/v1/wallboard/feeders/F475")).json()["items"] == []
    clock.advance(300)
    [hot] = (await board(svc)).hot_feeders
    assert len((await lead.get("/v1/wallboard/feeders/F474")).json()["items"]) == hot.callers == 6


async def test_what_is_usual_is_kept_and_foretold(svc: Running, clock: ManualClock) -> None:
    for _ in range(6):
        await report(await svc.channel())
    clock.advance(2_400)
    await svc.engine.write(lambda tx: usual.keep(tx, grid.BY_HAND))
    kept = await svc.engine.read(
        lambda conn: conn.execute("SELECT centre, offered FROM half_hour ORDER BY 1").fetchall()
    )
    # Counted for every centre somebody belongs to, from the first half-hour with a contact to the last full one.
    assert [tuple(row) for row in kept] == [("EVNCPC", 6), ("EVNHANOI", 0), ("EVNSPC", 0)]
    coming = (await board(svc)).centres["EVNCPC"].forecast
    assert [part.start.isoformat() for part in coming] == ["2026-11-23T04:00:00+00:00", "2026-11-23T04:30:00+00:00"]
    assert all(part.low <= part.offered <= part.high for part in coming)
    assert coming[0].agents_needed is not None


async def test_leads_and_nobody_else_are_told_when_it_changed(svc: Running, clock: ManualClock) -> None:
    here = await svc.channel()
    await svc.client("lan")
    lead, agent = await svc.stream("lead"), await svc.stream("lan")
    await svc.service.go_round()
    await report(here)
    clock.advance(2)
    await svc.service.go_round()
    told = msgspec.json.decode((await lead.until("wallboard.changed")).data, type=wire.Wallboard)
    assert told.centres["EVNCPC"].waiting == 1
    head = svc.engine.head
    # Nothing but time passed: no news. And no second news within two seconds.
    clock.advance(5)
    await svc.service.go_round()
    assert svc.engine.head == head
    await report(here)
    clock.advance(2)
    await svc.service.go_round()
    again = await svc.engine.read(lambda conn: [e.kind for e in events.since(conn, head, 10)])
    assert "wallboard.changed" in again
    await report(here)
    await svc.service.go_round()
    kinds = await svc.engine.read(lambda conn: [e.kind for e in events.since(conn, 0, 100)])
    assert kinds.count("wallboard.changed") == 2
    first = await svc.engine.read(lambda conn: [e.data for e in events.since(conn, 0, 100) if "wallb" in e.kind])
    assert [b'"gone":true' in data for data in first] == [True, False]
    seen = [(await agent.next()).kind for _ in range(4)]
    assert "wallboard.changed" not in seen


async def test_a_hundred_lookers_see_the_same(svc: Running, clock: ManualClock) -> None:
    here = await svc.channel()
    for _ in range(5):
        await report(here)
    await svc.client("lead")
    found = await asyncio.gather(*(board(svc) for _ in range(20)))
    assert {one.all.offered for one in found} == {5}


async def test_an_agent_does_not_see_it(svc: Running) -> None:
    lan = await svc.client("lan")
    for path in ("/v1/wallboard", "/v1/reports/intervals", "/v1/reports/agents", "/v1/segments"):
        assert (await lan.get(path)).status_code == 403
