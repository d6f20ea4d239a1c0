"""A simulated day, measured twice: by the reports and the wallboard, and by counting every second of it by hand."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest

from backend_stub.domain import metrics
from backend_stub.domain.localtime import VIETNAM
from backend_stub.settings import Queue, Settings
from backend_stub.store import reports
from backend_stub.store.driver import sqlite3
from backend_stub.store.metrics import Ledger
from tests.full import count
from tests.service import make_database

DAY = date(2026, 11, 20)
START = int(datetime(2026, 11, 20, tzinfo=VIETNAM).timestamp())
CENTRES = ("EVNCPC", "EVNHANOI")
SETTINGS = Settings(queues={"outage": Queue("outage", 30), "billing": Queue("billing", 20)})
HOUR = 3_600


@dataclass
class Call:
    """One stay of the simulated truth, in whole seconds; `end` is None while it lasts."""

    contact: str
    centre: str
    channel: str
    queue: str
    joined: int
    answered: int | None
    ended: int | None
    hold: int
    acw: int
    outcome: str | None
    callback: int = 0
    transferred_to: str | None = None


def day(seed: int, calls: int, hours: int = 24) -> list[Call]:
    """Make up a day: stays that overlap, of every outcome, with transfers, overflows and call backs."""
    rng, made = random.Random(seed), []
    for n in range(calls):
        centre, queue = rng.choice(CENTRES), rng.choice(("outage", "billing"))
        channel = rng.choice(("hotline", "hotline", "hotline", "zalo"))
        joined, wait = START + rng.randrange(hours * HOUR), min(900, int(rng.expovariate(1 / 40)))
        outcome = rng.choices(
            ("answered", "abandoned", "timeout", "withdrawn", "exit_key", "refused", "overflowed", "lost_with_pbx"),
            (70, 15, 2, 3, 2, 2, 3, 1),
        )[0]  # fmt: skip
        call = Call(f"c{n}", centre, channel, queue, joined, None, joined + wait, 0, 0, outcome)
        if outcome == "refused":
            call.ended = joined
        made.append(call)
        if outcome == "answered":
            _talk(rng, call, joined + wait)
            if rng.random() < 0.1:
                call.acw, call.transferred_to = 0, "billing"
                moved = Call(f"c{n}", centre, channel, "billing", call.ended or 0, None, None, 0, 0, "answered")
                _talk(rng, moved, moved.joined + rng.randrange(60))
                made.append(moved)
        if outcome in ("withdrawn", "exit_key") and rng.random() < 0.7:
            back = Call(f"c{n}", centre, channel, queue, joined, None, joined + wait + 600, 0, 0, "withdrawn", 1)
            if rng.random() < 0.8:
                back.outcome = "answered"
                _talk(rng, back, joined + wait + rng.randrange(600, 5_000))
            made.append(back)
    return made


def _talk(rng: random.Random, call: Call, answered: int) -> None:
    call.answered, call.hold, call.acw = answered, rng.choice((0, 0, 15)), rng.randrange(40)
    call.ended = answered + call.hold + 5 + int(rng.expovariate(1 / 150))


def stored(path: Path, calls: list[Call]) -> sqlite3.Connection:
    """Put the stays into a database as the contacts' own doors would have left them."""
    conn = sqlite3.connect(str(make_database(path)), isolation_level=None)
    conn.row_factory = sqlite3.Row
    conn.execute("BEGIN")
    for contact in {call.contact: call for call in calls}.values():
        put_contact(conn, contact, "closed")
    for call in calls:
        put_stay(conn, call)
    conn.execute("COMMIT")
    return conn


def put_contact(conn: sqlite3.Connection, call: Call, state: str) -> None:
    conn.execute(
        """INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, priority_class,
        joined_at, address, state_since) VALUES (?, 's', ?, ?, ?, ?, ?, 'outage', 'normal', ?, '', ?)""",
        (call.contact, call.contact, call.centre, call.channel, state, call.queue, call.joined, call.joined),
    )


def put_stay(conn: sqlite3.Connection, call: Call) -> None:
    conn.execute(
        """INSERT INTO segment (contact, centre, channel, queue, joined_at, agent, answered_at, ended_at, hold_s, acw_s,
        outcome, transferred_to, callback) VALUES (?, ?, ?, ?, ?, 'u', ?, ?, ?, ?, ?, ?, ?)""",
        (call.contact, call.centre, call.channel, call.queue, call.joined, call.answered, call.ended, call.hold,
         call.acw, call.outcome, call.transferred_to, call.callback),
    )  # fmt: skip


class ByHand:
    """The day second by second: who waits, who talks, who was in time; no formula of ours is used."""

    def __init__(self, calls: list[Call], now: int) -> None:
        self.count: Counter[str] = Counter()
        self.in_time = self.late = self.short = self.waiting_s = self.talking_s = self.acw_s = 0
        for call in (call for call in calls if call.joined <= now):
            self._follow(call, {"outage": 30, "billing": 20}[call.queue])

    def _follow(self, call: Call, threshold: int) -> None:
        second, held = call.joined, call.hold
        while call.answered is not None and second < call.answered and not call.callback:
            self.waiting_s += 1
            second += 1
        if call.outcome == "refused":
            self.count["refused"] += 1
            return
        if call.answered is not None and call.ended is not None:
            for _ in range(call.answered, call.ended):
                self.talking_s += held <= 0
                held -= 1
            self.acw_s += call.acw
            self.count["handled"] += 1
        if call.callback:
            self.count["callbacks"] += 1
            return
        self.count["offered"] += 1
        self.count["answered" if call.answered is not None else call.outcome or "waiting"] += 1
        if call.answered is not None:
            self.in_time += second - call.joined <= threshold
            self.late += second - call.joined > threshold
        elif call.outcome == "abandoned" and call.ended is not None:
            self.short += call.ended - call.joined <= 5

    def service_level(self) -> float:
        failed = sum(self.count[name] for name in ("abandoned", "timeout", "withdrawn", "exit_key", "lost_with_pbx"))
        return self.in_time / (self.in_time + self.late + failed - self.short)


@pytest.fixture(scope="module")
def made() -> list[Call]:
    return day(seed=4, calls=count(1_500, 19_178))


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory, made: list[Call]) -> sqlite3.Connection:
    return stored(tmp_path_factory.mktemp("day"), made)


@pytest.mark.parametrize("centre", [None, *CENTRES])
@pytest.mark.parametrize("minutes", [15, 30])
def test_the_report_says_what_counting_says(conn, made: list[Call], centre: str | None, minutes: int) -> None:
    report = reports.intervals(conn, DAY, minutes, reports.Filter(centre), SETTINGS, START + 3 * 86_400)
    # What was transferred in the last minutes joined its next queue tomorrow.
    mine = [call for call in made if centre in (None, call.centre) and call.joined < START + 86_400]
    assert len(report.items) == 24 * 60 // minutes
    for n, row in enumerate(report.items):
        begin = START + n * minutes * 60
        inside = [call for call in mine if begin <= call.joined < begin + minutes * 60]
        hand = ByHand(inside, START + 2 * 86_400)
        assert (row.offered, row.answered, row.refused) == tuple(
            hand.count[k] for k in ("offered", "answered", "refused")
        )
        assert row.calls == len({call.contact for call in inside if not call.callback and call.outcome != "refused"})
        assert row.final
    hand, total = ByHand(mine, START + 2 * 86_400), report.total
    assert total.offered == hand.count["offered"] == sum(row.offered for row in report.items)
    assert (total.timed_out, total.overflowed, total.withdrawn) == (
        hand.count["timeout"], hand.count["overflowed"], hand.count["withdrawn"]
    )  # fmt: skip
    assert (total.callbacks_called, total.handled) == (hand.count["callbacks"], hand.count["handled"])
    assert total.asa_s_ASA_all == pytest.approx(hand.waiting_s / hand.count["answered"])
    assert (total.talk_s, total.acw_s) == (hand.talking_s, hand.acw_s)
    assert total.service_level_SL_short == pytest.approx(hand.service_level())
    assert total.abandon_rate_AB_all == pytest.approx(hand.count["abandoned"] / hand.count["offered"])
    abandoned = [
        getattr(total, name) for name in total.__struct_fields__ if name.startswith(("abandoned_le", "abandoned_gt"))
    ]
    assert sum(abandoned) == total.abandoned


def test_outcomes_add_up_in_every_interval(conn) -> None:
    report = reports.intervals(conn, DAY, 15, reports.Filter(), SETTINGS, START + 3 * 86_400)
    for row in (*report.items, report.total):
        outcomes = (row.answered, row.abandoned, row.timed_out, row.withdrawn, row.exit_key, row.overflowed,
                    row.lost_with_pbx, row.waiting)  # fmt: skip
        assert sum(outcomes) == row.offered


def test_a_day_watched_live_is_the_day_read_afterwards(tmp_path: Path) -> None:
    """The running sums, brought up to date every half hour while stays open, are answered and close."""
    made = day(seed=9, calls=300, hours=6)
    conn = sqlite3.connect(str(make_database(tmp_path)), isolation_level=None)
    conn.row_factory = sqlite3.Row
    for contact in {call.contact: call for call in made}.values():
        put_contact(conn, contact, "closed")
    live, rowids = Ledger(), {}
    for now in range(START, START + 9 * HOUR, 1_800):
        conn.execute("BEGIN")
        for n, call in enumerate(made):
            state = as_of(call, now)
            if state is not None and rowids.get(n) != state:
                step(conn, n, call, state, rowids)
        conn.execute("COMMIT")
        books = live.look(conn, SETTINGS, now)
        begun = [call for call in made if call.joined <= now and visible(call, now)]
        hand = ByHand([seen(call, now) for call in begun], now)
        today = books.today()
        assert (today.offered, today.waiting) == (hand.count["offered"], hand.count["waiting"])
        assert (today.answered, today.answered_in, today.short) == (hand.count["answered"], hand.in_time, hand.short)
        assert books.today("EVNCPC").offered + books.today("EVNHANOI").offered == today.offered
        assert sum(span.offered for span in books.by_half_hour()[None]) == today.offered
        fresh = Ledger().look(conn, SETTINGS, now)
        assert fresh.today() == today
        assert fresh.last(1_800) == books.last(1_800)
        assert metrics.service_level(fresh.today()) == metrics.service_level(today)


def visible(call: Call, now: int) -> bool:
    """A call back's stay begins when it is dialled, however long ago the customer joined."""
    return not call.callback or (call.answered or call.ended or 0) <= now


def as_of(call: Call, now: int) -> tuple[bool, bool] | None:
    """Return (answered, over) as known at `now`, None before the stay is there."""
    if call.joined > now or not visible(call, now):
        return None
    over = call.ended is not None and call.ended + (call.acw if call.answered is not None else 0) <= now
    return (call.answered is not None and call.answered <= now, over)


def seen(call: Call, now: int) -> Call:
    """Return the stay as it is at `now`: still talking or waiting where it is not over."""
    state = as_of(call, now)
    assert state is not None
    answered, over = state
    if over:
        return call
    return replace(
        call, answered=call.answered if answered else None, ended=None, hold=0, acw=0, outcome=None, transferred_to=None
    )


def step(conn: sqlite3.Connection, n: int, call: Call, state: tuple[bool, bool], known: dict) -> None:
    now_is = call if state[1] else replace(
        call, answered=call.answered if state[0] else None, ended=None, hold=0, acw=0, outcome=None, transferred_to=None
    )  # fmt: skip
    if n in known:
        conn.execute(
            "UPDATE segment SET answered_at = ?, ended_at = ?, hold_s = ?, acw_s = ?, outcome = ?, transferred_to = ?"
            " WHERE agent = ?",
            (now_is.answered, now_is.ended, now_is.hold, now_is.acw, now_is.outcome, now_is.transferred_to, f"n{n}"),
        )
    else:
        put_stay(conn, now_is)
        conn.execute("UPDATE segment SET agent = ? WHERE n = last_insert_rowid() AND outcome IS NULL", (f"n{n}",))
    known[n] = state
