"""What lies between two versions of a ticket; what the desk fills in by itself."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.desk.ticket_fill import known_fields, likely_types
from agent_tui.desk.ticket_versions import between
from tests.unit.desk_samples import NOW, kind

VALUES = st.sampled_from([None, "a", "b", "c"])


def history(values: list[str | None]) -> list[wire.TicketChange]:
    steps = itertools.pairwise(values)
    return [
        wire.TicketChange(n, NOW, "lan", "changed", [wire.FieldChange("title", old, new)] if old != new else [])
        for n, (old, new) in enumerate(steps, 1)
    ]


@given(st.lists(VALUES, min_size=1, max_size=12), st.data())
def test_the_difference_is_that_of_the_two_versions_whatever_lay_between(
    values: list[str | None], data: st.DataObject
) -> None:
    first, last = sorted(data.draw(st.integers(0, len(values) - 1)) for _ in range(2))
    expected = [wire.FieldChange("title", values[first], values[last])] if values[first] != values[last] else []
    assert between(history(values), first, last) == expected
    assert between(history(values), last, first) == expected


PHONE = wire.FieldSpec("phone", "phone", "Điện thoại", "Phone")
METER = wire.FieldSpec("meter_no", "meter", "Số công tơ", "Meter", required=True)
TYPES = [
    kind("BILL.HIGH", "Hóa đơn", "Bill", PHONE),
    kind("OUT.REPORT", "Báo mất điện", "Outage", PHONE),
    kind("OUT.SAFETY", "Nguy hiểm", "Danger", PHONE),
    kind("METER.RECHECK", "Phúc tra", "Re-read", METER, PHONE),
]


def first(queue: str, danger: bool = False, verdict: str | None = None) -> str:
    return likely_types(TYPES, queue, danger, verdict)[0].code


def test_the_likely_type_comes_from_danger_queue_and_verdict() -> None:
    assert first("outage") == "OUT.REPORT"
    assert first("billing") == "BILL.HIGH"
    assert first("outage", danger=True) == "OUT.SAFETY"
    assert first("general", verdict="only_you") == "OUT.REPORT"
    assert first("general", verdict="supply_normal") == "BILL.HIGH"


def test_only_what_a_field_takes_is_filled_in() -> None:
    assert known_fields(TYPES[3], None, "0905 123 456") == {"phone": "0905 123 456"}
    assert known_fields(TYPES[3], None, "*******222") == {}
