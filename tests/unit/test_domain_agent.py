"""Intent and activity: the agent's table, pending wishes and free places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend_stub.domain.agent import (
    Agent,
    IllegalAgentStep,
    Slot,
    after_contact,
    ask,
    back,
    can_take,
    serving,
    slot_step,
    step,
)

CALL = Slot("hotline", "connected")
RINGING = Slot("hotline", "offered")
WRAPPING = Slot("hotline", "wrap_up")
CHAT = Slot("zalo", "connected")
READY = Agent("available", "idle", 100.0)


def test_a_contact_from_ring_to_ready() -> None:
    slot = "idle"
    for trigger, expected in (("reserve", "reserved"), ("answer", "on_contact"), ("hold", "on_contact"),
                              ("resume", "on_contact"), ("end", "wrap_up"), ("finish", "idle")):  # fmt: skip
        slot = slot_step(slot, trigger)
        assert slot == expected


@pytest.mark.parametrize(
    ("activity", "trigger"),
    [("offline", "reserve"), ("idle", "answer"), ("on_contact", "finish"), ("wrap_up", "answer"),
     ("on_contact", "log_out"), ("reserved", "log_out"), ("wrap_up", "log_out"), ("not_responding", "reserve")],
)  # fmt: skip
def test_what_the_table_does_not_have_is_refused(activity: str, trigger: str) -> None:
    with pytest.raises(IllegalAgentStep):
        step(activity, trigger)


def test_logging_in_makes_available_and_idle() -> None:
    assert ask(Agent(), "available", None, [], 5.0) == Agent("available", "idle", 5.0)


def test_a_pause_asked_in_a_contact_waits_for_the_end_of_the_wrap_up() -> None:
    talking = after_contact(READY, [CALL], "on_contact", 110.0)
    asked = ask(talking, "paused", "lunch", [CALL], 120.0)
    assert (asked.intent, asked.activity, asked.pending, asked.reason) == ("available", "on_contact", "paused", None)
    wrapping = after_contact(asked, [WRAPPING], "wrap_up", 130.0)
    assert (wrapping.intent, wrapping.activity, wrapping.pending) == ("available", "wrap_up", "paused")
    done = after_contact(wrapping, [], "idle", 140.0)
    assert done == Agent("paused", "idle", 140.0, reason="lunch")


def test_a_log_out_asked_in_a_contact_waits_too() -> None:
    asked = ask(replace(READY, activity="on_contact"), "logged_out", None, [CALL], 120.0)
    assert asked.activity == "on_contact"
    assert after_contact(asked, [], "idle", 130.0) == Agent("logged_out", "offline", 130.0)


def test_asking_for_what_one_has_takes_the_wish_back() -> None:
    asked = ask(replace(READY, activity="on_contact"), "paused", "x", [CALL], 1.0)
    assert ask(asked, "available", None, [CALL], 2.0).pending is None


def test_a_missed_offer_leaves_the_agent_not_responding_until_the_agent_returns() -> None:
    missed = after_contact(replace(READY, activity="reserved"), [], slot_step("reserved", "no_answer"), 120.0)
    assert (missed.intent, missed.activity) == ("available", "not_responding")
    assert not can_take(missed, [], "hotline")
    back = ask(missed, "available", None, [], 130.0)
    assert (back.activity, back.since) == ("idle", 130.0)
    assert can_take(back, [], "hotline")


def test_the_strongest_contact_is_shown_and_keeps_its_age() -> None:
    talking = after_contact(READY, [CHAT], "on_contact", 110.0)
    two = after_contact(talking, [CHAT, Slot("zalo", "offered")], "reserved", 120.0)
    assert (two.activity, two.since) == ("on_contact", 110.0)


@pytest.mark.parametrize(
    ("slots", "channel", "free"),
    [([], "hotline", True), ([CALL], "hotline", False), ([WRAPPING], "hotline", False), ([RINGING], "hotline", False),
     ([CHAT, CHAT], "webchat", True), ([CHAT, CHAT, CHAT], "email", False), ([CHAT], "hotline", True),
     ([Slot("hotline", "closed")], "hotline", True)],
)  # fmt: skip
def test_one_call_and_three_texts(slots: list[Slot], channel: str, free: bool) -> None:
    assert can_take(READY, slots, channel) is free


@pytest.mark.parametrize(
    "agent",
    [Agent(), Agent("paused", "idle"), Agent("available", "not_responding"), replace(READY, pending="paused")],
)
def test_who_is_not_available_takes_nothing(agent: Agent) -> None:
    assert not can_take(agent, [], "hotline")


RESTS = [
    READY, Agent("paused", "idle", reason="meal"), Agent("available", "not_responding"), Agent(),
    replace(READY, activity="on_contact", pending="paused", pending_reason="meal"),
]  # fmt: skip


@pytest.mark.parametrize("before", RESTS)
@pytest.mark.parametrize("wish", ["available", "paused", "logged_out"])
@pytest.mark.parametrize("busy", [False, True])
def test_a_wish_taken_back_is_as_it_was(before: Agent, wish: str, busy: bool) -> None:
    held = [CALL] if busy else []
    moved = ask(before, wish, "x", held or ([CALL] if before.activity == "on_contact" else []), 1.0)
    if not held and before.activity == "on_contact":
        moved = after_contact(moved, [], "idle", 1.5)
    if moved.activity == "offline" and before.activity != "offline":
        with pytest.raises(IllegalAgentStep):
            back(moved, before, held, 2.0)
        return
    after = back(moved, before, held, 2.0)
    if busy:
        assert (after.intent, after.pending or after.intent) == (moved.intent, before.pending or before.intent)
    elif before.pending is not None:
        # The contact it waited for is over.
        assert (after.intent, after.activity, after.reason, after.pending) == ("paused", "idle", "meal", None)
    else:
        rested = (before.intent, before.activity, before.reason, None)
        assert (after.intent, after.activity, after.reason, after.pending) == rested


def test_who_serves_more_keeps_what_they_can() -> None:
    assert serving({"billing": 4}, {"outage": 3}, only=False) == {"billing": 4, "outage": 3}
    assert serving({"billing": 4, "outage": 5}, {"outage": 3}, only=False) == {"billing": 4, "outage": 5}
    assert serving({"billing": 4}, {"outage": 3}, only=True) == {"outage": 3}


INTENTS = st.sampled_from(["available", "paused", "logged_out"])


@given(st.lists(st.tuples(INTENTS, st.booleans()), max_size=20))
def test_wishes_alone_never_break_the_agent(wishes: list[tuple[str, bool]]) -> None:
    agent = Agent()
    for now, (intent, busy) in enumerate(wishes):
        busy = busy and agent.intent == "available" and agent.activity == "idle"
        agent = ask(agent, intent, None, [CALL] if busy else [], float(now))
        assert (agent.intent == "logged_out") == (agent.activity == "offline")
        if not busy:
            assert agent.intent == intent
            assert agent.pending is None
        else:
            agent = after_contact(agent, [], "idle", now + 0.5)
            assert agent.intent == intent
