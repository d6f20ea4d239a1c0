"""Pictures of the desk as text: every line of the screen, and one line that stands for all colours and weights."""

import hashlib
import os
from pathlib import Path

from tests.snapshots.scene import Scene

HERE = Path(__file__).parent / "pictures"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))


def taken(scene: Scene) -> str:
    """The screen: its lines, then a digest of the styles; the edge shows where a line ends."""
    lines, looks = [], hashlib.sha256()
    for strip in scene.strips():
        lines.append("".join(segment.text for segment in strip) + "│")
        looks.update(repr([(len(s.text), str(s.style)) for s in strip.simplify()]).encode())
    return "\n".join([*lines, f"styles {looks.hexdigest()[:12]}", ""])


def compare(scene: Scene, name: str) -> str:
    """Empty when the screen is what the file holds, else what differs; UPDATE_SNAPSHOTS=1 writes the file instead."""
    path, now = HERE / f"{name}.txt", taken(scene)
    if UPDATE:
        HERE.mkdir(exist_ok=True)
        path.write_text(now, "utf-8")
        return ""
    if not path.exists():
        return f"{path.name} is missing: UPDATE_SNAPSHOTS=1 makes it"
    then = path.read_text("utf-8")
    if now == then:
        return ""
    pairs = zip(then.splitlines(), now.splitlines(), strict=False)
    changed = [f"{y:3} - {old}\n    + {new}" for y, (old, new) in enumerate(pairs) if old != new]
    return f"{path.name} differs (UPDATE_SNAPSHOTS=1 takes the new one):\n" + "\n".join(changed)
