"""Recorded histories of one versioned register and the question whether some order of single steps explains them.

The checker is Wing and Gong's search (1993) with Lowe's memory of what was tried: an operation may be put next when no
other that is still open ended before it began; what it answered must be what the register answers then.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class State:
    """The register: a version and a text."""

    version: int
    text: str


@dataclass(frozen=True)
class Operation:
    """One call: `based_on` and `text` of a write, what came back, and the moments it began and ended."""

    kind: Literal["read", "write"]
    began: int
    ended: int
    answer: State
    accepted: bool = True
    based_on: int = 0
    text: str = ""


def after(state: State, operation: Operation) -> State | None:
    """Return the register after the operation, None when the register would have answered otherwise."""
    if operation.kind == "read" or not operation.accepted:
        if not operation.accepted and operation.based_on == state.version:
            return None
        return state if operation.answer == state else None
    if operation.based_on != state.version:
        return None
    changed = State(state.version + 1, operation.text)
    return changed if operation.answer == changed else None


def linearizable(start: State, history: list[Operation]) -> bool:
    """Say whether some order of the operations, none before it began or after it ended, explains every answer."""
    everything = (1 << len(history)) - 1
    tried: set[tuple[int, State]] = set()
    stack = [(0, start)]
    while stack:
        done, state = stack.pop()
        if done == everything:
            return True
        if (done, state) in tried:
            continue
        tried.add((done, state))
        left = [n for n in range(len(history)) if not done >> n & 1]
        horizon = min(history[n].ended for n in left)
        for n in left:
            if history[n].began > horizon:
                continue
            changed = after(state, history[n])
            if changed is not None:
                stack.append((done | 1 << n, changed))
    return False
