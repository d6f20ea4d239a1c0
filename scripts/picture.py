"""Take the README's picture: the real desk in a real terminal, with the demo's service and simulated customers.

`python scripts/picture.py [docs/desk.svg] [--lang vi|en] [--size 132x34]` drives the demo as a person would (filter the
queue, take a caller without power), reads the terminal's cells and writes them as an SVG: every word at its own place,
so that no renderer's font can shift a column.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from pyte.screens import Char

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.terminal.harness import Terminal  # noqa: E402

GROUND, INK = "#14171b", "#d4d8dd"
WIDE, HIGH, MARGIN = 8.4, 18, 12
HEX = re.compile(r"[0-9a-f]{6}")


def colours(cell: Char) -> tuple[str, str, bool]:
    """Foreground, background and weight of a cell."""
    fore = f"#{cell.fg}" if HEX.fullmatch(cell.fg) else INK
    back = f"#{cell.bg}" if HEX.fullmatch(cell.bg) else GROUND
    return (back, fore, cell.bold) if cell.reverse else (fore, back, cell.bold)


def words(cells: list[Char], y: int) -> Iterator[str]:
    """One line of the screen: its coloured grounds, then its words."""
    top = MARGIN + y * HIGH
    x = 0
    for (fore, back, bold), run in groupby(cells, key=colours):
        text = "".join(cell.data for cell in run)
        left = MARGIN + x * WIDE
        if back != GROUND:
            yield f'<rect x="{left:.1f}" y="{top}" width="{len(text) * WIDE:.1f}" height="{HIGH}" fill="{back}"/>'
        weight = ' font-weight="bold"' if bold else ""
        for word in re.finditer(r"\S+", text):
            at, length = left + word.start() * WIDE, len(word.group()) * WIDE
            yield (
                f'<text x="{at:.1f}" y="{top + 13.5}" fill="{fore}"{weight} textLength="{length:.1f}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(word.group())}</text>'
            )
        x += len(text)


def picture(terminal: Terminal) -> str:
    """The terminal's screen as SVG."""
    width = 2 * MARGIN + terminal.width * WIDE
    height = 2 * MARGIN + terminal.height * HIGH
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">'
        ),
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
    ]
    for y in range(terminal.height):
        lines.extend(words([terminal.screen.buffer[y][x] for x in range(terminal.width)], y))
    return "\n".join([*lines, "</svg>", ""])


def main() -> int:
    """Drive the demo and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=ROOT / "docs" / "desk.svg")
    parser.add_argument("--lang", choices=("vi", "en"), default="en")
    parser.add_argument("--size", default="132x34")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    command = ["-m", "agent_tui", "demo", "--lang", args.lang, "--seed", "7"]
    with Terminal(command, (width, height), {"COLORTERM": "truecolor"}) as terminal:
        terminal.wait_for("Đồng Xuân", 60)
        terminal.send("/dong xuan\r")
        terminal.send(b"\x1bOQ")
        terminal.wait_for("474", 20)
        terminal.send(b"\x1b")
        terminal.wait_gone("dong xuan", 5)
        settled = time.monotonic() + 1.5
        while time.monotonic() < settled:
            terminal.read(0.1)
        args.file.write_text(picture(terminal))
    print(f"wrote {args.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
