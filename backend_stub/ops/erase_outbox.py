"""What an erasure does to the file of messages handed to the channel: it names customers by code."""

import os
import re
from pathlib import Path

import msgspec

from backend_stub.ops.erase_rows import ERASED, Person
from backend_stub.store.notices import FILE, OUTBOX

_LINE = msgspec.json.Decoder(dict[str, str | list[str]])


def erase(directory: Path, who: Person) -> None:
    """Take the person out of the file under the data directory, in one step; raises OSError."""
    path = directory / OUTBOX / FILE
    if not path.exists():
        return
    pattern = who.pattern()
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file, path.open("rb") as old:
        for line in old:
            file.write(_without(line, who.code, pattern))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _without(line: bytes, code: str, pattern: "re.Pattern[str]") -> bytes:
    try:
        notice = _LINE.decode(line)
    except msgspec.DecodeError:
        # A line that was cut off while it was written.
        return pattern.sub(ERASED, line.decode("utf-8", "replace")).encode()
    left = {
        name: [one for one in value if one != code] if isinstance(value, list) else pattern.sub(ERASED, value)
        for name, value in notice.items()
    }
    return msgspec.json.encode(left) + b"\n"
