"""Make what 300 callers and agents type for customers of the seeded 20,000, and who is meant, twice.

tests/data/queries.tsv is what the look-up was tuned on, queries-held-out.tsv was only measured. A query that many
customers fit as well as the one meant says nothing about the search, so each is taken from somebody whom at most four
others share it with. Run again with: python scripts/make_queries.py
"""

import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from agent_tui.text.fold import fold  # noqa: E402
from backend_stub.domain.lookup import name_key  # noqa: E402
from backend_stub.simulate.people import Customer, People  # noqa: E402

FILES = {"queries.tsv": 21, "queries-held-out.tsv": 90_001}
CUSTOMERS, MOST_ALIKE = 20_000, 5
TELEX = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
VNI = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
HEAD = """\
# What people type for customers of the seeded 20,000 (backend_stub/simulate/people.py), and the code that is meant
# Source: scripts/make_queries.py, seed {seed}; nobody is meant. Licence: MIT, as the program. Made on: 2026-11-22
class\tquery\tcode
"""


def telex(text: str) -> str:
    """Return the keys of the input method, as they arrive when it is off."""
    return " ".join(_keys(word, TELEX, {"\u0302": None, "\u0306": "w", "\u031b": "w"}, "dd") for word in text.split())


def vni(text: str) -> str:
    """Return the keys of the other input method."""
    return " ".join(_keys(word, VNI, {"\u0302": "6", "\u0306": "8", "\u031b": "7"}, "d9") for word in text.split())


def _keys(word: str, tones: dict[str, str], shapes: dict[str, str | None], stroked: str) -> str:
    out, tone = "", ""
    for char in unicodedata.normalize("NFD", word.lower().replace("đ", stroked)):
        if char in tones:
            tone = tones[char]
        elif char in shapes:
            out += shapes[char] or out[-1]
        else:
            out += char
    return out + tone


def old_place(who: Customer) -> tuple[str, str, str]:
    """Return the old ward, district and province as the address says them."""
    ward, district, province = who.old_address.split(", ")[-3:]
    return ward, district, province


def bare(unit: str) -> str:
    """Return a unit's name without its kind; a numbered one keeps it."""
    kind, _, name = unit.partition(" ")
    return unit if name.isdigit() or kind not in ("X.", "P.", "TT", "TX", "TP", "H.", "Q.", "Xã", "Phường") else name


def new_place(who: Customer) -> tuple[str, str]:
    """Return commune and province of today."""
    commune, province = who.address.split(", ")[-2:]
    return commune, province


def given_first(name: str) -> str:
    """Return a name as it is said: the given name first."""
    words = name.split()
    return " ".join([words[-1], *words[:-1]])


def old_spelling(name: str) -> str:
    """Return a name with the tone where the old rule puts it: `Thủy` -> `Thuỷ`, `Hòa` -> `Hoà`."""
    for new, old in (("ủy", "uỷ"), ("òa", "oà"), ("óa", "oá"), ("ọa", "oạ"), ("úy", "uý"), ("ùy", "uỳ")):
        name = name.replace(new, old)
    return name


def line(who: Customer) -> str:
    """Return house and street."""
    return who.address.split(", ")[0]


P: dict[str, Callable[[str], str]] = {
    "phone_plain": lambda p: p,
    "phone_spaces": lambda p: f"{p[:4]} {p[4:7]} {p[7:]}",
    "phone_dots": lambda p: f"{p[:4]}.{p[4:7]}.{p[7:]}",
    "phone_plus84": lambda p: f"+84{p[1:]}",
    "phone_plus84_spaces": lambda p: f"+84 {p[1:4]} {p[4:7]} {p[7:]}",
    "phone_0084": lambda p: f"0084{p[1:]}",
    "phone_no_zero": lambda p: p[1:],
    "phone_brackets": lambda p: f"({p[:4]}) {p[4:7]}-{p[7:]}",
}
NAMES: dict[str, Callable[[str], str]] = {
    "name": lambda n: n, "name_plain": fold, "name_upper": str.upper, "name_reversed": lambda n: fold(given_first(n)),
    "name_nfd": lambda n: unicodedata.normalize("NFD", n), "name_begun": lambda n: fold(n)[:-1],
    "telex": telex, "vni": vni,
}  # fmt: skip
PLACED: dict[str, Callable[[Customer], str]] = {
    "old_ward": lambda c: fold(f"{c.name} {bare(old_place(c)[0])} {bare(old_place(c)[1])}"),
    "old_full": lambda c: f"{c.name}, {', '.join(old_place(c))}",
    "old_district": lambda c: fold(f"{c.name} {bare(old_place(c)[1])} {old_place(c)[2]}"),
    "old_district_reversed": lambda c: fold(f"{given_first(c.name)} {' '.join(old_place(c)[1:])}".replace(".", "")),
    "new_commune": lambda c: fold(f"{c.name} {' '.join(new_place(c))}"),
    "new_commune_alone": lambda c: f"{c.name} {bare(new_place(c)[0])}",
    "street": lambda c: fold(f"{c.name} {line(c)}"),
    "street_old": lambda c: fold(f"{c.name}, {line(c)}, {bare(old_place(c)[0])}"),
    "address": lambda c: f"{line(c)}, {', '.join(old_place(c))}",
    "given_and_address": lambda c: fold(f"{c.name.split()[-1]} {line(c)} {bare(old_place(c)[1])}"),
}  # fmt: skip
NUMBERS: dict[str, Callable[[Customer], str]] = {
    "code": lambda c: c.code, "code_lower_spaced": lambda c: f"{c.code[:6]} {c.code[6:]}".lower(),
    "code_tail": lambda c: c.code[-7:], "meter": lambda c: c.meter_no, "phone_tail": lambda c: c.phone[-7:],
}  # fmt: skip


def queries(seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield (class, query, code)."""
    rng = Random(seed)
    everybody = [c for c in People(CUSTOMERS) if c.tariff == "residential"]
    names = Counter(name_key(c.name) for c in everybody)
    rare = [c for c in everybody if names[name_key(c.name)] <= MOST_ALIKE]
    phones = Counter(c.phone for c in everybody)
    alone = [c for c in everybody if phones[c.phone] == 1]
    for label, of in NAMES.items():
        some = [c for c in rare if label != "telex" or telex(c.name) != fold(c.name)]
        yield from ((label, of(c.name), c.code) for c in rng.sample(some, 11))
    toned = [c for c in rare if old_spelling(c.name) != c.name]
    yield from (("old_tone", old_spelling(c.name), c.code) for c in rng.sample(toned, 8))
    for label, written in P.items():
        yield from ((label, written(c.phone), c.code) for c in rng.sample(alone, 8))
    for label, said in PLACED.items():
        alike = Counter(name_key(said(c)) for c in everybody)
        wider = Counter((name_key(c.name), c.old_address.split(", ")[-2]) for c in everybody)
        some = [
            c
            for c in everybody
            if alike[name_key(said(c))] <= MOST_ALIKE and wider[name_key(c.name), c.old_address.split(", ")[-2]] <= 5
        ]
        yield from ((label, said(c), c.code) for c in rng.sample(some, 10))
    for label, number in NUMBERS.items():
        yield from ((label, number(c), c.code) for c in rng.sample(alone, 8))


def main() -> None:
    """Write the files."""
    for name, seed in FILES.items():
        rows = list(queries(seed))
        text = HEAD.format(seed=seed) + "".join("\t".join(row) + "\n" for row in rows)
        (ROOT / "tests" / "data" / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(rows)} queries")


if __name__ == "__main__":
    main()
