"""How often the long tests repeat: a sample by default, the full count with AGENT_TUI_FULL=1."""

import os

FULL = os.environ.get("AGENT_TUI_FULL") == "1"


def count(sample: int, full: int) -> int:
    """`full` under `make full`, else `sample`."""
    return full if FULL else sample
