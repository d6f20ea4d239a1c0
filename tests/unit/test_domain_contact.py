"""The contact's table, step by step as the reference prints it, and what must never happen."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.wire import ContactState
from backend_stub.domain.contact import (
    IN_HAND,
    LIVE,
    TABLE,
    TERMINAL,
    IllegalTransition,
    Trigger,
    allowed,
    channel_class,
    finish_steps,
    mask_address,
    preview,
    replay,
    step,
)

STATES: tuple[ContactState, ...] = get_args(ContactState)
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)

# contact-centre.md section 7, row by row: from -> to.
REFERENCE = {
    None: {"queued", "refused"},
    "queued": {"offered", "abandoned", "queued", "callback_waiting", "timed_out", "lost_with_pbx"},
    "offered": {"queued", "connected", "abandoned", "callback_failed", "callback_waiting", "lost_with_pbx"},
    "callback_waiting": {"offered", "lost_with_pbx"},
    "connected": {"held", "queued", "wrap_up", "lost_with_pbx"},
    "held": {"connected", "wrap_up", "lost_with_pbx"},
    "wrap_up": {"closed", "lost_with_pbx"},
}


@pytest.mark.parametrize("state", [None, *STATES])
def test_the_table_is_the_references(state: ContactState | None) -> None:
    assert set(allowed(state)) == REFERENCE.get(state, set())


def test_live_and_terminal_are_all_there_is() -> None:
    assert set(LIVE) | set(TERMINAL) == set(STATES)
    assert not set(LIVE) & set(TERMINAL)
    assert set(IN_HAND) < set(LIVE)


@pytest.mark.parametrize("state", TERMINAL)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_terminal_states_stay_terminal(state: ContactState, trigger: Trigger) -> None:
    with pytest.raises(IllegalTransition) as refused:
        step(state, trigger)
    assert refused.value.allowed == []


def test_a_refusal_says_from_to_and_allowed() -> None:
    with pytest.raises(IllegalTransition) as refused:
        step("queued", "hold")
    error = refused.value
    assert (error.state, error.to) == ("queued", "held")
    assert "offered" in error.allowed
    assert "held" not in error.allowed


def test_every_state_can_be_reached() -> None:
    assert set(TABLE.values()) == set(STATES)


@pytest.mark.parametrize("state", ["connected", "held", "wrap_up"])
def test_finish_is_legal_from_every_state_in_hand(state: ContactState) -> None:
    for trigger in finish_steps(state):
        state = step(state, trigger)
    assert state == "closed"


@pytest.mark.parametrize("state", ["queued", "offered", "callback_waiting", *TERMINAL])
def test_finish_is_illegal_elsewhere(state: ContactState) -> None:
    with pytest.raises(IllegalTransition):
        step(state, finish_steps(state)[0])


@given(st.lists(st.sampled_from(TRIGGERS), max_size=30))
def test_replaying_what_was_accepted_gives_the_same_state(triggers: list[Trigger]) -> None:
    state, accepted = None, []
    for trigger in triggers:
        try:
            after = step(state, trigger)
        except IllegalTransition:
            continue
        assert state not in TERMINAL
        state = after
        accepted.append(trigger)
    assert replay(accepted) == state


def test_a_history_that_does_not_fit_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        replay(["join", "answer"])


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("0905123456", "*******456"),
        ("+84 905 123 456", "********456"),
        ("lan.tran@example.vn", "l***@example.vn"),
        ("@example.vn", "******evn"),
        ("zalo:246845883529197922", "*******************922"),
        ("112", "***"),
        ("1", "***"),
        ("", "***"),
    ],
)
def test_addresses_are_masked(address: str, seen: str) -> None:
    assert mask_address(address) == seen


@given(st.from_regex(r"0[0-9]{8,10}", fullmatch=True))
def test_a_masked_phone_shows_only_its_last_three_digits(phone: str) -> None:
    seen = mask_address(phone)
    assert seen.endswith(phone[-3:])
    assert sum(character.isdigit() for character in seen) == 3


@given(st.text(max_size=2_000))
def test_a_preview_is_one_short_line(text: str) -> None:
    line = preview(text)
    assert len(line) <= 160
    assert "\n" not in line


def test_a_long_preview_is_cut_at_the_cap_and_shows_it() -> None:
    assert preview("x" * 160) == "x" * 160
    assert preview("x" * 161) == "x" * 159 + "…"


def test_only_the_telephone_is_a_voice() -> None:
    assert channel_class("hotline") == "voice"
    written = ("website", "email", "zalo", "app", "webchat", "facebook")
    assert {channel_class(channel) for channel in written} == {"text"}
