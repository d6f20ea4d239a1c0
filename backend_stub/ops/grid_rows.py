"""Does a set of devices make a grid: parents known, kinds in order, no circle; all of it, or nothing is taken."""

from collections.abc import Collection, Mapping

from backend_stub.ops.csv_file import Problem
from backend_stub.store.grid import MAX_DEPTH, DeviceRow

CARRIES: dict[str, frozenset[str]] = {
    "substation": frozenset(),
    "feeder": frozenset({"substation"}),
    "lateral": frozenset({"feeder", "lateral"}),
    "transformer": frozenset({"feeder", "lateral"}),
}

Numbered = dict[str, tuple[int, DeviceRow]]
_Reason = tuple[str, str]


def judge(
    rows: Numbered, on_file: Mapping[str, DeviceRow], unread: Collection[str] = ()
) -> tuple[list[DeviceRow], list[Problem]]:
    """Return the devices that are new or changed, parents first, or why the grid cannot be: then none of them.

    `rows` maps a code to its line and row, `unread` are devices whose own line could not be read. Every row is looked
    at a few times however deep the grid is.
    """
    above = {code: row.parent for code, row in on_file.items()}
    above.update((code, row.parent) for code, (_, row) in rows.items())
    depth, circles = _depths(above)
    problems: list[Problem] = []
    for code, (line, row) in rows.items():
        reason = _wrong(row, rows, on_file, unread) or _misplaced(code, depth, circles)
        if reason is not None:
            problems.append(Problem(line, *reason))
    problems += _misfits(rows, on_file, {problem.line for problem in problems})
    if problems:
        return [], sorted(problems, key=lambda problem: problem.line)
    changed = [row for code, (_, row) in rows.items() if on_file.get(code) != row]
    return sorted(changed, key=lambda row: depth[row.code]), []


def _wrong(row: DeviceRow, rows: Numbered, on_file: Mapping[str, DeviceRow], unread: Collection[str]) -> _Reason | None:
    """Return the column and reason of what is wrong with the device's place."""
    if row.parent is None:
        return ("parent", f"is empty; a {row.kind} hangs below {_list(row.kind)}") if CARRIES[row.kind] else None
    if row.parent in unread and row.parent not in on_file:
        return "parent", f"{row.parent!r} was refused"
    found = rows.get(row.parent)
    parent = on_file.get(row.parent) if found is None else found[1]
    if parent is None:
        return "parent", f"{row.parent!r} is no known device"
    if parent.kind not in CARRIES[row.kind]:
        return "parent", f"is a {parent.kind}; a {row.kind} hangs below {_list(row.kind)}"
    return None


def _misfits(rows: Numbered, on_file: Mapping[str, DeviceRow], told: set[int]) -> list[Problem]:
    """Return the devices that became another kind, though something on file hangs below that cannot."""
    turned = {
        code: (line, row)
        for code, (line, row) in rows.items()
        if line not in told and code in on_file and on_file[code].kind != row.kind
    }
    problems = {
        code: Problem(line, "kind", "a transformer on file cannot become something else")
        for code, (line, _) in turned.items()
        if on_file[code].kind == "transformer"
    }
    for child in on_file.values() if turned else ():
        found = turned.get(child.parent or "")
        if found is not None and child.code not in rows and found[1].kind not in CARRIES[child.kind]:
            reason = f"a {found[1].kind} cannot carry the {child.kind} {child.code!r} below it"
            problems[found[1].code] = Problem(found[0], "kind", reason)
    return list(problems.values())


def _misplaced(code: str, depth: Mapping[str, int], circles: Mapping[str, bool]) -> _Reason | None:
    if code in circles:
        return "parent", "makes a circle" if circles[code] else "hangs below a circle"
    return ("parent", f"is more than {MAX_DEPTH} devices below its substation") if depth[code] > MAX_DEPTH else None


def _depths(above: Mapping[str, str | None]) -> tuple[dict[str, int], dict[str, bool]]:
    """Return how many devices each has above it (itself included), and those in a circle (True) or below one."""
    depth: dict[str, int] = {}
    circles: dict[str, bool] = {}
    for start in above:
        chain: dict[str, None] = {}
        code: str | None = start
        while code is not None and code in above and code not in depth and code not in chain:
            chain[code] = None
            code = above[code]
        lost = code is not None and (code in chain or code in circles)
        base = depth[code] if code is not None and code in depth else 0
        for steps, one in enumerate(reversed(chain), start=1):
            depth[one] = base + steps
        inside = False
        for one in chain if lost else ():
            inside = inside or one == code
            circles[one] = inside
    return depth, circles


def _list(kind: str) -> str:
    return " or ".join(f"a {carrier}" for carrier in sorted(CARRIES[kind]))
