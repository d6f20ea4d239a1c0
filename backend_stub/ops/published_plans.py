"""Plans in the shapes the utilities publish, read as rows of our own plans file.

EVNHANOI publishes a table `Công ty Điện lực | Ngày | Từ | Đến | Khu vực`, EVNSPC blocks `KHU VỰC: ... THỜI GIAN: Từ ...
đến ... LÝ DO NGỪNG CUNG CẤP ĐIỆN: ...`. Both name places in free text: the device is taken from it only where the text
names exactly one, and is never guessed.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from agent_tui.text.fold import fold
from backend_stub.domain.localtime import VIETNAM
from backend_stub.ops.csv_file import Line, Problem
from backend_stub.store import connect, grid
from backend_stub.store.grid import DeviceRow

HEAD = 4_096
_TABLE = ("cong ty dien luc", "ngay", "tu", "den", "khu vuc")
_BLOCK = re.compile(
    r"KHU\s+VỰC\s*:\s*(?P<area>.+?)\s*THỜI\s+GIAN\s*:\s*Từ\s+(?P<from>\S+\s+ngày\s+\S+)\s+đến\s+(?P<to>\S+\s+ngày\s+\S+)"
    r"(?:\s*LÝ\s+DO[^:]*:\s*(?P<reason>.+?))?\s*(?=KHU\s+VỰC\s*:|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TIME = re.compile(r"(\d{1,2})[:h](\d{2})(?::\d{2})?\s+ngày\s+(\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE)


def read(path: Path, data_dir: Path) -> Iterator[Line] | None:
    """Return the rows of a published notice, None for a file of another shape (ours)."""
    text = path.read_text(encoding="utf-8-sig")
    head = text[:HEAD]
    if _is_table(head):
        found = _table(text)
    elif _BLOCK.search(head) or re.match(r"\s*KHU\s+VỰC\s*:", head, re.IGNORECASE):
        found = _blocks(text)
    else:
        return None
    conn = connect.reader((data_dir / connect.DATABASE).absolute())
    try:
        devices = grid.every(conn)
    finally:
        conn.close()
    return _lines(found, Names(devices.values()))


class Names:
    """The names of the grid's devices, to be found in free text."""

    def __init__(self, devices: Iterable[DeviceRow]) -> None:
        self._codes: dict[str, set[str]] = {}
        for device in devices:
            for name in (device.name, device.code):
                if folded := fold(name):
                    self._codes.setdefault(folded, set()).add(device.code)

    def named_in(self, text: str) -> list[str]:
        """Return the devices whose name or code the text holds as whole words, a longer name before one inside it."""
        left = f" {re.sub(r'[^0-9a-z/]+', ' ', fold(text))} "
        found: set[str] = set()
        for name in sorted(self._codes, key=len, reverse=True):
            wanted = f" {re.sub(r'[^0-9a-z/]+', ' ', name).strip()} "
            if wanted.strip() and wanted in left:
                found |= self._codes[name]
                left = left.replace(wanted, "  ")
        return sorted(found)


def _is_table(head: str) -> bool:
    first = head.splitlines()[0] if head else ""
    return tuple(fold(cell) for cell in re.split(r"[,;|\t]", first.strip("| "))) == _TABLE


def _table(text: str) -> Iterator[tuple[int, str, str, str, str]]:
    lines = text.splitlines()
    mark = next(mark for mark in "|\t;," if mark in lines[0])
    for number, cells in enumerate(csv.reader(lines[1:], delimiter=mark), start=2):
        row = [cell.strip() for cell in cells if mark != "|" or cell.strip()]
        if len(row) == len(_TABLE):
            company, day, begins, ends, area = row
            yield number, f"{company}: {area}", f"{begins} ngày {day}", f"{ends} ngày {day}", ""
        elif any(row):
            yield number, "", "", "", ""


def _blocks(text: str) -> Iterator[tuple[int, str, str, str, str]]:
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        yield line, block["area"], block["from"], block["to"], block["reason"] or ""


def _lines(found: Iterable[tuple[int, str, str, str, str]], names: Names) -> Iterator[Line]:
    for number, area, begins, ends, reason in found:
        devices, start, end = names.named_in(area), _time(begins), _time(ends)
        if start is None or end is None:
            yield Line(number, problem=Problem(number, "from", "has no time such as 07:00:00 ngày 25/02/2026"))
        elif len(devices) != 1:
            why = "names no device of the grid" if not devices else f"names several devices: {', '.join(devices[:5])}"
            yield Line(number, problem=Problem(number, "area", f"{why}; give the device in a plans file"))
        else:
            key = hashlib.blake2b(f"{devices[0]}|{start}".encode(), digest_size=8).hexdigest()
            yield Line(
                number,
                {
                    "id": f"p_{key}", "device": devices[0], "from": start, "to": end,
                    "reason": " ".join(reason.split()), "notified_at": "", "status": "", "area": " ".join(area.split()),
                },
            )  # fmt: skip


def _time(text: str) -> str | None:
    read = _TIME.search(text)
    if read is None:
        return None
    hour, minute, day, month, year = map(int, read.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=VIETNAM).isoformat()
    except ValueError:
        return None
