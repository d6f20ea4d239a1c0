"""Make the tables of places in backend_stub/reference, of today and of before July 2025, from vietnamadminunits.

Get the file with the ordinary package client, into a directory of its own, without installing it (its code makes
network calls and pulls in a GPL library; only its MIT data is used, and only here):

    pip download --no-deps --dest DIR vietnamadminunits==1.0.4
    python scripts/make_reference.py DIR/vietnamadminunits-1.0.4-py3-none-any.whl

"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "backend_stub" / "reference"
MEMBER = "vietnamadminunits/data/dataset.db"
CONVERSION = "vietnamadminunits/data/converter_2025.json"
KINDS = {"Xã": "xã", "Phường": "phường", "Đặc khu": "đặc khu"}
HEADER = """\
# {what}
# Source: Python package vietnamadminunits 1.0.4 (released 2025-10-08), table admin_units of its data file
# Licence of the source: MIT, copyright (c) 2025 Tran Ngoc Minh Hieu
# Read on: 2026-11-22. Units in force since 2025-07-01. Coordinates: degrees WGS 84, of the unit's centre.
# Made by: scripts/make_reference.py (do not edit by hand)
"""
HEADER_OLD = """\
# {what}
# Source: Python package vietnamadminunits 1.0.4 (released 2025-10-08), {source}
# Licence of the source: MIT, copyright (c) 2025 Tran Ngoc Minh Hieu
# Read on: 2026-11-22. Units as they were until 2025-06-30.
# Made by: scripts/make_reference.py (do not edit by hand)
"""
LEGACY = HEADER_OLD.replace("{source}", "table admin_units_legacy of its data file")
CONVERTED = HEADER_OLD.replace("{source}", "its converter_2025.json")
Conversion = dict[str, dict[str, dict[str, list]]]


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def open_source(path: Path, scratch: Path) -> tuple[sqlite3.Connection, Conversion]:
    with zipfile.ZipFile(path) as wheel:
        conn = sqlite3.connect(f"file:{wheel.extract(MEMBER, scratch)}?mode=ro", uri=True)
        return conn, json.loads(wheel.read(CONVERSION))


def write(name: str, what: str, columns: str, rows: list[tuple[str, ...]], header: str = HEADER) -> None:
    body = "\n".join("\t".join(row) for row in rows)
    (OUT / name).write_text(header.format(what=what) + columns.replace(" ", "\t") + "\n" + body + "\n", "utf-8")
    print(f"{name}: {len(rows)} rows")


def provinces(source: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "SELECT DISTINCT provinceCode, provinceShort, provinceLat, provinceLon FROM admin_units ORDER BY 1"
    return [(code, nfc(name), f"{lat:.4f}", f"{lon:.4f}") for code, name, lat, lon in source.execute(query)]


def communes(source: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "SELECT wardCode, wardShort, wardType, provinceCode, wardLat, wardLon FROM admin_units ORDER BY 1"
    return [
        (code, nfc(name), KINDS[nfc(kind)], province, f"{lat:.4f}", f"{lon:.4f}")
        for code, name, kind, province, lat, lon in source.execute(query)
    ]


def old_provinces(source: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "SELECT DISTINCT provinceCode, provinceShort FROM admin_units_legacy ORDER BY 1"
    return [(code, nfc(name)) for code, name in source.execute(query)]


def old_districts(source: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "SELECT DISTINCT districtCode, districtShort, districtType, provinceCode FROM admin_units_legacy ORDER BY 1"
    return [(code, nfc(name), nfc(kind).lower(), province) for code, name, kind, province in source.execute(query)]


def ward_code(code: str | None, district: str) -> str:
    # Five island districts had no wards: the district stands in for its only one.
    return code or f"d{district}"


def ward_kind(name: str, kind: str) -> str:
    # The source takes a few numbered wards for communes.
    return "phường" if name.startswith("Phường ") and name[7:].isdigit() else kind.lower()


def old_wards(source: sqlite3.Connection) -> list[tuple[str, ...]]:
    query = "SELECT wardCode, wardShort, wardType, districtCode, districtShort FROM admin_units_legacy"
    return sorted(
        (ward_code(code, district), nfc(name or of), ward_kind(nfc(name or ""), nfc(kind or "Huyện")), district)
        for code, name, kind, district, of in source.execute(query)
    )


def old_to_new(source: sqlite3.Connection, conversion: Conversion) -> list[tuple[str, ...]]:
    today = {
        (row[0], row[1]): row[2] for row in source.execute("SELECT provinceKey, wardKey, wardCode FROM admin_units")
    }
    became: dict[str, list[str]] = {}
    for province, wards in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            became.update({old: [today[province, ward]] for old in olds})
    for province, split in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, wards in split.items():
            # The one the source takes for the main part comes first.
            parts = sorted(wards, key=lambda ward: not ward["isDefaultNewWard"])
            became[old] = [today[province, ward["newWardKey"]] for ward in parts]
    query = "SELECT wardCode, districtCode, provinceKey, districtKey, coalesce(wardKey, '') FROM admin_units_legacy"
    return sorted((ward_code(row[0], row[1]), ",".join(became["_".join(row[2:])])) for row in source.execute(query))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the tables of provinces, districts, wards and communes.")
    parser.add_argument("source", type=Path, help="the package's wheel")
    path = parser.parse_args().source
    if not path.is_file():
        print(f"no such file: {path}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        source, conversion = open_source(path, Path(scratch))
        write("provinces.tsv", "The 34 provinces and centrally run cities", "code name lat lon", provinces(source))
        write(
            "communes.tsv",
            "The 3,321 communes: xã, phường and đặc khu (the islands of Hoàng Sa and Trường Sa among them)",
            "code name kind province lat lon",
            communes(source),
        )
        write("old_provinces.tsv", "The 63 provinces before the reform", "code name", old_provinces(source), LEGACY)
        write("old_districts.tsv", "Their 696 districts", "code name kind province", old_districts(source), LEGACY)
        write("old_wards.tsv", "Their 10,035 wards, and 5 island districts that had none (codes dNNN)",
              "code name kind district", old_wards(source), LEGACY)  # fmt: skip
        write("old_to_new.tsv", "What became of each ward: its communes of today (471 were split; the main part first)",
              "ward communes", old_to_new(source, conversion), CONVERTED)  # fmt: skip
        source.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
