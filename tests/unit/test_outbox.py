import asyncio
import time

import pytest

from agent_tui import wire
from agent_tui.errors import (
    Conflict,
    DeskError,
    Invalid,
    NotLoggedIn,
    NotSent,
    ServiceBroken,
    ServiceUnreachable,
    Stale,
    WaitedTooLong,
)
from agent_tui.messages import Intent, IntentRefused, IntentSent, OutboxChanged, SessionEnded
from agent_tui.net.latest import LatestWins
from agent_tui.net.outbox import BROKEN_TRIES, KEY_GOOD_S, Outbox
from tests.unit.desk_samples import contact, ticket

AWAY = ServiceUnreachable("refused")


def problem(code: str, status: int = 409) -> wire.Problem:
    return wire.Problem("about:blank", code, status, code, code, "r1")


class Service:
    """Carries intents out, each under its key once; answers come from a list per verb, else success."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.effects: dict[str, Intent] = {}
        self.troubles: dict[str, list[DeskError | None]] = {}
        self.lose_answers = 0

    async def perform(self, intent: Intent) -> wire.Contact | wire.Ticket:
        self.calls.append((intent.verb, intent.target))
        await asyncio.sleep(0)
        waiting = self.troubles.get(intent.verb, [])
        trouble = waiting.pop(0) if waiting else None
        if trouble is not None:
            raise trouble
        self.effects[intent.key] = intent
        if self.lose_answers:
            self.lose_answers -= 1
            raise ServiceUnreachable("answer lost")
        return contact(intent.target, version=2)


class Desk:
    def __init__(self) -> None:
        self.service = Service()
        self.posted: list[object] = []
        self.now = 0.0
        self.slept: list[float] = []
        self.settled = asyncio.Event()
        self.outbox = Outbox(self.service, self.post, clock=lambda: self.now, sleep=self.sleep, chance=lambda: 1.0)

    def post(self, message: object) -> None:
        self.posted.append(message)
        if self.outbox.count == 0 or isinstance(message, SessionEnded):
            self.settled.set()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    async def work(self) -> None:
        self.settled.clear()
        task = asyncio.ensure_future(self.outbox.run())
        await asyncio.wait_for(self.settled.wait(), 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def results(self, kind: type) -> list:
        return [one for one in self.posted if isinstance(one, kind)]


def attach(desk: Desk, to: str = "c1", **more: object) -> Intent:
    return desk.outbox.put("attach", to, wire.AttachRequest("o1"), **more)


def finish(desk: Desk, to: str = "c1", **more: object) -> Intent:
    return desk.outbox.put("finish", to, wire.FinishRequest("outage_attached"), **more)


async def test_sent_in_order_and_counted():
    desk = Desk()
    attach(desk)
    finish(desk)
    assert desk.outbox.count == 2
    await desk.work()
    assert desk.service.calls == [("attach", "c1"), ("finish", "c1")]
    assert [one.unsent for one in desk.results(OutboxChanged)] == [1, 2, 1, 0]
    assert [one.intent.verb for one in desk.results(IntentSent)] == ["attach", "finish"]


async def test_ten_minutes_without_a_service_lose_nothing_and_keep_the_order():
    desk = Desk()
    desk.service.troubles["attach"] = [AWAY] * 40
    attach(desk)
    finish(desk)
    finish(desk, "c2")
    await desk.work()
    assert len(desk.results(IntentSent)) == 3
    first_finish = desk.service.calls.index(("finish", "c1"))
    assert all(call[0] == "attach" or call[1] == "c2" for call in desk.service.calls[:first_finish])
    assert sum(desk.slept) >= 400
    assert max(desk.slept) <= 15
    assert [pause for pause in desk.slept if pause][:6] == [0.5, 1, 2, 4, 8, 15]


async def test_an_answer_lost_on_the_way_is_asked_for_again_under_the_same_key():
    desk = Desk()
    desk.service.lose_answers = 3
    finish(desk)
    await desk.work()
    assert len(desk.service.calls) == 4
    assert len(desk.service.effects) == 1


async def test_refused_comes_back_with_what_was_typed():
    desk = Desk()
    desk.service.troubles["note"] = [Invalid(problem("too_long", 422))]
    desk.outbox.put("note", "t1", wire.NewNote("Khách báo ở nhà buổi sáng"))
    await desk.work()
    [refused] = desk.results(IntentRefused)
    assert refused.intent.body.text == "Khách báo ở nhà buổi sáng"
    assert refused.reason.code == "too_long"
    assert desk.outbox.count == 0


async def test_what_needs_a_refused_step_is_not_sent():
    desk = Desk()
    desk.service.troubles["attach"] = [Conflict(problem("outage_closed"))]
    first = attach(desk)
    finish(desk, needs=first)
    await desk.work()
    assert [call[0] for call in desk.service.calls] == ["attach"]
    assert isinstance(desk.results(IntentRefused)[1].reason, NotSent)


async def test_what_needs_a_step_goes_after_it_and_not_at_all_once_that_was_refused():
    desk = Desk()
    first = attach(desk)
    finish(desk, needs=first)
    await desk.work()
    assert desk.service.calls == [("attach", "c1"), ("finish", "c1")]
    desk.service.troubles["attach"] = [Conflict(problem("outage_closed"))]
    second = attach(desk)
    await desk.work()
    finish(desk, needs=second)
    await desk.work()
    assert desk.service.calls[2:] == [("attach", "c1")]
    assert isinstance(desk.results(IntentRefused)[-1].reason, NotSent)


async def test_a_broken_answer_in_one_lane_does_not_hold_the_others_up():
    desk = Desk()
    desk.service.troubles["attach"] = [ServiceBroken(500)] * BROKEN_TRIES
    attach(desk, "c1")
    finish(desk, "c2")
    await desk.work()
    assert desk.service.calls[1] == ("finish", "c2")
    assert [one.intent.target for one in desk.results(IntentRefused)] == ["c1"]
    assert isinstance(desk.results(IntentRefused)[0].reason, ServiceBroken)


async def test_a_busy_service_is_asked_again_for_as_long_as_it_takes():
    desk = Desk()
    desk.service.troubles["attach"] = [ServiceBroken(503, retry_after=3.0)] * 20
    attach(desk)
    await desk.work()
    assert len(desk.results(IntentSent)) == 1
    assert min(desk.slept) >= 3


async def test_who_may_go_first_is_not_kept_waiting_by_who_must_wait_longer():
    desk = Desk()
    desk.service.troubles["attach"] = [ServiceBroken(503, retry_after=30.0)]
    desk.service.troubles["finish"] = [ServiceBroken(503, retry_after=3.0)]
    attach(desk, "c1")
    finish(desk, "c2")
    await desk.work()
    assert [verb for verb, _ in desk.service.calls] == ["attach", "finish", "finish", "attach"]


async def test_the_end_of_the_session_keeps_what_is_unsent():
    desk = Desk()
    desk.service.troubles["attach"] = [NotLoggedIn()]
    attach(desk)
    await desk.work()
    assert len(desk.results(SessionEnded)) == 1
    assert desk.outbox.count == 1
    desk.outbox.wake()
    await desk.work()
    assert len(desk.results(IntentSent)) == 1


@pytest.mark.parametrize(
    ("title", "reading", "kind"),
    [
        ("Phúc tra", "12871", IntentSent),
        ("Of somebody else", "12871", IntentRefused),
        ("Phúc tra", "12900", IntentRefused),
    ],
    ids=["mine", "their title", "their reading"],
)
async def test_a_stale_version_after_a_lost_answer_is_our_own_change(title, reading, kind):
    desk = Desk()
    now = ticket("t1", title=title, version=5, fields={"reading": reading, "other": "x"})
    desk.service.troubles["patch_ticket"] = [AWAY, Stale(problem("version_conflict", 412), now)]
    body = wire.PatchTicket(title="Phúc tra", fields={"reading": "12871", "gone": ""})
    desk.outbox.put("patch_ticket", "t1", body, version=4)
    await desk.work()
    assert len(desk.results(kind)) == 1


async def test_a_stale_version_at_the_first_try_is_a_conflict_even_if_equal():
    desk = Desk()
    now = ticket("t1", title="x", version=5)
    desk.service.troubles["patch_ticket"] = [Stale(problem("version_conflict", 412), now)]
    desk.outbox.put("patch_ticket", "t1", wire.PatchTicket(title="x"), version=4)
    await desk.work()
    [refused] = desk.results(IntentRefused)
    assert refused.reason.current == now


async def test_what_another_desk_left_goes_first_under_its_own_key():
    desk = Desk()
    finish(desk)
    left = Intent("attach", "c1", wire.AttachRequest("o1"), "c1", "k1", at=time.time() - 60)
    desk.outbox.restore([left, left])
    await desk.work()
    assert desk.service.calls == [("attach", "c1"), ("finish", "c1")]
    assert "k1" in desk.service.effects


async def test_an_intent_older_than_its_key_is_looked_at_by_a_person():
    desk = Desk()
    desk.outbox.restore([Intent("note", "t1", wire.NewNote("x"), "t1", "k1", at=time.time() - KEY_GOOD_S - 60)])
    await desk.work()
    assert desk.service.calls == []
    assert isinstance(desk.results(IntentRefused)[0].reason, WaitedTooLong)


async def test_nothing_is_sent_before_it_stands_on_the_disk():
    desk = Desk()
    order = []

    class Keeper:
        def soon(self) -> None:
            order.append("soon")

        async def safe(self) -> None:
            await asyncio.sleep(0)
            order.append(f"safe, {len(desk.service.calls)} sent")

    desk.outbox.keeper = Keeper()
    attach(desk)
    finish(desk, "c2")
    await desk.work()
    assert order == ["soon", "soon", "safe, 0 sent", "soon", "safe, 1 sent", "soon"]


async def test_the_same_intent_twice_is_one():
    desk = Desk()
    intent = attach(desk)
    desk.outbox.enqueue(intent)
    assert desk.outbox.count == 1


class Asked:
    """A look-up whose answers come when the test says so."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.shown: list[tuple[str, str]] = []
        self.failures: list[str] = []
        self.gate = asyncio.Semaphore(0)
        self.in_flight = self.most = 0
        self.latest = LatestWins(self.ask, lambda q, a: self.shown.append((q, a)), self.failed)

    async def ask(self, question: str) -> str:
        self.questions.append(question)
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await self.gate.acquire()
        self.in_flight -= 1
        if question == "bad":
            raise AWAY
        return question.upper()

    def failed(self, question: str, error: DeskError) -> None:
        self.failures.append(question)

    async def answer_all(self) -> None:
        for _ in range(20):
            self.gate.release()
        await asyncio.wait_for(self.latest.settled(), 5)


async def test_only_the_latest_text_is_asked_and_shown():
    asked = Asked()
    for text in ("n", "ng", "ngu", "nguyen"):
        asked.latest.want(text)
        await asyncio.sleep(0)
    assert asked.latest.busy
    await asked.answer_all()
    assert asked.questions == ["n", "nguyen"]
    assert asked.shown == [("nguyen", "NGUYEN")]
    assert asked.most == 1
    assert not asked.latest.busy
    asked.latest.want("ty")
    await asked.answer_all()
    assert asked.shown[-1] == ("ty", "TY")


async def test_a_dropped_question_shows_nothing():
    asked = Asked()
    asked.latest.want("n")
    await asyncio.sleep(0)
    asked.latest.drop()
    await asked.answer_all()
    assert asked.shown == []
    asked.latest.want("bad")
    await asked.answer_all()
    assert asked.failures == ["bad"]
