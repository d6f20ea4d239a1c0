"""What the desk can write into a ticket by itself: its likely type and the fields the record answers. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from agent_tui import wire
from agent_tui.wire.fields import problem

LIKELY: Final[Mapping[str, tuple[str, ...]]] = {
    "outage": ("OUT.REPORT", "OUT."),
    "billing": ("BILL.HIGH", "BILL.", "METER.RECHECK", "METER."),
    "service": ("NEW.LV.RES", "NEW.", "CHG."),
}
NO_POWER: Final = frozenset({"known_outage", "predicted_outage", "neighbours_reporting", "only_you", "planned_now"})


def likely_types(
    types: Sequence[wire.TicketType], queue: str, danger: bool, verdict: str | None
) -> list[wire.TicketType]:
    """The catalogue with what this call is probably about first: a danger before everything, then the queue's own."""
    starts: tuple[str, ...] = LIKELY.get(queue, ())
    if not starts and verdict in NO_POWER:
        starts = LIKELY["outage"]
    if danger:
        starts = ("OUT.SAFETY", *starts)

    def place(kind: wire.TicketType) -> int:
        return next((i for i, start in enumerate(starts) if kind.code.startswith(start)), len(starts))

    return sorted(types, key=place)


def known_fields(
    kind: wire.TicketType, record: wire.CustomerRecord | None, phone: str, period: str = ""
) -> dict[str, str]:
    """The fields of a type that the record or the call answers already; only those the rule of the field accepts."""
    known = {"phone": phone, "period": period}
    if record is not None:
        known |= {
            "phone": phone or next(iter(record.phones), ""), "meter_no": record.meter_no, "place": record.address,
            "site_address": record.address, "holder": record.name, "purpose_from": record.tariff,
            "households_now": str(record.households) if record.households else "",
        }  # fmt: skip
    return {
        spec.name: known[spec.name]
        for spec in kind.fields
        if known.get(spec.name) and problem(spec, known[spec.name]) is None
    }


def say(text: wire.Say, english: bool) -> str:
    """A sentence in the desk's language."""
    return text.en if english else text.vi
