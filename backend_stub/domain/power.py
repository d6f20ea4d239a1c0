"""Is the power out at this customer's, and the one sentence about it that an agent can read aloud."""

from dataclasses import dataclass, replace

from agent_tui.wire import Say
from agent_tui.wire.base import EtrState, Verdict
from backend_stub.domain import power_say
from backend_stub.domain.outage import ANNOUNCED, GUESSED, KNOWN, OFF_NOW, etr_state, plan_under_way

SOON_S = 24 * 3600.0


# A call about an outage that ended this recently is still about that outage.
RECENT_S = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class OutageFact:
    """One outage on the customer's way to the grid; the words of cause and crew come ready (empty: not said).

    `restored_at` is when this customer's part came back (None: it did not, or nobody knows which part did).
    """

    id: str
    kind: str
    status: str
    started_at: float
    etr: float | None
    cause: tuple[str, str] = ("", "")
    crew: tuple[str, str] = ("", "")
    restored_at: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one customer's supply; `in_debt`: an overdue bill is on file.

    `neighbours` also report no power below the same transformer or lateral; `reporting`: this customer does.
    """

    outages: tuple[OutageFact, ...] = ()
    suspended: bool = False
    in_debt: bool = False
    neighbours: int = 0
    reporting: bool = False


@dataclass(frozen=True, slots=True)
class PowerVerdict:
    """The answer: times in epoch seconds, `eta` only when it may be quoted.

    `restored_at`: this customer's part of the outage `nested_of` is back; whoever still has no power is nested in it.
    """

    verdict: Verdict
    say: Say
    outage: str | None = None
    plan: str | None = None
    since: float | None = None
    eta: float | None = None
    eta_state: EtrState = "none"
    restored_at: float | None = None
    nested_of: str | None = None
    script: tuple[Say, ...] = ()


def verdict(facts: Facts, now: float) -> PowerVerdict:
    """The verdict on one customer's supply at `now`, certain before guessed, now before later."""
    # Where this customer is back an outage explains nothing any more, however many are still out elsewhere in it.
    live = [o for o in facts.outages if o.restored_at is None]
    plans = [o for o in live if o.kind == "planned" and o.status in ANNOUNCED]
    groups: tuple[tuple[Verdict, list[OutageFact]], ...] = (
        ("planned_now", [p for p in plans if plan_under_way(p.status, p.started_at, p.etr, now)]),
        ("known_outage", [o for o in live if o.kind == "unplanned" and o.status in KNOWN]),
        ("predicted_outage", [o for o in live if o.kind == "unplanned" and o.status in GUESSED]),
    )
    for name, found in groups:
        if found:
            return _answer(name, _longest(found, now), now)
    if facts.suspended:
        return PowerVerdict("cut_for_debt", power_say.DEBT if facts.in_debt else power_say.SUSPENDED)
    return _supplied(facts, plans, _back(facts, now), now)


def _supplied(facts: Facts, plans: list[OutageFact], back: OutageFact | None, now: float) -> PowerVerdict:
    """The verdict where nothing on file keeps the customer without supply."""
    coming = [p for p in plans if now < p.started_at <= now + SOON_S]
    if facts.neighbours:
        found = PowerVerdict("neighbours_reporting", power_say.neighbours(facts.neighbours))
    elif coming:
        found = _answer("planned_soon", min(coming, key=lambda p: (p.started_at, p.id)), now)
    elif facts.reporting:
        found = PowerVerdict("only_you", power_say.ONLY_YOU, script=power_say.BREAKER)
    else:
        found = PowerVerdict("supply_normal", power_say.NORMAL)
    if back is None or back.restored_at is None:
        return found
    more = found.say if found.verdict in ("planned_soon", "neighbours_reporting") else None
    say = power_say.restored(back.restored_at, now, more)
    return replace(found, say=say, restored_at=back.restored_at, nested_of=back.id, script=power_say.BREAKER)


def _back(facts: Facts, now: float) -> OutageFact | None:
    """The outage whose restoration this customer has last seen, if it was not long ago or is still going on."""
    seen = [
        o for o in facts.outages
        if o.restored_at is not None and o.status not in ("cancelled", "closed")
        and (o.status in OFF_NOW or now - o.restored_at <= RECENT_S)
    ]  # fmt: skip
    return max(seen, key=lambda o: (o.restored_at or 0.0, o.id), default=None)


def _longest(found: list[OutageFact], now: float) -> OutageFact:
    # Of several on the way, the one that keeps the customer dark longest: without a time to quote, then the latest.
    def key(o: OutageFact) -> tuple[bool, float, float, str]:
        quotable = o.etr is not None and etr_state(o.etr, now) == "ok"
        return (quotable, -(o.etr or 0.0) if quotable else 0.0, o.started_at, o.id)

    return min(found, key=key)


def _answer(name: Verdict, o: OutageFact, now: float) -> PowerVerdict:
    state = etr_state(o.etr, now)
    planned = o.kind == "planned"
    return PowerVerdict(
        name,
        power_say.outage(name, o, now),
        outage=None if planned else o.id,
        plan=o.id if planned else None,
        since=o.started_at,
        eta=o.etr if state == "ok" else None,
        eta_state=state,
    )
