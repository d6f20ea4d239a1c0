"""How often the long tests repeat: a sample by default, the full count with FULL_COUNTS=1."""

import os

FULL = os.environ.get("FULL_COUNTS") == "1"


def count(sample: int, full: int) -> int:
    """`full` under `make full`, else `sample`."""
    return full if FULL else sample
