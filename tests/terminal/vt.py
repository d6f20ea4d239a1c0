"""Reads what a program wrote to a terminal, and names everything that is not its own."""

import re

from agent_tui.text import clean

# All that Textual 8.2.8 says to a terminal: colours, cursor, erase, its modes and the questions about them.
_OWN = re.compile(
    r"\x1b\[(?:[0-9;:]*m|[0-9;]*H|[0-9]*[JK]|[0-9]* q"
    r"|\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\?(?:2026|2048)\$p|[<>=][0-9;]*[um]|\?u|c|6n|>q)|\x1b\]22;[a-z-]*\x07"
)
_HALF = re.compile(r"\x1b(?:\[[0-9;:?<>=]*)?$")
CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def foreign(raw: bytes) -> list[str]:
    """Escape sequences, controls, bidi and other steering characters that no program of ours writes."""
    # The last sequence may be cut off where the reading ended.
    text = _OWN.sub("", _HALF.sub("", raw.decode("utf-8", "replace")))
    text = text.replace("\r", "").replace("\n", "").replace("\ufffd", "")
    return [ascii(text[max(0, hit.start() - 20) : hit.end() + 20]) for hit in clean._BAD.finditer(text)]
