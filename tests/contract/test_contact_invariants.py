"""Any sequence of commands by any agents keeps the promises of the reference's section 7."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui import wire
from backend_stub.domain.agent import CAPACITY, SLOT_OF
from backend_stub.domain.contact import TERMINAL, channel_class, replay
from backend_stub.domain.routing import excluded
from backend_stub.domain.segments import Segment, Step, follow
from backend_stub.errors import Refused
from backend_stub.policy import Principal
from backend_stub.settings import Queue, Routing, Settings
from backend_stub.store import (
    agents,
    callbacks,
    contact_commands,
    contact_help,
    contact_intake,
    contact_offers,
    contact_queue,
    contact_rounds,
    contact_rows,
    migrations,
    users,
)
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from tests.full import count

# Everything that has a limit reaches it within a few acts.
SETTINGS = Settings(
    routing=Routing(acw_s=30.0, acw_more_s=15.0, dial_s=30.0, callback_retry_s=10.0, redial_s=20.0),
    queues={"outage": Queue("outage", max_wait_s=600.0), "billing": Queue("billing"), "service": Queue("service")},
)
QUEUES = SETTINGS.queues
RING_S = SETTINGS.routing.offer_s
CHANNELS = ("hotline", "hotline", "zalo", "webchat")
LEAD = Principal("lead", "lead", "Lead", "lead", "EVNCPC")


@pytest.fixture(scope="module")
def conn() -> Iterator[sqlite3.Connection]:
    """An in-memory database with three agents of one centre."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA foreign_keys = ON")
    migrations.apply(conn)
    yield conn
    conn.close()


@dataclass
class Centre:
    """One play: a centre, its agents, its contacts and what was seen so far."""

    conn: sqlite3.Connection
    now: float = 1_000.0
    people: list[Principal] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    over: dict[str, str] = field(default_factory=dict)
    told: dict[str, wire.Contact] = field(default_factory=dict)
    heard: int = 0
    since_limits: float = 0.0

    def run(self, command: Callable[[Tx], object]) -> bool:
        """Run a command as the engine does: what is refused leaves nothing behind."""
        self.conn.execute("SAVEPOINT command")
        try:
            command(Tx(self.conn, self.now))
        except Refused:
            self.conn.execute("ROLLBACK TO command")
            return False
        finally:
            self.conn.execute("RELEASE command")
        return True

    def join(self, n: int) -> None:
        channel = CHANNELS[n % len(CHANNELS)]
        queue = ("outage", "billing")[n % 2]
        new = wire.NewContact(f"x{len(self.contacts)}", channel, f"099900012{n % 3}", queue)

        def create(tx: Tx) -> None:
            row, _ = contact_intake.create(tx, new, source="ch", centre="EVNCPC", queues=QUEUES)
            self.contacts.append(row["id"])

        self.run(create)

    def act(self, verb: str, who: int, which: int, other: int) -> None:
        user = self.people[who % len(self.people)]
        colleague = self.people[other % len(self.people)]
        if verb in ("available", "paused", "logged_out"):
            self.run(lambda tx: agents.ask(tx, user.id, verb, None))
        elif verb == "next":
            self.run(lambda tx: contact_offers.take_next(tx, user))
        elif verb == "limits":
            self.run(lambda tx: contact_rounds.limits(tx, SETTINGS))
        elif verb == "route":
            self.run(lambda tx: contact_rounds.route(tx, SETTINGS))
        elif verb == "again":
            self.again(which)
        elif contact := self.choose(verb, user, which):
            self.run(lambda tx: self.verb(tx, verb, contact_rows.need(tx.conn, contact), user, colleague))

    def choose(self, verb: str, user: Principal, which: int) -> str | None:
        """Mostly the agent's own contact or one that waits: pure chance would be refused nearly every time."""
        if which == 5:
            return self.contacts[-1]
        own = verb not in ("take", "abandon", "dial", "reassign", "take_over")
        rows = [contact_rows.need(self.conn, contact) for contact in self.live()]
        likely = [r["id"] for r in rows if (user.id in (contact_rows.holder(r), r["offered_to"])) == own
                  and r["state"] not in TERMINAL]  # fmt: skip
        return likely[which % len(likely)] if likely else None

    @staticmethod
    def verb(tx: Tx, verb: str, row: sqlite3.Row, user: Principal, colleague: Principal) -> None:
        match verb:
            case "to_queue":
                request = wire.TransferRequest(queue="service")
                contact_help.transfer(tx, row, user, request, queues=QUEUES, ring_s=RING_S)
            case "to_agent":
                request = wire.TransferRequest(agent=colleague.id)
                contact_help.transfer(tx, row, user, request, queues=QUEUES, ring_s=RING_S)
            case "callback":
                contact_commands.callback(tx, row, user, wire.CallbackRequest())
            case "dial":
                callbacks.dial(tx, row, user, SETTINGS.routing)
            case "reached" | "no_answer" | "wrong_number":
                callbacks.result(tx, row, user, verb, SETTINGS.routing)
            case "reassign":
                contact_help.reassign(tx, row, LEAD, colleague.id, RING_S)
            case "take_over":
                contact_help.take_over(tx, row, user)
            case "consult":
                contact_help.consult(tx, row, user, wire.ConsultRequest(agent=colleague.id))
            case "end_consult" | "complete_consult":
                getattr(contact_help, verb)(tx, row, user)
            case "end":
                contact_commands.end(tx, row, user, SETTINGS.routing.acw_s)
            case "more_time":
                contact_commands.more_time(tx, row, user, SETTINGS.routing.acw_more_s)
            case "finish":
                contact_commands.finish(tx, row, user, wire.FinishRequest("other"))
            case "abandon":
                contact_commands.abandon(tx, row, LEAD)
            case "take" | "decline":
                getattr(contact_offers, verb)(tx, row, user)
            case _:
                getattr(contact_commands, verb)(tx, row, user)

    def again(self, which: int) -> None:
        """A report that comes twice changes nothing at all."""
        row = contact_rows.need(self.conn, self.contacts[which % len(self.contacts)])
        before = self.conn.total_changes
        new = wire.NewContact(row["external_id"], row["channel"], row["address"], row["queue"])

        def create(tx: Tx) -> None:
            assert contact_intake.create(tx, new, source="ch", centre="EVNCPC", queues=QUEUES) == (row, False)

        assert self.run(create)
        assert self.conn.total_changes == before

    def nobody_waits_beside_the_free(self) -> None:
        """After a round of the router no ready agent and no waiting contact are left that fit each other."""
        self.run(lambda tx: contact_rounds.route(tx, SETTINGS))
        assert contact_queue.plan(self.conn, "EVNCPC", CAPACITY, self.now) == []
        free = {ready.id: ready for ready in contact_queue.ready(self.conn, "EVNCPC", list(QUEUES), CAPACITY)}
        for contact in self.live():
            row = contact_rows.need(self.conn, contact)
            if row["waits"] == 1:
                waiting = contact_queue.waiting_of(row)
                left = [one for one in free.values() if one.serves(waiting) and not excluded(waiting, one.id, self.now)]
                assert not left, f"{contact} waits beside {left}"

    def live(self) -> list[str]:
        return [contact for contact in self.contacts if self.over.get(contact) not in TERMINAL]

    def check(self, everything: bool = False) -> None:
        sql = "SELECT seq, kind, data FROM event_log WHERE seq > ? ORDER BY seq"
        for seq, kind, data in self.conn.execute(sql, (self.heard,)):
            self.heard = seq
            if kind == "contact.changed":
                contact = msgspec.json.decode(data, type=wire.Contact)
                self.told[contact.id] = contact
        rows = [contact_rows.need(self.conn, contact) for contact in (self.contacts if everything else self.live())]
        for row in rows:
            self.check_contact(row)
        for person in self.people:
            self.check_agent(person.id, rows)
        first, last, count = self.conn.execute("SELECT min(seq), max(seq), count(*) FROM event_log").fetchone()
        assert last - first + 1 == count

    def check_contact(self, row: sqlite3.Row) -> None:
        sql = "SELECT * FROM contact_event WHERE contact = ? ORDER BY n"
        log = [event for event in self.conn.execute(sql, (row["id"],)) if event["trigger"] not in REMARKS]
        assert replay([event["trigger"] for event in log]) == row["state"]
        if row["state"] in TERMINAL:
            self.check_log(row, log)
        assert self.over.setdefault(row["id"], row["state"]) == row["state"] or self.over[row["id"]] not in TERMINAL
        self.over[row["id"]] = row["state"]
        segments = self.conn.execute("SELECT * FROM segment WHERE contact = ? ORDER BY n", (row["id"],)).fetchall()
        open_now = [segment for segment in segments if segment["outcome"] is None]
        assert len(open_now) == (0 if row["state"] in (*TERMINAL, "callback_waiting") else 1)
        assert (row["offered_to"] is not None) == (row["state"] == "offered")
        assert row["offer_until"] is None or self.now <= row["offer_until"] + self.since_limits + 2
        assert row["consulted"] is None or row["state"] in ("connected", "held")
        waits = row["state"] == "queued" or (row["state"] == "callback_waiting" and row["due"])
        assert (row["waits"] or 0) == int(waits)
        for segment in segments:
            times = [segment[name] for name in ("joined_at", "offered_at", "answered_at", "ended_at")]
            known = [time for time in times if time is not None]
            assert known == sorted(known)
        assert self.told[row["id"]] == contact_rows.to_wire(row, mask=contact_rows.holder(row) is None)

    def check_log(self, row: sqlite3.Row, log: list[sqlite3.Row]) -> None:
        """The history alone gives the segments again, to the second."""
        made: list[Segment] = []
        current: Segment | None = None
        agent = None
        first = self.conn.execute("SELECT queue FROM segment WHERE contact = ? ORDER BY n", (row["id"],)).fetchone()
        queue = first["queue"]
        for event in log:
            trigger = event["trigger"]
            if trigger == "reserve":
                agent = event["detail"] or event["by"]
            moves_on = trigger in ("transfer", "release", "overflow")
            if moves_on and event["detail"] in QUEUES:
                queue = event["detail"]
            step = Step(trigger, event["at"], queue, row["joined_at"], agent, queue if moves_on else None)
            before, following = follow(current, step)
            current = following if following is not None else before
            if before is not None and before.outcome is not None:
                made.append(before)
                current = following
        columns = ", ".join(Segment.__struct_fields__)
        stored = self.conn.execute(f"SELECT {columns} FROM segment WHERE contact = ? ORDER BY n", (row["id"],))
        assert made == [Segment(*found) for found in stored]

    def check_agent(self, user_id: str, rows: list[sqlite3.Row]) -> None:
        mine = [r for r in rows if user_id in (contact_rows.holder(r), r["offered_to"])]
        for kind, most in CAPACITY.items():
            assert sum(1 for row in mine if channel_class(row["channel"]) == kind) <= most
        state = agents.load(self.conn, user_id)
        shown = {SLOT_OF[row["state"]] for row in mine}
        if shown:
            expected = next(a for a in ("on_contact", "wrap_up", "reserved") if a in shown)
            assert state.activity == expected
            assert state.intent == "available"
        else:
            assert state.activity in ("idle", "not_responding", "offline")
            assert state.pending is None
            assert (state.activity == "offline") == (state.intent == "logged_out")


VERBS = ("available", "available", "paused", "logged_out", "next", "next", "limits", "route", "route", "take", "take",
         "decline", "hold", "resume", "release", "end", "end", "finish", "finish", "to_queue", "to_agent", "to_agent",
         "callback", "callback", "abandon", "dial", "dial", "reached", "no_answer", "no_answer", "wrong_number",
         "reassign", "take_over", "consult", "end_consult", "complete_consult", "more_time", "again")  # fmt: skip
SECONDS = st.sampled_from([0.0, 7.5, 21.0])
ACTS = st.one_of(
    st.tuples(st.just("join"), st.integers(0, 7), st.just(0), st.just(0), st.just(0.0)),
    st.tuples(st.sampled_from(VERBS), st.integers(0, 2), st.integers(0, 5), st.integers(0, 2), SECONDS),
)


REMARKS = ("consult", "consult_end", "more_time", "identify")
Act = tuple[str, int, int, int, float]


def play(conn: sqlite3.Connection, acts: Iterable[Act]) -> Centre:
    """Play acts in a fresh centre of three agents and five contacts, every promise checked after each."""
    centre = Centre(conn)
    for name in ("lan", "minh", "thu"):
        user_id = users.add(conn, username=name, name=name, role="agent", centre="EVNCPC", password_hash="-", now=0.0)
        centre.people.append(Principal(user_id, name, name, "agent", "EVNCPC"))
        centre.run(lambda tx, user_id=user_id: agents.ask(tx, user_id, "available", None))
    for n in (0, 1, 2, 0, 1):
        centre.join(n)
    for verb, who, which, other, seconds in acts:
        centre.now += seconds
        centre.since_limits = 0.0 if verb == "limits" else centre.since_limits + seconds
        if verb == "join":
            centre.join(who)
        else:
            centre.act(verb, who, which, other)
        centre.check()
        if verb == "route":
            centre.nobody_waits_beside_the_free()
    centre.check(everything=True)
    return centre


@pytest.fixture
def stage(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The database as it was before, afterwards."""
    conn.execute("SAVEPOINT play")
    yield conn
    conn.execute("ROLLBACK TO play")
    conn.execute("RELEASE play")


@settings(deadline=None, max_examples=count(30, 300))
@given(st.lists(ACTS, min_size=15, max_size=40))
def test_any_sequence_keeps_the_promises(conn: sqlite3.Connection, acts: list[Act]) -> None:
    conn.execute("SAVEPOINT play")
    try:
        play(conn, acts)
    finally:
        conn.execute("ROLLBACK TO play")
        conn.execute("RELEASE play")


@pytest.mark.parametrize("seed", range(count(3, 200)))
def test_long_days_keep_them_too(stage: sqlite3.Connection, seed: int) -> None:
    """Uniformly random days reach the rare meetings that short generated lists seldom do."""
    chance = random.Random(seed)
    acts: list[Act] = []
    for _ in range(500):
        verb = "join" if chance.random() < 0.12 else chance.choice(VERBS)
        who, which, other = chance.randrange(24), chance.randrange(6), chance.randrange(3)
        acts.append((verb, who, which, other, chance.choice((0.0, 7.5, 21.0))))
    centre = play(stage, acts)
    outcomes = dict(stage.execute("SELECT outcome, count(*) FROM segment WHERE outcome IS NOT NULL GROUP BY 1"))
    assert {"answered", "abandoned", "withdrawn"} <= set(outcomes) <= {"answered", "abandoned", "withdrawn", "timeout"}
    offered = stage.execute("SELECT count(*) FROM segment").fetchone()[0]
    still_open = stage.execute("SELECT count(*) FROM segment WHERE outcome IS NULL").fetchone()[0]
    assert sum(outcomes.values()) == offered - still_open
    assert {"closed", "abandoned"} <= set(centre.over.values())


def test_a_closed_segment_is_history(stage: sqlite3.Connection) -> None:
    centre = Centre(stage)
    centre.join(0)
    assert centre.run(lambda tx: contact_commands.abandon(tx, contact_rows.need(tx.conn, centre.contacts[0]), LEAD))
    for sql in ("UPDATE segment SET hold_s = 1", "DELETE FROM segment"):
        with pytest.raises(sqlite3.IntegrityError):
            stage.execute(sql)
