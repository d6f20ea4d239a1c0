"""What a check says, and how the report is written: plain lines, in the desk's language, without colours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TextIO

from rich.cells import cell_len

from agent_tui.i18n import N_, _, ngettext

Level = Literal["fine", "advice", "wrong", "skipped"]
MARKS: Final[dict[Level, tuple[str, str]]] = {
    "fine": ("✓", N_("fine")),
    "advice": ("▲", N_("advice")),
    "wrong": ("✗", N_("wrong")),
    "skipped": ("·", N_("skipped")),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject, how it stands, what was seen, and the cure where there is something to cure; all translated."""

    subject: str
    level: Level
    says: str
    cure: str = ""


def write(findings: Iterable[Finding], out: TextIO) -> int:
    """Write each finding as soon as it is made and a last line; 0 when nothing is wrong, else 1."""
    wrong = 0
    for finding in findings:
        glyph, word = MARKS[finding.level]
        wrong += finding.level == "wrong"
        head = f"{glyph} {_pad(_(word), 8)} {_pad(finding.subject, 14)} "
        out.write(f"{head}{finding.says}\n")
        if finding.cure:
            out.write(" " * cell_len(head) + f"→ {finding.cure}\n")
        out.flush()
    if wrong:
        out.write(ngettext("{n} thing is wrong.", "{n} things are wrong.", wrong).format(n=wrong) + "\n")
    else:
        out.write(_("Nothing is wrong.") + "\n")
    return 1 if wrong else 0


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
