"""What a request type means for one ticket: its deadline here, the words for it, and what is wrong with its fields."""

from collections.abc import Mapping, Sequence
from typing import Literal

from agent_tui.wire import FieldError, FieldSpec, Say
from agent_tui.wire import fields as rules
from backend_stub.domain.deadlines import Site

AREAS: dict[str, Literal["urban", "rural"]] = {"urban": "urban", "rural": "rural"}
_SAID = {
    "too_long": "This is too long.",
    "not_a_number": "This must be a whole number.",
    "not_a_date": "This must be a date such as 2026-11-24.",
    "unknown_choice": "This is none of the values there are.",
    "not_a_phone": "This is no telephone number.",
    "not_a_meter": "This is no meter number.",
    "wrong_form": "This does not have the form it must have.",
    "bad_name": "A field's name has small letters, digits and _.",
}
_UNITS = {"days": ("ngày làm việc", "working days"), "hours": ("giờ", "hours")}
_PLACES = {
    "urban": ("ở phường", "in a phường"),
    "rural": ("ở xã", "in a xã"),
    "works": ("khi phải thi công", "with works"),
}


def site(corporation: str, commune_area: Literal["urban", "rural"] | None, values: Mapping[str, str]) -> Site:
    """Where the work is; what the agent put into `area` counts more than the customer's commune."""
    area = AREAS.get(values.get("area", ""), commune_area)
    return Site(corporation, area, values.get("works", "none") not in ("", "none"))


def field_errors(specs: Sequence[FieldSpec], values: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with the fields, by the rule the desk has too."""
    # A name no type knows may be anything, also somebody's: it is not repeated.
    known = {spec.name for spec in specs}
    wrong = rules.problems(specs, values).items()
    return [FieldError(f"fields.{name}" if name in known else "fields", code, _SAID[code]) for name, code in wrong]


def deadline_words(usual: str, variants: Mapping[str, str]) -> Say:
    """The deadline and its variants as one line: `5 ngày làm việc; EVNCPC ở phường: 3; ...`."""
    unit, _, figure = usual.partition(":")
    if unit == "none":
        return Say("Không có thời hạn", "No deadline")
    vi, en = _UNITS[unit]
    parts_vi, parts_en = [f"{figure} {vi}"], [f"{figure} {en}"]
    for key, rule in variants.items():
        corporation, _, place = key.rpartition(".") if "." in key or key in _PLACES else (key, "", "")
        place_vi, place_en = _PLACES.get(place, ("", ""))
        days = rule.partition(":")[2]
        parts_vi.append(f"{f'{corporation} {place_vi}'.strip()}: {days}")
        parts_en.append(f"{f'{corporation} {place_en}'.strip()}: {days}")
    return Say("; ".join(parts_vi), "; ".join(parts_en))
