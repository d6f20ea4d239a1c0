"""Reports for leads: intervals of a day, the agents' day, and the stays behind every figure; JSON or CSV."""

import csv
import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain.localtime import VIETNAM, local
from backend_stub.errors import Invalid
from backend_stub.reference.catalogue import corporations
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import agent_report, reports, segments
from backend_stub.store.driver import sqlite3

CSV: Final = "text/csv; charset=utf-8"
CHANNELS: Final = ("hotline", "website", "email", "zalo", "app", "webchat", "facebook")
OUTCOMES: Final = (
    "answered", "abandoned", "timeout", "withdrawn", "exit_key", "refused", "overflowed", "lost_with_pbx", "open",
)  # fmt: skip


def intervals(conn: sqlite3.Connection, call: Call) -> Answer:
    """Report a local day in intervals of 15 or 30 minutes by entry time, as JSON or as CSV for a spreadsheet."""
    day, minutes = _day(call), int(call.choice("minutes", ("15", "30")) or 30)
    wanted = reports.Filter(_centre(call), call.choice("channel", CHANNELS), call.query.get("queue"))
    found = reports.intervals(conn, day, minutes, wanted, call.settings, call.now)
    if call.choice("format", ("json", "csv")) == "csv":
        return _csv(f"intervals-{found.day}-{found.minutes}-{found.centre}.csv", wire.IntervalRow, found.items)
    return Answer(found)


def agents(conn: sqlite3.Connection, call: Call) -> Answer:
    """Report the agents' local day: time in each state, what was handled, occupancy and utilisation."""
    # Personal figures: a lead reads those of the own centre.
    centre = _centre(call) if call.user.role == "admin" else call.user.centre
    found = agent_report.agents(conn, _day(call), centre, call.now)
    if call.choice("format", ("json", "csv")) == "csv":
        return _csv(f"agents-{found.day}-{found.centre}.csv", wire.AgentRow, found.items)
    return Answer(found)


def raw_segments(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the stays in queues begun in [from, to), in order of storing."""
    limit = call.limit()
    only: dict[str, str] = {name: call.query[name] for name in segments.FILTERS if name in call.query}
    call.choice("channel", CHANNELS)
    call.choice("outcome", OUTCOMES)
    _centre(call)
    rows = segments.page(
        conn,
        start=_time(call, "from", -math.inf),
        end=_time(call, "to", math.inf),
        after=call.place() or 0,
        limit=limit,
        only=only,
    )
    following = str(rows[limit - 1][0]) if len(rows) > limit else None
    return Answer(wire.Page([segment for _, segment in rows[:limit]], following))


def _centre(call: Call) -> str | None:
    return call.choice("centre", tuple(corporations()))


def _day(call: Call) -> date:
    text = call.query.get("day")
    if text is None:
        return local(call.now).date()
    try:
        # The compact and the week forms of ISO 8601 are dates too, but not of this contract.
        day = date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2199:
        raise Invalid("day", "bad_day", "day must be a date such as 2026-11-22.")
    return day


def _time(call: Call, name: str, otherwise: float) -> float:
    text = call.query.get(name)
    if text is None:
        return otherwise
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(name, "bad_time", f"{name} must be a time such as 2026-11-22T07:00:00Z.")
    return from_wire(moment)


def _csv(name: str, kind: type[Struct], rows: Sequence[Struct]) -> Answer:
    """Write rows as RFC 4180 with a header, in UTF-8 with the BOM by which a spreadsheet knows it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(kind.__struct_fields__)
    writer.writerows([_cell(getattr(row, name)) for name in kind.__struct_fields__] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Answer(Raw(text.getvalue().encode("utf-8-sig")), headers=headers, content_type=CSV)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat()
    if isinstance(value, float):
        return repr(round(value, 6))
    text = str(value)
    # A spreadsheet takes a text that begins so for a formula; a name of an agent is no program.
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" and text else text


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/reports/intervals", "report.read", "read", intervals, answer=wire.IntervalReport,
        query=("day", "minutes", "centre", "channel", "queue", "format"),
    ),
    Route(
        "GET", "/v1/reports/agents", "report.agents", "read", agents, answer=wire.AgentReport,
        query=("day", "centre", "format"),
    ),
    Route(
        "GET", "/v1/segments", "segment.list", "read", raw_segments, answer=wire.Page[wire.Segment],
        query=("from", "to", "centre", "queue", "channel", "outcome", "limit", "after"),
    ),
)  # fmt: skip
