"""The corpus of hostile texts, for every test that puts strangers' words somewhere."""

import json
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "hostile-text.jsonl"
ROWS: list[tuple[str, str]] = [
    (row["id"], row["text"]) for row in map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())
]
TEXTS: list[str] = [text for _, text in ROWS] + ["\ud800", "P'; DROP TABLE customer--", '"', "*", "%_%_", " ", "\t\n"]
