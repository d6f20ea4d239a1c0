"""Small resources for tests of the desk."""

from datetime import UTC, datetime, timedelta

import msgspec

from agent_tui import wire

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
ME = wire.User("u1", "lan", "Lan Trần", "agent", "EVNCPC", {})
MY_STATE = wire.AgentState("available", "idle", NOW)


def contact(id: str, **changes: object) -> wire.Contact:
    given = {"state": "queued", "version": 1, "priority_class": "normal", "score_adj": 0.0, "joined_at": NOW}
    given.update(changes)
    base = wire.Contact(
        id=id, channel="hotline", direction="in", state="queued", queue="outage", skill="outage", skill_level=1,
        priority_class="normal", joined_at=NOW, score_adj=0.0, address="*** 456", name=None, customer=None,
        candidates=[], agent=None, offered_to=None, outage=None, ticket=None, text_preview=None, state_since=NOW,
        version=1, centre="EVNCPC",
    )  # fmt: skip
    return msgspec.structs.replace(base, **given)


def agent(id: str, **changes: object) -> wire.Agent:
    base = wire.Agent(id, id, id.title(), "EVNCPC", {}, "available", "idle", NOW)
    return msgspec.structs.replace(base, **changes)


def outage(id: str, **changes: object) -> wire.Outage:
    base = wire.Outage(
        id=id, kind="unplanned", status="confirmed", device="474", device_path=["474"], provinces=["66"], communes=[],
        customers_out=10, customers_total=10, priority_loads=[], cause=None, started_at=NOW, etr=None,
        etr_source="none", etr_set_at=None, etr_state="none", crew="none", steps=[], calls=0, callbacks_open=0,
        tickets=0, notes=[], version=1,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def ticket(id: str, **changes: object) -> wire.Ticket:
    base = wire.Ticket(
        id=id, number=f"T-{id}", type="OTHER", status="new", priority="normal", title="x", customer=None, contact=None,
        outage=None, centre="EVNCPC", assignee=None, due_at=None, due_state="ok", created_at=NOW, fields={}, version=1,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def kind(code: str, vi: str, en: str, *fields: wire.FieldSpec, **changes: object) -> wire.TicketType:
    base = wire.TicketType(code, vi, en, list(fields), wire.Say("1 ngày làm việc", "1 working day"), False, "normal")
    return msgspec.structs.replace(base, **changes)


def snapshot(seq: int = 0, contacts: tuple[wire.Contact, ...] = (), **changes: object) -> wire.Snapshot:
    base = wire.Snapshot(seq, "g1", NOW, MY_STATE, list(contacts), [], [])
    return msgspec.structs.replace(base, **changes)


def event(seq: int | None, kind: str, body: object, after: int | None = None) -> wire.Event:
    return wire.Event(seq, kind, msgspec.Raw(msgspec.json.encode(body)), after)


def hello(seq: int, generation: str = "g1") -> wire.Event:
    return event(None, "hello", wire.Hello(seq, generation))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)
