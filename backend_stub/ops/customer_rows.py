"""Rows of the customers file: the checks, and the commune of a row that only says where it was before July 2025."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter

from agent_tui.text import phone
from agent_tui.text.clean import clean
from backend_stub.domain import lookup, places
from backend_stub.domain.places import Places
from backend_stub.ops.rows import COLUMNS, PRIORITY_LOADS, STATUSES, TARIFFS, Fields
from backend_stub.reference.places import Commune
from backend_stub.store.customers import CustomerRow

_CODE = re.compile(r"P[A-Z][0-9A-Z]{9,11}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_COMMUNE = "commune of 2025"
_ORDER = itemgetter(*COLUMNS["customers"])
NAMED = 5
# Together; no single column is too long then, but the name.
MOST = 300


@dataclass(frozen=True, slots=True)
class Known:
    """What a row may refer to; the places are asked for only when a row needs them."""

    communes: Mapping[str, Commune]
    transformers: Collection[str]
    places: Callable[[], Places]


def read(fields: Fields, known: Known) -> CustomerRow:
    """Read a row; what cannot be accepted is noted in `fields`."""
    return _plain(fields.raw, known) or _read(fields, known)


def _plain(raw: Mapping[str, str], known: Known) -> CustomerRow | None:
    """Return the row when nothing about it needs a second look, as with nearly all: a third of the work."""
    (code, name, title, first, second, address, commune, old_address, meter_no, contract_no, transformer, tariff,
     households, priority_load, status) = _ORDER(raw)  # fmt: skip
    texts = f"|{name}|{title}|{address}|{old_address}|{meter_no}|{contract_no}|"
    if (
        not 0 < len(name) <= 200
        or len(texts) > MOST
        or len(title) > 20
        or len(meter_no) > 60
        or len(contract_no) > 60
        or "| " in texts
        or " |" in texts
        or clean(texts, cap=MOST) is not texts
        or not _CODE.fullmatch(code)
        or commune not in known.communes
        or (transformer and transformer not in known.transformers)
        or households != "1"
        or tariff not in TARIFFS
        or priority_load not in PRIORITY_LOADS
        or status not in STATUSES
    ):
        return None
    numbers: tuple[str, ...] = ()
    for typed in (first, second):
        if typed:
            number = phone.normalise(typed)
            if number is None:
                return None
            if number not in numbers:
                numbers = (*numbers, number)
    return CustomerRow(
        code, name, title, numbers, address, commune, old_address, meter_no.upper(), contract_no, transformer or None,
        tariff, 1, priority_load, status,
    )  # fmt: skip


def _read(fields: Fields, known: Known) -> CustomerRow:
    code = re.sub(r"[\s.]", "", fields.raw["code"]).upper()
    if not _CODE.fullmatch(code):
        shown = repr(clean(code, cap=60))
        fields.refuse("code", f"{shown} is not a customer code (P, a letter, 9 to 11 letters or digits)")
    households = fields.raw["households"].strip()
    if not (_NUMBER.fullmatch(households) and int(households) >= 1):
        fields.refuse("households", f"{clean(households, cap=60)!r} is not a number of at least 1")
        households = "1"
    numbers = dict.fromkeys((fields.phone("phone"), fields.phone("phone2")))
    return CustomerRow(
        code=code,
        name=fields.text("name", required=True),
        title=fields.text("title", most=20),
        phones=tuple(number for number in numbers if number),
        address=fields.text("address", most=300),
        commune=_commune(fields, known),
        old_address=fields.text("old_address", most=300),
        meter_no=fields.key("meter_no", required=False).upper(),
        contract_no=fields.key("contract_no", required=False),
        transformer=fields.reference("transformer", known.transformers, "transformer", required=False) or None,
        tariff=fields.choice("tariff", TARIFFS),
        households=int(households),
        priority_load=fields.choice("priority_load", PRIORITY_LOADS),
        status=fields.choice("status", STATUSES),
    )


def _commune(fields: Fields, known: Known) -> str:
    """Return the commune; one that is not of 2025 is taken from the old address where that leaves no doubt."""
    if fields.raw["commune"].strip() in known.communes:
        return fields.reference("commune", known.communes, _COMMUNE)
    parts = [words for part in fields.raw["old_address"].split(",") if (words := lookup.words(part))]
    meant = places.resolve(known.places(), parts)
    if len(meant) == 1:
        return meant[0]
    if not meant:
        return fields.reference("commune", known.communes, _COMMUNE)
    named = ", ".join(f"{code} {known.communes[code].full_name}" for code in meant[:NAMED])
    more = f" and {len(meant) - NAMED} more" if len(meant) > NAMED else ""
    fields.refuse("commune", f"is not of 2025, and the old address may be in {named}{more}")
    return ""
