"""Two or three letters find a request type: initials, the start of its name, its code, accents or not."""

from collections.abc import Sequence
from typing import TypeVar

from agent_tui import wire
from agent_tui.i18n import language
from agent_tui.text.fold import fold

Kind = TypeVar("Kind", bound=wire.RequestType)


def find_types(typed: str, types: Sequence[Kind]) -> list[Kind]:
    """Types that fit what was typed, best first: initials, start of the name, start of words, code, anywhere."""
    wanted = fold(typed)
    if not wanted:
        return list(types)
    ranked = [(rank, i, kind) for i, kind in enumerate(types) if (rank := _rank(wanted, kind)) is not None]
    return [kind for _rank_, _i, kind in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(wanted: str, kind: wire.RequestType) -> int | None:
    names = (fold(kind.vi), fold(kind.en)) if language() != "en" else (fold(kind.en), fold(kind.vi))
    initials = ["".join(word[0] for word in name.replace(",", " ").split()) for name in names]
    code = fold(kind.code)
    tests: list[bool] = [
        initials[0].startswith(wanted),
        names[0].startswith(wanted),
        all(any(word.startswith(part) for word in names[0].split()) for part in wanted.split()),
        code.startswith(wanted) or any(part.startswith(wanted) for part in code.split(".")),
        len(wanted) > 1 and wanted in initials[0],
        initials[1].startswith(wanted) or names[1].startswith(wanted),
        any(wanted in name for name in names),
    ]
    return next((i for i, hit in enumerate(tests) if hit), None)
