import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.desk.queue_order import TERMINAL, order, totals, virtual_age
from agent_tui.desk.store import CLOSED_KEPT, DeskState, Diff, Gap
from tests.unit.desk_samples import ME, MY_STATE, NOW, agent, ago, contact, event, outage, snapshot, ticket

IDS = ["a", "b", "c", "d"]
STATES = ["queued", "offered", "connected", "held", "wrap_up", "callback_waiting", *sorted(TERMINAL)]


def replica(*contacts: wire.Contact, seq: int = 0) -> DeskState:
    state = DeskState(ME)
    state.take_snapshot(snapshot(seq, contacts))
    return state


def change(seq: int, body: object, kind: str = "contact.changed", after: int | None = None) -> wire.Event:
    return event(seq, kind, body, after)


def test_snapshot_replaces_everything_and_asks_for_a_full_redraw():
    state = replica(contact("a"), seq=3)
    diff = state.take_snapshot(snapshot(9, (contact("b"),), outages=[outage("o")], agents=[agent("u2")]))
    assert diff.everything
    assert set(state.contacts) == {"b"}
    assert set(state.outages) == {"o"}
    assert set(state.agents) == {"u2"}
    assert state.seq == 9
    assert (state.me, state.banner, state.data_gap) == (MY_STATE, None, False)
    busy, banner = wire.AgentState("break", "idle", NOW), wire.Banner(wire.Say("vi", "en"))
    state.take_snapshot(snapshot(10, me=busy, banner=banner, data_gap=True))
    assert (state.me, state.banner, state.data_gap) == (busy, banner, True)


def test_a_seen_event_changes_nothing_and_a_hole_raises():
    state = replica(contact("a"), seq=5)
    assert not state.apply(change(5, contact("a", state="offered", version=2)))
    assert state.contacts["a"].state == "queued"
    with pytest.raises(Gap):
        state.apply(change(7, contact("a", state="offered", version=2)))
    assert state.seq == 5


def test_numbers_of_other_centres_are_no_hole():
    state = replica(contact("a"), seq=5)
    diff = state.apply(change(9, contact("a", state="offered", version=2), after=5))
    assert diff.contacts == {"a"}
    assert state.seq == 9
    with pytest.raises(Gap):
        state.apply(change(14, contact("a", version=3), after=12))


def test_an_event_that_cannot_be_read_is_a_gap():
    state = replica()
    with pytest.raises(Gap):
        state.apply(change(1, {"id": "a", "state": 7}))


def test_hand_offer_and_me_follow_the_events():
    state = replica(contact("a"), contact("b"))
    state.apply(change(1, contact("a", state="offered", offered_to="u1", version=2)))
    assert state.offer is not None
    assert state.offer.id == "a"
    assert state.hand is None
    state.apply(change(2, contact("a", state="connected", agent="u1", version=3)))
    assert state.offer is None
    assert state.hand is not None
    diff = state.apply(change(3, agent("u1", activity="on_contact"), "agent.changed"))
    assert diff.me
    assert state.me is not None
    assert state.me.activity == "on_contact"
    assert not state.apply(change(4, agent("u2", activity="wrap_up"), "agent.changed")).me
    assert state.me.activity == "on_contact"


def test_terminal_contacts_leave_and_one_torn_from_the_hand_is_remembered():
    state = replica(contact("a", state="connected", agent="u1"), contact("b", state="connected", agent="u1"))
    state.apply(change(1, contact("a", state="closed", agent="u1", version=2)))
    assert "a" not in state.contacts
    assert state.fallen is None
    state.apply(change(2, contact("b", state="lost_with_pbx", agent="u1", version=2)))
    assert state.contacts == {}
    assert state.hand is None
    assert state.fallen is not None
    assert state.fallen.id == "b"
    state.forget_fallen()
    state.apply(change(3, contact("c", state="connected", agent="u2")))
    state.apply(change(4, contact("c", state="lost_with_pbx", agent="u2", version=2)))
    assert state.fallen is None, "what fell from somebody else's hand is theirs"


def test_an_answer_that_overtakes_the_stream_is_not_undone_by_it():
    state = replica(contact("a"))
    state.absorb(contact("a", state="connected", agent="u1", version=3))
    state.absorb(contact("a", state="closed", agent="u1", version=5))
    assert not state.apply(change(1, contact("a", state="connected", agent="u1", version=3)))
    assert state.contacts == {}
    state.apply(change(2, contact("a", state="closed", agent="u1", version=5)))
    assert state.contacts == {}
    assert not state.absorb(contact("a", state="queued", version=0))


def test_a_snapshot_older_than_our_answer_keeps_the_answer():
    state = replica(contact("a"))
    state.absorb(contact("a", state="closed", version=5))
    state.take_snapshot(snapshot(4, (contact("a", state="connected", version=3),)))
    assert state.contacts == {}
    state.take_snapshot(snapshot(1, (contact("a", version=1),), generation="g2"))
    assert set(state.contacts) == {"a"}


def test_tickets_keep_the_newest_of_list_and_stream():
    state = replica()
    state.apply(change(1, ticket("t", version=4, title="new"), "ticket.changed"))
    assert not state.keep_tickets([ticket("t", version=3, title="old")])
    assert state.keep_tickets([ticket("s")]).tickets == {"s"}
    assert state.tickets["t"].title == "new"
    state.apply(change(2, {"id": "s", "presence": [{"user": "minh", "doing": "editing"}]}, "presence.changed"))
    assert state.tickets["s"].presence[0].user == "minh"


def test_gone_and_banner():
    state = replica(contact("a"))
    assert state.apply(change(1, wire.Gone("a"))).contacts == {"a"}
    assert state.contacts == {}
    say = wire.Banner(wire.Say("vi", "en"))
    assert state.apply(change(2, say, "banner.changed")).banner
    assert state.banner == say
    state.apply(change(3, None, "banner.changed"))
    assert state.banner is None
    assert not state.apply(change(4, {"anything": 1}, "something.new"))
    assert not state.apply(change(5, wire.Gone("wallboard"), "wallboard.changed")), "an older copy in the log"
    assert state.seq == 5


def test_hostile_text_is_clean_before_it_is_stored():
    state = replica()
    state.apply(change(1, contact("a", name="[/b]\x1b]52;c;aGk=\x07\u202e")))
    name = state.contacts["a"].name
    assert name is not None
    assert name.startswith("[/b]")
    assert name.isprintable()


def test_outages_stay_while_the_supply_is_off_and_works_on_their_day():
    state = replica()
    state.apply(change(1, outage("o"), "outage.changed"))
    assert set(state.outages) == {"o"}
    state.apply(change(2, outage("o", status="restored", version=2), "outage.changed"))
    assert state.outages == {}
    work = outage("p", kind="planned", status="notified", started_at=ago(-3600))
    state.apply(change(3, work, "outage.changed"))
    assert set(state.outages) == {"p"}
    state.apply(change(4, outage("q", kind="planned", status="notified", started_at=ago(-86400)), "outage.changed"))
    assert set(state.outages) == {"p"}


def test_service_time_follows_the_services_clock():
    state = DeskState(ME)
    state.take_snapshot(snapshot(1), local=ago(90))
    assert state.service_time(ago(90)) == NOW


@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(STATES)), max_size=30),
    replays=st.lists(st.integers(0, 29), max_size=15),
    cut=st.integers(0, 30),
)
def test_any_stream_with_replays_equals_a_plain_dict(steps, replays, cut):
    model: dict[str, wire.Contact] = {}
    history = []
    for seq, (name, phase) in enumerate(steps, 1):
        model[name] = contact(name, state=phase, version=seq, agent="u1")
        history.append(change(seq, model[name]))
    sent = list(history)
    for position in sorted(replays, reverse=True):
        if position < len(history):
            sent.insert(position + 1, history[max(0, position - 3)])
    state = replica()
    for one in sent:
        state.apply(one)
    live = {name: one for name, one in model.items() if one.state not in TERMINAL}
    assert state.contacts == live
    # The same through a snapshot somewhere in the middle and a replay from before it.
    middle = min(cut, len(history))
    early = {body.id: body for body in (contact(n, state=p, version=s, agent="u1") for s, (n, p) in
             enumerate(steps[:middle], 1))}  # fmt: skip
    late = replica(*(one for one in early.values() if one.state not in TERMINAL), seq=middle)
    late.apply_all(history)
    assert late.contacts == live


@settings(max_examples=100, deadline=None)
@given(missing=st.integers(1, 9))
def test_any_missing_event_is_noticed_at_the_next_one(missing):
    state = replica()
    history = [change(seq, contact("a", version=seq)) for seq in range(1, 11)]
    del history[missing - 1]
    with pytest.raises(Gap):
        state.apply_all(history)


def test_routing_order_is_the_published_one():
    waiting = [
        contact("A", joined_at=ago(300)),
        contact("B", joined_at=ago(150), priority_class="hospital"),
        contact("C", joined_at=ago(95), priority_class="repeat"),
        contact("D", joined_at=ago(10), priority_class="danger"),
    ]
    assert [virtual_age(one, NOW) for one in waiting[:3]] == [300, 450, 185]
    assert order(waiting, "u1", NOW) == ["D", "B", "A", "C"]


def test_mine_stands_on_top_then_what_rings_for_me():
    rows = [
        contact("danger", priority_class="danger"),
        contact("mine", state="held", agent="u1"),
        contact("ring", state="offered", offered_to="u1"),
        contact("other_ring", state="offered", offered_to="u2", joined_at=ago(50)),
        contact("theirs", state="connected", agent="u2", joined_at=ago(900)),
        contact("promise", state="callback_waiting", joined_at=ago(900)),
    ]
    assert order(rows, "u1", NOW) == ["mine", "ring", "danger", "other_ring", "promise", "theirs"]


def test_totals_count_what_waits():
    rows = [
        contact("a", joined_at=ago(252)),
        contact("b", state="offered", joined_at=ago(30)),
        contact("c", joined_at=ago(-5), priority_class="life_support"),
        contact("d", state="connected", agent="u2", joined_at=ago(999)),
        contact("e", state="callback_waiting", joined_at=ago(999)),
    ]
    sums = totals(rows, NOW)
    assert (sums.waiting, sums.longest_s, sums.late, sums.first_class) == (3, 252, 1, 1)
    assert (sums.callbacks, sums.in_hands) == (1, 1)
    assert totals(rows, NOW, late_after=20).late == 2


def test_diffs_unite():
    both = Diff(contacts=frozenset("a"), me=True) | Diff(contacts=frozenset("b"), tickets=frozenset("t"))
    assert both == Diff(contacts=frozenset("ab"), tickets=frozenset("t"), me=True)
    assert not Diff()


def test_closed_tickets_that_were_read_stay_beside_the_ones_the_stream_told() -> None:
    state = DeskState(ME)
    read = [ticket(f"r{n}", status="closed") for n in range(1_000)]
    state.keep_tickets(read)
    assert len(state.tickets) == 1_000
    for n in range(1_000):
        state.absorb(ticket(f"r{n}", status="closed", version=9))
    assert len(state.tickets) == 1_000, "a change of many of them drops none of the list"


def test_of_the_closed_tickets_the_stream_told_the_last_stay_however_often_each_was_told() -> None:
    state = DeskState(ME)
    state.absorb(ticket("open"))
    for n in range(CLOSED_KEPT + 50):
        for version in (1, 2):
            state.absorb(ticket(f"t{n}", status="closed", version=version))
    assert len(state.tickets) == CLOSED_KEPT + 1
    assert {"open", f"t{CLOSED_KEPT + 49}"} <= state.tickets.keys()
    assert "t49" not in state.tickets
