"""The fields a request type asks for, and the one rule of what may stand in them: desk and service both ask here."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal

from msgspec import Struct

FieldKind = Literal["text", "int", "date", "choice", "phone", "meter"]
LONGEST_VALUE: Final = 2_000
MOST_FIELDS: Final = 40
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PHONE: Final = re.compile(r"(?:\+|00)?[0-9](?:[\s.\-()]*[0-9]){7,14}")
_METER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{3,24}")
_INT: Final = re.compile(r"[0-9]{1,12}")


class Option(Struct, frozen=True):
    """One value of a choice, with its words."""

    value: str
    vi: str
    en: str


class FieldSpec(Struct, frozen=True):
    """One field of a request type; `pattern` is a regular expression for the whole value."""

    name: str
    kind: FieldKind
    vi: str
    en: str
    required: bool = False
    choices: list[Option] = []
    pattern: str | None = None


def problem(spec: FieldSpec, value: str) -> str | None:
    """Return what is wrong with a value as a code, None when nothing is; an empty value is never wrong.

    Codes: `too_long`, `not_a_number`, `not_a_date` (YYYY-MM-DD), `unknown_choice`, `not_a_phone`, `not_a_meter`,
    `wrong_form`.
    """
    if not value:
        return None
    if len(value) > LONGEST_VALUE:
        return "too_long"
    if spec.kind == "choice":
        return None if any(value == option.value for option in spec.choices) else "unknown_choice"
    wrong = _kind_problem(spec.kind, value)
    if wrong is None and spec.pattern is not None and not re.fullmatch(spec.pattern, value):
        return "wrong_form"
    return wrong


def problems(specs: Iterable[FieldSpec], values: Mapping[str, str]) -> dict[str, str]:
    """Return the wrong values by field name; a name no spec knows is kept as text, if it looks like a name."""
    known = {spec.name: spec for spec in specs}
    found: dict[str, str] = {}
    for name, value in values.items():
        wrong = problem(known.get(name, FieldSpec(name, "text", "", "")), value)
        if not NAME.fullmatch(name):
            wrong = "bad_name"
        if wrong is not None:
            found[name] = wrong
    return found


def missing(specs: Iterable[FieldSpec], values: Mapping[str, str]) -> list[str]:
    """Return the required fields that are still empty: the ticket can be saved without them, not be done."""
    return [spec.name for spec in specs if spec.required and not values.get(spec.name)]


def _kind_problem(kind: FieldKind, value: str) -> str | None:
    if kind == "int":
        return None if _INT.fullmatch(value) else "not_a_number"
    if kind == "date":
        return None if _is_date(value) else "not_a_date"
    if kind == "phone":
        return None if _PHONE.fullmatch(value) else "not_a_phone"
    if kind == "meter":
        return None if _METER.fullmatch(value) else "not_a_meter"
    return None


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
