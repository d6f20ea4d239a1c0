"""Whether there is room for the database's files to grow."""

import errno
import os
from pathlib import Path

# A quota that has run out, and a process's own limit on the size of a file, are a full disk by other names.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
BLOCK = b"\0" * 65_536


def is_none(path: Path) -> bool:
    """Say whether a file beside the database may not become longer than the longest of its files is: tried, undone."""
    probe = path.with_name(f"{path.name}.room")
    try:
        longest = max(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
        handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            written = 0
            while written < len(BLOCK):
                written += os.pwrite(handle, BLOCK[written:], longest + written)
        finally:
            os.close(handle)
            probe.unlink()
    except OSError as error:
        return error.errno in FULL
    return False
