"""Fictitious customers, each computed from a seed and an index alone, so that a million of them need no memory.

Phones: Vietnam reserves no numbers for fiction. 095 was S-Fone's prefix, shut down in 2012 and, as far as we know, not
given out again; first numbers lie in 0950-0958, second ones in 0959. Names, codes and meters belong to nobody.
"""

from bisect import bisect_right
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from backend_stub.reference import places
from backend_stub.simulate import grid, names

MAX_CUSTOMERS = 9_000_000
DEFAULT_SEED = 7
_PRIORITY = {1: ("hospital", "Trung tâm Y tế"), 2: ("water", "Trạm cấp nước"), 3: ("telecom", "Trạm viễn thông BTS")}
_TARIFFS = ("residential", "business", "production", "public")
_TARIFF_SHARES = (0.92, 0.97, 0.99, 1.0)


class Customer(NamedTuple):
    """One row of the customers file; field order is the file's column order."""

    code: str
    name: str
    title: str
    phone: str
    phone2: str
    address: str
    commune: str
    old_address: str
    meter_no: str
    contract_no: str
    transformer: str
    tariff: str
    households: int
    priority_load: str
    status: str


class People:
    """The customers of one fictitious world, by index 0..count-1; ValueError beyond MAX_CUSTOMERS."""

    def __init__(self, count: int, seed: int = DEFAULT_SEED) -> None:
        if not 1 <= count <= MAX_CUSTOMERS:
            raise ValueError(f"customers must be 1 to {MAX_CUSTOMERS:,}, not {count:,}")
        self.count = count
        self.seed = seed
        self.blocks = grid.blocks(count)
        self._firsts = [block.first for block in self.blocks]

    def __iter__(self) -> Iterator[Customer]:
        return (self.customer(index) for index in range(self.count))

    def block(self, feeder: str) -> grid.Block:
        """The customers of a feeder; KeyError for an unknown one."""
        for block in self.blocks:
            if block.feeder.code == feeder:
                return block
        raise KeyError(feeder)

    def fed_by(self, device: str) -> range:
        """Indices of the customers below a device, or what it would hang on in a small grid; KeyError: no feeder."""
        block = self.block("-".join(device.split("-")[:2]))
        while not (numbers := block.below(device)):
            device = device.rpartition("-")[0]
        count = block.last - block.first
        first, last = (-(-number * count // block.transformers) for number in (numbers[0], numbers[-1] + 1))
        return range(block.first + first, max(block.first + last, block.first + first + 1))

    def customer(self, index: int) -> Customer:
        """The customer with this index: always the same for the same seed and count."""
        block = self.blocks[bisect_right(self._firsts, index) - 1]
        transformer = block.transformer_of(index)
        place = block.place_of(transformer)
        rng = Random(self.seed * 1_000_003 + index)
        name, title, tariff, priority = _identity(rng, index, index - block.first, place)
        address, old_address = _addresses(rng, place, hero=index == 0)
        serial = (index * 7919 + 12_345) % 10_000_000
        # Every fiftieth customer shares the phone of the one before: a landlord, so that callers have candidates.
        owner = index - 1 if index % 50 == 17 else index
        return Customer(
            code=f"{block.feeder.branch}{serial:07d}",
            name=name,
            title=title,
            phone=_phone(owner),
            phone2=f"0959{(index * 48_271 + 500_000) % 1_000_000:06d}" if rng.random() < 0.08 else "",
            address=address,
            commune=place.commune,
            old_address=old_address,
            meter_no=str(80_000_000 + (index * 7919 + 412_213) % 10_000_000),
            contract_no=f"{rng.randrange(12, 26):02d}/{serial:07d}",
            transformer=block.code_of(transformer),
            tariff=tariff,
            households=rng.choice((2, 3, 4)) if tariff == "residential" and rng.random() < 0.03 else 1,
            priority_load=priority,
            status=_status(rng) if index and not priority else "active",
        )


def _status(rng: Random) -> str:
    return rng.choices(("active", "suspended", "closed"), (97, 2, 1))[0]


def _phone(index: int) -> str:
    return f"095{(index * 48_271 + 123_456) % MAX_CUSTOMERS:07d}"


def _identity(rng: Random, index: int, position: int, place: grid.Place) -> tuple[str, str, str, str]:
    """Name, title, tariff and priority load; `position` counts from the head of the feeder."""
    town = places.communes()[place.commune].name
    if index == 0:
        return "Nguyễn Văn Ty", "Anh", "residential", ""
    if position in _PRIORITY:
        kind, what = _PRIORITY[position]
        return f"{what} {town} (mô phỏng)", "", "public" if kind == "hospital" else "production", kind
    if position == 4:
        return f"Ủy ban nhân dân {places.communes()[place.commune].full_name} (mô phỏng)", "", "public", "government"
    tariff = _TARIFFS[min(bisect_right(_TARIFF_SHARES, rng.random()), len(_TARIFFS) - 1)]
    if tariff != "residential":
        return names.business(rng, tariff, town), "", tariff, ""
    name, title = names.person(rng, place.people)
    return name, title, tariff, "life_support" if index % 400 == 37 else ""


def _addresses(rng: Random, place: grid.Place, *, hero: bool) -> tuple[str, str]:
    """The address of today and the one before July 2025."""
    commune = places.communes()[place.commune]
    province = places.provinces()[commune.province]
    if hero and place.streets:
        line, old = f"12 {place.streets[0]}", place.old[0]
    elif place.hamlets and (not place.streets or rng.random() < 0.55):
        line, old = rng.choice(place.hamlets), rng.choice(place.old)
    else:
        line, old = f"{rng.randrange(1, 400)} {rng.choice(place.streets)}", rng.choice(place.old)
    return f"{line}, {commune.full_name}, {province.name}", f"{line}, {old}"


def network_dicts(count: int) -> Iterator[dict[str, str]]:
    """Rows of the network file by column."""
    return (device._asdict() for device in grid.devices(count))


def customer_dicts(people: People) -> Iterator[dict[str, str]]:
    """Rows of the customers file by column."""
    return (dict(zip(Customer._fields, map(str, customer), strict=True)) for customer in people)
