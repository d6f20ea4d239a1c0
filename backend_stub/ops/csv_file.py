"""CSV files as utilities send them: checked as a whole before the first row is used, then read row by row."""

import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.text.clean import clean
from backend_stub.errors import CannotStart

CHUNK = 1 << 20
RawRow = dict[str, str]


class UnusableFile(CannotStart):
    """The file cannot be read as what it should be; nothing of it was loaded."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one column of one line is refused; `reason` never quotes personal data."""

    line: int
    column: str
    reason: str


@dataclass(slots=True)
class Line:
    """One row of the file: its first line, and either its columns or why it cannot be read."""

    number: int
    raw: RawRow = field(default_factory=dict)
    problem: Problem | None = None


def survey(path: Path) -> tuple[int, str]:
    """Return the number of lines and a fingerprint of the content; raises UnusableFile when missing or not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    digest = hashlib.blake2b(digest_size=16)
    lines = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                digest.update(chunk)
                lines += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnusableFile(
            f"{path} is not UTF-8 (near line {lines + error.object[: error.start].count(10) + 1}); "
            'save it as "CSV UTF-8" and try again.'
        ) from error
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from error
    return lines, digest.hexdigest()


def read(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    """Yield the rows after the header; raises UnusableFile when the header is not made of exactly these columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = _header(path, reader, columns)
        while True:
            number = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(number, problem=Problem(number, "", f"cannot be read as CSV: {error}"))
                continue
            if not values:
                continue
            if len(values) != len(header):
                reason = f"has {len(values)} columns instead of {len(header)}"
                yield Line(number, problem=Problem(number, "", reason))
                continue
            yield Line(number, dict(zip(header, values, strict=True)))


def _header(path: Path, reader: "Iterator[list[str]]", columns: Sequence[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UnusableFile(f"{path} is not a CSV file: {error}.") from error
    expected = f"expected: {','.join(columns)}"
    if not any(header):
        raise UnusableFile(f"{path} is empty; its first line must name the columns ({expected}).")
    for what, names in (
        ("unknown column", [name for name in header if name not in columns]),
        ("missing column", [name for name in columns if name not in header]),
        ("column named twice", sorted({name for name in header if header.count(name) > 1})),
    ):
        if names:
            shown = ", ".join(repr(clean(name, cap=60)) for name in names[:5])
            raise UnusableFile(f"{path}: {what} {shown} ({expected}).")
    return header
