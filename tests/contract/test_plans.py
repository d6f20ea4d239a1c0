"""Planned works and messages over HTTP: notices, changes, the work that begins, and what is written to customers."""

import json
from datetime import date
from pathlib import Path

import httpx
import msgspec

from agent_tui import wire
from agent_tui.net.client import DeskClient
from tests.asgi_stream import AppTransport
from tests.contract.outage_world import NOW, Grid, customer, iso, world
from tests.service import PASSWORD

HOUR, DAY = 60.0, 24 * 60.0


def plan_of(answer: httpx.Response) -> wire.Plan:
    return msgspec.json.decode(answer.content, type=wire.Plan)


async def planned(grid: Grid, begins: float = 6 * DAY, **fields: object) -> wire.Plan:
    body = {"device": "F474/1", "from": iso(begins), "to": iso(begins + 4 * HOUR), "reason": "thí nghiệm", **fields}
    return plan_of(await grid.post("plans", body, expect=201))


async def patch(grid: Grid, plan: wire.Plan, expect: int = 200, **fields: object) -> httpx.Response:
    client = await grid.svc.client("lead")
    answer = await client.patch(f"/v1/plans/{plan.id}", json=fields, headers={"if-match": str(plan.version)})
    assert answer.status_code == expect, answer.text
    return answer


def clock(plan: wire.Plan, rule: str) -> wire.PlanClock:
    return next(found for found in plan.clocks if found.rule == rule)


async def test_a_plan_is_announced_moved_and_announced_again(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        draft = await planned(grid)
        assert (draft.status, draft.customers, clock(draft, "notice").state) == ("draft", 9, "soon")
        told = plan_of(await patch(grid, draft, status="notified"))
        assert clock(told, "notice").state == "met"
        moved = plan_of(await patch(grid, told, **{"from": iso(7 * DAY), "to": iso(7 * DAY + HOUR)}))
        assert clock(moved, "renotice").state == "running"
        again = plan_of(await patch(grid, moved, status="renotified"))
        assert clock(again, "renotice").state == "met"
        assert [change.status for change in again.history] == ["draft", "notified", "notified", "renotified"]
        assert again.history[1].begins < again.history[2].begins


async def test_a_plan_that_is_put_off_is_no_longer_told_and_can_come_back(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        plan = await planned(grid, 5 * HOUR, notified_at=iso(-6 * DAY))
        assert (await grid.power(customer(1))).verdict == "planned_soon"
        put_off = plan_of(await patch(grid, plan, status="postponed", note="mưa bão"))
        assert (await grid.power(customer(1))).verdict != "planned_soon"
        assert put_off.history[-1].note == "mưa bão"
        back = plan_of(await patch(grid, put_off, status="renotified"))
        assert (await grid.power(customer(1))).verdict == "planned_soon"
        assert back.status == "renotified"


async def test_the_times_of_a_plan_that_was_called_off_stay(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        off = plan_of(await patch(grid, await planned(grid), status="cancelled"))
        refused = await patch(grid, off, 409, to=iso(9 * DAY))
        assert refused.json()["code"] == "plan_has_begun"
        assert plan_of(await patch(grid, off, reason="ghi rõ lý do")).ends == off.ends


async def test_a_plan_put_off_and_announced_anew_has_been_told_again(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        plan = plan_of(await patch(grid, await planned(grid), status="notified"))
        put_off = plan_of(await patch(grid, plan, status="postponed"))
        assert clock(put_off, "renotice").state == "running"
        grid.clock.advance(60)
        anew = {"from": iso(9 * DAY), "to": iso(9 * DAY + HOUR)}
        again = plan_of(await patch(grid, put_off, status="notified", **anew))
        assert clock(again, "renotice").state == "met"
        grid.clock.advance(60)
        moved = plan_of(await patch(grid, again, status="notified", to=iso(9 * DAY + 2 * HOUR)))
        assert clock(moved, "renotice").state == "running"


async def test_a_plan_of_elsewhere_that_was_put_off_is_told_for_the_first_time(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        begins = iso(6 * DAY)
        made = await grid.report("F474/1", "postponed", kind="planned", started_at=begins, etr=iso(6 * DAY + HOUR))
        answer = await grid.get("plans")
        (plan,) = msgspec.json.decode(answer.content, type=wire.Page[wire.Plan]).items
        assert (plan.id, plan.notified_at) == (made.id, None)
        told = plan_of(await patch(grid, plan, status="renotified"))
        assert (clock(told, "notice").state, told.notified_at) == ("met", NOW)


async def test_announced_work_begins_by_itself_and_a_draft_does_not(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        announced = await planned(grid, HOUR, notified_at=iso(-6 * DAY))
        draft = await planned(grid, HOUR, device="F471")
        grid.clock.advance(61 * 60)
        await grid.svc.service.go_round()
        began = await grid.outage(announced.id)
        assert (began.status, began.customers_out) == ("active", 9)
        assert (await grid.power(customer(1))).verdict == "planned_now"
        assert (await grid.outage(draft.id)).status == "draft"
        answer = await patch(grid, plan_of(await patch(grid, draft, reason="x")), 200, to=iso(9 * HOUR))
        assert plan_of(answer).ends is not None
        now = (await plans(grid))[announced.id]
        await patch(grid, now, 409, to=iso(9 * HOUR))


async def plans(grid: Grid, query: str = "") -> dict[str, wire.Plan]:
    answer = await grid.get(f"plans{query}")
    return {plan.id: plan for plan in msgspec.json.decode(answer.content, type=wire.Page[wire.Plan]).items}


async def test_the_list_holds_what_touches_its_days(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        soon, far = await planned(grid), await planned(grid, 40 * DAY)
        assert plans_of(await plans(grid)) == {soon.id}
        assert plans_of(await plans(grid, f"?from={iso(39 * DAY)}&to={iso(41 * DAY)}")) == {far.id}
        assert plans_of(await plans(grid, "?from=2026-11-22&to=2027-12-31")) == {soon.id, far.id}


def plans_of(found: dict[str, wire.Plan]) -> set[str]:
    return set(found)


async def test_bad_times_and_agents_are_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        body = {"device": "F474", "from": iso(DAY), "to": iso(DAY), "reason": "x"}
        refused = await grid.post("plans", body, expect=422)
        assert refused.json()["errors"][0]["field"] == "to"
        await grid.post("plans", body, user="agent", expect=403)


async def message(grid: Grid, outage: str) -> wire.OutageMessage:
    return msgspec.json.decode((await grid.get(f"outages/{outage}/message")).content, type=wire.OutageMessage)


async def test_the_message_of_the_moment_never_quotes_a_target_that_has_passed(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report(etr=iso(60), cause="VEG")
        draft = await message(grid, outage.id)
        assert (draft.kind, draft.recipients, draft.plain.encoding) == ("etr", 12, "gsm7")
        assert "mục tiêu" in draft.vi.text
        assert "cam kết" not in draft.vi.text
        assert draft.plain.parts == 1
        grid.clock.advance(61 * 60)
        late = await message(grid, outage.id)
        assert late.kind == "known"
        assert "target" not in late.en.text


async def test_only_who_is_still_out_is_written_to(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report()
        await grid.restore(outage, devices=["T1"])
        draft = await message(grid, outage.id)
        assert (draft.kind, draft.recipients) == ("partly_back", 7)


async def test_only_who_is_still_cut_off_by_planned_work_is_written_to(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        works = await grid.report(kind="planned", status="active")
        await grid.restore(works, devices=["T1"])
        assert (await message(grid, works.id)).recipients == 7
        await grid.restore(works)
        assert ((await message(grid, works.id)).kind, (await message(grid, works.id)).recipients) == ("back", 12)


async def test_nobody_is_told_of_an_outage_that_was_none(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report(status="predicted")
        await grid.post(f"outages/{outage.id}/cancel")
        answer = await (await grid.svc.client("lead")).get(f"/v1/outages/{outage.id}/message")
        assert (answer.status_code, answer.json()["code"]) == (409, "was_no_outage")
        for body in ({"channel": "sms"}, {"channel": "sms", "text": "mất điện"}):
            refused = await grid.post(f"outages/{outage.id}/notify", body, expect=409)
            assert refused.json()["code"] == "was_no_outage"


async def test_what_is_done_to_planned_work_among_the_outages_is_in_its_history(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        plan = await planned(grid, HOUR, notified_at=iso(-6 * DAY))
        client = await grid.svc.client("lead")
        etr = {"etr": iso(8 * HOUR)}
        moved = await client.patch(f"/v1/outages/{plan.id}", json=etr, headers={"if-match": str(plan.version)})
        assert moved.status_code == 200
        now = (await plans(grid))[plan.id]
        assert (now.history[-1].ends, clock(now, "renotice").state) == (now.ends, "breached")
        grid.clock.advance(61 * 60)
        await grid.svc.service.go_round()
        await grid.post(f"outages/{plan.id}/restore", {"devices": ["T1"]})
        await grid.post(f"outages/{plan.id}/restore", {})
        history = (await plans(grid))[plan.id].history
        assert [(one.status, one.author) for one in history] == [
            ("notified", "lead"), ("notified", "lead"), ("active", "clock"), ("done", "lead"),
        ]  # fmt: skip
        other = await planned(grid, notified_at=iso(-6 * DAY))
        await grid.post(f"outages/{other.id}/cancel")
        assert [one.status for one in (await plans(grid))[other.id].history] == ["notified", "cancelled"]


async def test_work_that_had_begun_and_is_called_off_has_still_cost_its_minutes(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        works = await grid.report("T1", kind="planned", status="active", started_at=iso(-100))
        await grid.post(f"outages/{works.id}/cancel")
        assert await minutes(grid) == (5, 5 * 100)


async def test_a_message_is_on_record_goes_out_once_and_not_twice_in_a_row(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report()
        await grid.post(f"outages/{outage.id}/notify", {"channel": "sms"}, user="agent", expect=403)
        sent = await grid.post(f"outages/{outage.id}/notify", {"channel": "sms"}, expect=201)
        assert (sent.json()["recipients"], sent.json()["sent_at"]) == (12, None)
        again = await grid.post(f"outages/{outage.id}/notify", {"channel": "sms"}, expect=409)
        assert again.json()["code"] == "already_sent"
        for _ in range(2):
            grid.clock.advance(2)
            await grid.svc.service.go_round()
        lines = (grid.svc.service.data_dir / "outbox" / "notices.jsonl").read_text("utf-8").splitlines()
        assert len(lines) == 1
        assert len(json.loads(lines[0])["customers"]) == 12
        assert "0905" not in lines[0]
        assert (await message(grid, outage.id)).sent[0].sent_at is not None


async def test_indices_and_storm_board_of_an_outage_in_two_steps(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report(started_at=iso(-100))
        await grid.restore(outage, at=iso(-40), devices=["T1"])
        stats = msgspec.json.decode((await grid.get("outage-stats")).content, type=wire.OutageStats)
        # F474 feeds 12 customers: 5 on T1 were out for 60 minutes, the other 7 are for 100 so far.
        assert stats.indices[0].customer_minutes == 5 * 60 + 7 * 100
        assert stats.indices[0].saifi == 12 / stats.indices[0].served
        assert (stats.total.affected, stats.total.restored, stats.total.out) == (12, 5, 7)
        assert (stats.total.incidents, stats.total.incidents_left) == (1, 1)
        assert sum(row.affected for row in stats.provinces) == sum(row.affected for row in stats.corporations) == 12
        assert stats.hours[-1].out == 7
        assert NOW.timestamp() - stats.hours[-1].start.timestamp() < 3_600


async def test_who_is_found_still_out_adds_minutes_and_no_interruption(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report("T1", started_at=iso(-100))
        (contact,) = await grid.attached(outage, customer(1))
        await grid.restore(outage, at=iso(-40))
        await grid.called(outage, contact, "still_out")
        stats = msgspec.json.decode((await grid.get("outage-stats")).content, type=wire.OutageStats)
        assert stats.total.affected == 5
        assert stats.indices[0].customer_minutes >= 5 * 60


async def test_the_desk_reads_plans_messages_and_the_storm_board(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        plan = await planned(grid)
        outage = await grid.report()
        client = DeskClient("http://localhost", AppTransport(grid.svc.app))
        await client.login("lead", PASSWORD)
        assert [found.id for found in (await client.plans()).items] == [plan.id]
        told = await client.patch_plan(plan.id, plan.version, wire.PatchPlan(status="notified"))
        assert told.status == "notified"
        assert (await client.outage_message(outage.id)).recipients == 12
        assert (await client.send_notice(outage.id, wire.NotifyRequest("sms"))).parts == 1
        assert (await client.outage_stats()).total.out == 12


async def test_a_lead_is_told_before_a_notice_is_late_and_of_none_that_is(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:

        async def due() -> list[str]:
            board = msgspec.json.decode((await grid.get("wallboard")).content, type=wire.Wallboard)
            found = {name: [a.say.en for a in one.alerts if a.code == "notice_due"]
                     for name, one in {"all": board.all, **board.centres}.items()}  # fmt: skip
            assert found["EVNCPC"] == found["all"]
            assert not found["EVNHANOI"]
            return found["all"]

        await planned(grid, 9 * DAY)
        late = await planned(grid, 4 * DAY)
        assert clock(late, "notice").state == "breached"
        assert await due() == []
        plan = await planned(grid, 5.5 * DAY)
        assert await due() == ["1 planned work must be told to its customers within a day."]
        await patch(grid, plan, status="notified")
        assert await due() == []


async def test_a_plan_moved_twice_is_told_again_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        plan = await planned(grid, notified_at=iso(-6 * DAY))
        for day in (7, 8):
            plan = plan_of(await patch(grid, plan, **{"from": iso(day * DAY), "to": iso(day * DAY + HOUR)}))
            assert clock(plan, "renotice").state == "running"
            grid.clock.advance(60)
            plan = plan_of(await patch(grid, plan, status="renotified"))
            assert clock(plan, "renotice").state == "met"
            grid.clock.advance(60)


async def test_a_period_no_calendar_holds_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        client = await grid.svc.client("lead")
        for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-31T00:00:00-12:00", "9999-12-31T23:59:59-12:00")):
            answer = await client.get("/v1/outage-stats", params={"from": first, "to": last})
            assert answer.status_code == 422, answer.text
            assert (await client.get("/v1/plans", params={"from": first, "to": last})).status_code == 422


async def test_inside_an_outage_that_goes_on_nobody_is_counted_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        outage = await grid.report(started_at=iso(-100))
        inner = await grid.report("T1", parent=outage.id, started_at=iso(-100))
        assert await minutes(grid) == (12, 12 * 100)
        # T1 is said to be back after 40 minutes, and is not before 70: those five were out once, for 70 minutes.
        await grid.restore(outage, at=iso(-60), devices=["T1"])
        await grid.restore(inner, at=iso(-30))
        assert await minutes(grid) == (12, 7 * 100 + 5 * 70)
        # One that ended before the outer one takes nothing away.
        third = await grid.report("T3", parent=outage.id, started_at=iso(-100))
        await grid.restore(third, at=iso(-90))
        await grid.restore(outage, at=iso(0))
        assert await minutes(grid) == (12, 7 * 100 + 5 * 70)


async def test_a_transformer_and_then_its_feeder_is_two_faults_and_each_customer_once(tmp_path: Path) -> None:
    async with world(tmp_path) as grid:
        small = await grid.report("T1", started_at=iso(-120))
        large = await grid.report(started_at=iso(-100))
        assert await minutes(grid) == (12, 7 * 100 + 5 * 120)
        await grid.restore(large, at=iso(-40))
        assert await minutes(grid) == (12, 7 * 60 + 5 * 120)
        await grid.restore(small, at=iso(-20))
        again = await grid.report("T1", started_at=iso(-10))
        assert again.parent is None
        assert await minutes(grid) == (17, 7 * 60 + 5 * 100 + 5 * 10)
        total = msgspec.json.decode((await grid.get("outage-stats")).content, type=wire.OutageStats).total
        assert (total.out, total.incidents, total.incidents_left) == (5, 3, 1)


async def minutes(grid: Grid) -> tuple[int, float]:
    stats = msgspec.json.decode((await grid.get("outage-stats")).content, type=wire.OutageStats)
    return stats.total.affected, round(stats.indices[0].customer_minutes, 3)


async def test_a_plan_on_a_day_of_the_exams_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, exams=[(date(2026, 11, 28), date(2026, 11, 28))]) as grid:
        # Six days from the 22nd.
        assert clock(await planned(grid), "quiet_days").state == "breached"
        assert all(found.rule != "quiet_days" for found in (await planned(grid, 7 * DAY)).clocks)
