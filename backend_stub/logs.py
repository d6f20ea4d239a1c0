"""Logs as JSON lines of a fixed set of fields: no names, phones, addresses, texts, URLs or tokens can get into one."""

import contextlib
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

DIRECTORY = "log"
FILE = "requests.jsonl"
MOST = 50_000


class Line(Struct, frozen=True):
    """One answered request: `route` is the template, never the path; `ms` from its head to the answer's end."""

    at: datetime
    request: str
    user: str
    method: str
    route: str
    status: int
    ms: float


class RequestLog:
    """Gathers lines and writes them in one go; a disk that is full costs lines, never a request."""

    def __init__(self, directory: Path, most_bytes: int, keep: int) -> None:
        self._path = directory / FILE
        self._most_bytes = most_bytes
        self._keep = keep
        self._lines: list[bytes] = []
        self._encode = msgspec.json.Encoder().encode
        self.lost = 0

    def add(self, line: Line) -> None:
        """Take a line; it is on disk after the next `take` and `write`."""
        if len(self._lines) < MOST:
            self._lines.append(self._encode(line))
        else:
            self.lost += 1

    def take(self) -> list[bytes]:
        """Return what was gathered, to be written elsewhere: a slow disk must not hold up the loop."""
        lines, self._lines = self._lines, []
        return lines

    def write(self, lines: list[bytes]) -> None:
        """Append lines; a file that has become too long makes room for a new one."""
        if not lines:
            return
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, b"\n".join([*lines, b""]))
                long = os.fstat(handle).st_size >= self._most_bytes
            finally:
                os.close(handle)
            if long:
                self._turn_over()
        except OSError:
            self.lost += len(lines)

    def _turn_over(self) -> None:
        for number in range(self._keep - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{self._path}.{number}", f"{self._path}.{number + 1}")
        os.replace(self._path, f"{self._path}.1")


def places(trace: TracebackType | None) -> str:
    """Return where an exception came from, innermost first, without a word of what it said."""
    frames = reversed(traceback.extract_tb(trace))
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


class Formatter(logging.Formatter):
    """A log record as one JSON line; of an exception type and place, for its message may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info is not None and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = places(record.exc_info[2])
        return msgspec.json.encode(line).decode()


def to_stderr() -> None:
    """Send warnings and worse of the whole process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
