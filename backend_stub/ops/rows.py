"""The rows of the import files: their columns and the checks a row must pass (design/api.md section 4)."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from agent_tui import wire
from agent_tui.text import phone
from agent_tui.text.clean import TEXT_CAP, clean
from backend_stub.domain.localtime import VIETNAM
from backend_stub.ops.csv_file import RawRow
from backend_stub.store.grid import DeviceRow
from backend_stub.store.plans import NewPlan

COLUMNS: dict[str, tuple[str, ...]] = {
    "network": ("device", "kind", "parent", "name", "commune"),
    "customers": (
        "code", "name", "title", "phone", "phone2", "address", "commune", "old_address", "meter_no", "contract_no",
        "transformer", "tariff", "households", "priority_load", "status",
    ),
    "outages": ("id", "device", "kind", "status", "cause", "started_at", "etr", "restored_at", "note"),
    "plans": ("id", "device", "from", "to", "reason", "notified_at", "status"),
    "bills": ("customer", "period", "from", "to", "kwh", "status", "due", "paid_on"),
    "readings": ("customer", "meter_no", "read_on", "reading", "kind"),
    "shifts": ("username", "start", "end", "activity"),
}  # fmt: skip

PLAN_STATUSES = ("draft", "notified", "renotified", "active", "postponed", "done", "cancelled")
KINDS = ("substation", "feeder", "lateral", "transformer")
TARIFFS = ("residential", "business", "production", "public", "tenant")
STATUSES = ("active", "suspended", "closed")
PRIORITY_LOADS = ("", "hospital", "water", "telecom", "life_support", "government")

_DEVICE_LENGTH = 60


class Fields:
    """One raw row being read: every getter returns a value or notes the column and the reason."""

    def __init__(self, raw: RawRow) -> None:
        self.raw = raw
        self.problems: list[tuple[str, str]] = []

    def refuse(self, column: str, reason: str) -> None:
        """Note that the column cannot be accepted."""
        self.problems.append((column, reason))

    def text(self, column: str, *, most: int = 200, required: bool = False, multiline: bool = False) -> str:
        """Return free text, cleaned; refuses one that is too long, or missing where required."""
        value = self.raw[column].strip()
        if required and not value:
            self.refuse(column, "is empty")
        if len(value) > most:
            self.refuse(column, f"is longer than {most} characters")
            return ""
        return clean(value, multiline=multiline, cap=most)

    def choice(self, column: str, allowed: Collection[str]) -> str:
        """Return one of the allowed words."""
        value = self.raw[column].strip()
        if value not in allowed:
            self.refuse(column, f"{_quote(value)} is not one of {', '.join(word for word in allowed if word)}")
        return value

    def key(self, column: str, *, required: bool = True) -> str:
        """Return an identifier of at most 60 printable characters."""
        value = self.text(column, most=_DEVICE_LENGTH, required=required)
        if value != self.raw[column].strip() and len(self.raw[column].strip()) <= _DEVICE_LENGTH:
            self.refuse(column, "holds characters that cannot be shown")
        return value

    def reference(self, column: str, known: Collection[str], what: str, *, required: bool = True) -> str:
        """Return the identifier of something already on file."""
        value = self.key(column, required=required)
        if value and value not in known:
            self.refuse(column, f"{_quote(value)} is no known {what}")
        return value

    def phone(self, column: str) -> str:
        """Return a phone in national digits, or nothing."""
        value = self.raw[column].strip()
        number = phone.normalise(value) if value else ""
        if number is None:
            self.refuse(column, "is not a phone number")
        return number or ""

    def time(self, column: str, *, required: bool = False) -> float | None:
        """Return epoch seconds of an ISO 8601 time; without a zone it is Vietnam's."""
        value = self.raw[column].strip()
        if not value:
            if required:
                self.refuse(column, "is empty")
            return None
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            self.refuse(column, f"{_quote(value)} is not a time like 2026-11-22T13:22:00+07:00")
            return None
        if not 2000 <= parsed.year <= 2100:
            self.refuse(column, f"{_quote(value)} is not between 2000 and 2100")
            return None
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=VIETNAM)).timestamp()


def device(fields: Fields, communes: Collection[str]) -> DeviceRow:
    """Read a row of the network file; where it hangs is judged with the whole grid in view."""
    kind = fields.choice("kind", KINDS)
    return DeviceRow(
        code=fields.key("device"),
        kind=cast("wire.DeviceKind", kind),
        parent=fields.key("parent", required=False) or None,
        name=fields.text("name", required=True),
        commune=fields.reference("commune", communes, "commune of 2025", required=False),
    )


def outage(fields: Fields, devices: Collection[str]) -> RawRow:
    """Check what a row of the outages file refers to and return it cleaned; `store.outage_import` reads the rest."""
    fields.reference("device", devices, "device")
    for column in ("started_at", "etr", "restored_at"):
        fields.time(column, required=column == "started_at")
    cleaned = {column: fields.raw[column].strip() for column in COLUMNS["outages"]}
    return cleaned | {
        "id": fields.key("id"),
        "cause": fields.text("cause", most=120),
        "note": fields.text("note", most=TEXT_CAP, multiline=True),
    }


def plan(fields: Fields, devices: Collection[str]) -> NewPlan | None:
    """Read a row of the plans file, with an `area` where a published notice gave one; None when it is refused."""
    begins, ends = fields.time("from", required=True), fields.time("to", required=True)
    if begins is not None and ends is not None and ends <= begins:
        fields.refuse("to", "is not after the beginning")
    new = NewPlan(
        device=fields.reference("device", devices, "device"),
        begins=begins or 0.0,
        ends=ends or 0.0,
        reason=fields.text("reason"),
        area=clean(fields.raw.get("area", ""), multiline=True, cap=TEXT_CAP),
        status=fields.choice("status", PLAN_STATUSES) if fields.raw["status"].strip() else "",
        notified_at=fields.time("notified_at"),
        id=fields.key("id"),
    )
    if new.status in ("notified", "renotified") and new.notified_at is None:
        fields.refuse("notified_at", f"is empty; a plan that is {new.status} was announced at some time")
    return None if fields.problems else new


def _quote(value: str) -> str:
    return repr(clean(value, cap=60))
