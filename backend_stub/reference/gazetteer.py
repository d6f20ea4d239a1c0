"""Every unit of today and of before July 2025 under its folded name, tied to the communes of today."""

from collections.abc import Iterator
from functools import cache

from agent_tui.text.fold import fold
from backend_stub.domain.places import Places, Unit
from backend_stub.reference import old_places, places

# Codes of the provinces that are centrally run cities (thành phố), now and before July 2025; all others are tỉnh.
CITIES = frozenset({"01", "31", "46", "48", "79", "92"})
OLD_CITIES = CITIES - {"46"}


@cache
def known() -> Places:
    """All places, to recognise them in words; built once (about a tenth of a second)."""
    return Places(_units())


def _units() -> Iterator[Unit]:
    under = _old_above()
    for commune in places.communes().values():
        above = under[commune.code] | {f"N{commune.province}"}
        yield Unit(f"C{commune.code}", _key(commune.name), fold(commune.kind), (commune.code,), above, old=False)
    of: dict[str, list[str]] = {}
    for commune in places.communes().values():
        of.setdefault(commune.province, []).append(commune.code)
    for province in places.provinces().values():
        communes = tuple(of[province.code])
        kind = "thanh pho" if province.code in CITIES else "tinh"
        yield Unit(f"N{province.code}", _key(province.name), kind, communes, frozenset(), old=False)
    yield from _old_units()


def _old_units() -> Iterator[Unit]:
    for ward in old_places.wards().values():
        province = old_places.districts()[ward.district].province
        above = _new_above(ward.communes) | {f"D{ward.district}", f"P{province}"} | {f"C{c}" for c in ward.communes}
        yield Unit(f"W{ward.code}", _key(ward.name), fold(ward.kind), ward.communes, above, old=True)
    for district in old_places.districts().values():
        communes = tuple(sorted(old_places.communes_of_districts()[district.code]))
        above = _new_above(communes) | {f"P{district.province}"}
        yield Unit(f"D{district.code}", _key(district.name), fold(district.kind), communes, above, old=True)
    for code, name in old_places.provinces().items():
        communes = tuple(sorted(old_places.communes_of_provinces()[code]))
        kind = "thanh pho" if code in OLD_CITIES else "tinh"
        yield Unit(f"P{code}", _key(name), kind, communes, _new_above(communes), old=True)


def _old_above() -> dict[str, frozenset[str]]:
    """Return the old districts and provinces that each commune of today took something from."""
    found: dict[str, set[str]] = {}
    for ward in old_places.wards().values():
        for code in ward.communes:
            found.setdefault(code, set()).update(
                (f"D{ward.district}", f"P{old_places.districts()[ward.district].province}")
            )
    return {code: frozenset(above) for code, above in found.items()}


def _new_above(communes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"N{places.communes()[code].province}" for code in communes)


def _key(name: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(name)).split())
