"""The desk on its fixed morning, in a real terminal: `python -m tests.terminal.looks_app LANG THEME [names]`.

With `names` every contact is called something that terminals and widths disagree about.
"""

import os
import sys
import tempfile
from pathlib import Path

import httpx

from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from agent_tui.text.clean import clean_tree
from agent_tui.theme import fitting
from tests.hostile import TEXTS
from tests.snapshots.scene import HAND, OUTAGES, WAITING, Morning, StillDesk, answer, contact

AWKWARD = [
    *TEXTS, "👨‍👩‍👧‍👦 gia đình", "👩🏽‍🔧 thợ", "🇻🇳 cờ", "1️⃣ nút", "☎️ máy", "❤️ tim", "日本語の名前", "한국어 이름",
    "ﾊﾝｶｸ",
    "Nguyễn Văn Tý", "Đắk Lắk", "ក្រុង", "नमस्ते", "a\u0301\u0323\u0302b", "ｆｕｌｌ", "…—–", "e\u20dd",
]  # fmt: skip


def main() -> None:
    """Run until the test is done with it."""
    lang, theme, *more = sys.argv[1:]
    contacts = [HAND, *WAITING]
    if more:
        contacts = [contact(f"n{i}", name=text, place="Tuy Hòa", queue="billing") for i, text in enumerate(AWKWARD)]
    with tempfile.TemporaryDirectory() as home:
        launch = Launch("http://localhost", "lan", "right", language=lang, theme=fitting(theme, os.environ),
                        state_dir=Path(home))  # fmt: skip
        client = DeskClient("http://localhost", transport=httpx.MockTransport(answer))
        desk = StillDesk(launch, client=client, source=Morning([clean_tree(c) for c in contacts], OUTAGES))
        desk.run()
    print(desk.crash_line)


if __name__ == "__main__":
    main()
