"""Does a set of devices make a grid: parents known, kinds in order, no circle."""

from collections.abc import Mapping

from backend_stub.ops.csv_file import Problem
from backend_stub.store.grid import DeviceRow

CARRIES: dict[str, frozenset[str]] = {
    "substation": frozenset(),
    "feeder": frozenset({"substation"}),
    "lateral": frozenset({"feeder", "lateral"}),
    "transformer": frozenset({"feeder", "lateral"}),
}

Numbered = dict[str, tuple[int, DeviceRow]]


def judge(rows: Numbered, on_file: Mapping[str, DeviceRow]) -> tuple[list[DeviceRow], list[Problem]]:
    """Return the acceptable devices, parents first, and why the others are refused.

    `rows` maps a code to its line and row. Refusing a device refuses those of the file that hang below it.
    """
    merged = {**on_file, **{code: row for code, (_, row) in rows.items()}}
    below: dict[str, list[DeviceRow]] = {}
    for row in merged.values():
        if row.parent is not None:
            below.setdefault(row.parent, []).append(row)
    refused = {code: reason for code, (_, row) in rows.items() if (reason := _wrong(row, merged, below, on_file))}
    accepted: list[DeviceRow] = []
    done: set[str] = set()
    for code in rows:
        _settle(code, rows, refused, done, accepted)
    problems = [Problem(rows[code][0], column, reason) for code, (column, reason) in refused.items()]
    return accepted, sorted(problems, key=lambda problem: problem.line)


def _wrong(
    row: DeviceRow,
    merged: Mapping[str, DeviceRow],
    below: Mapping[str, list[DeviceRow]],
    on_file: Mapping[str, DeviceRow],
) -> tuple[str, str] | None:
    """Return the column and reason of what is wrong with the device itself."""
    if row.parent is None:
        if CARRIES[row.kind]:
            return "parent", f"is empty; a {row.kind} hangs below {_list(row.kind)}"
    elif row.parent not in merged:
        return "parent", f"{row.parent!r} is no known device"
    elif merged[row.parent].kind not in CARRIES[row.kind]:
        return "parent", f"is a {merged[row.parent].kind}; a {row.kind} hangs below {_list(row.kind)}"
    before = on_file.get(row.code)
    if before is not None and before.kind != row.kind:
        misfit = next((d for d in below.get(row.code, ()) if row.kind not in CARRIES[d.kind]), None)
        if misfit is not None:
            return "kind", f"a {row.kind} cannot carry the {misfit.kind} {misfit.code!r} below it"
        if before.kind == "transformer":
            return "kind", "a transformer on file cannot become something else"
    return ("parent", "makes a circle") if _circle(row, merged) else None


def _circle(row: DeviceRow, merged: Mapping[str, DeviceRow]) -> bool:
    seen = {row.code}
    above = row.parent
    while above is not None and above in merged:
        if above in seen:
            return above == row.code
        seen.add(above)
        above = merged[above].parent
    return False


def _settle(
    code: str, rows: Numbered, refused: dict[str, tuple[str, str]], done: set[str], accepted: list[DeviceRow]
) -> None:
    """Accept the device after everything above it, or refuse it with what is refused above it."""
    chain: list[str] = []
    above: str | None = code
    while above is not None and above in rows and above not in done and above not in refused and above not in chain:
        chain.append(above)
        above = rows[above][1].parent
    for each in reversed(chain):
        parent = rows[each][1].parent
        if parent is not None and parent in refused:
            refused[each] = ("parent", f"{parent!r} was refused")
        else:
            done.add(each)
            accepted.append(rows[each][1])


def _list(kind: str) -> str:
    return " or ".join(f"a {carrier}" for carrier in sorted(CARRIES[kind]))
