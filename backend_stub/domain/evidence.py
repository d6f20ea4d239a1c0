"""Calls on the radial grid: what they weigh, and which devices they show to be out (reference/domain.md B3).

Two callers show a transformer out, 30 % of its transformers a lateral, 40 % of its laterals a feeder.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# A share such as 0.3 of 10 must be reached by 3, whatever the floating point says.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds: shares 0..1, times in seconds."""

    calls_per_transformer: int = 2
    transformers_share_lateral: float = 0.30
    laterals_share_feeder: float = 0.40
    feeders_share_substation: float = 0.60
    min_calls: int = 3
    window_s: float = 2_700.0
    separation_s: float = 3_600.0
    forget_s: float = 14_400.0
    probable_calls: int = 10
    probable_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Call:
    """One power-out call: `path` runs from the lowest known device up to the substation, `at` is epoch seconds."""

    id: str
    caller: str
    path: tuple[str, ...]
    at: float
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """What a device feeds: laterals (or feeders) and transformers directly below it, and all transformers below."""

    kind: str
    branches: int = 0
    direct: int = 0
    transformers: int = 1


def weight_of(scope: str, sign: str, place: str, grouped: bool) -> int:
    """Return what a call says of its transformer: nothing (0), this house (1), or this house and others (2).

    A part of the house, a fault inside it and too high a voltage are no interruption; a danger is never grouped.
    """
    if not grouped or scope == "P" or sign == "X" or place == "i":
        return 0
    return 2 if scope == "N" else 1


class Node:
    """One device with calls below it; the counts are kept up to date call by call."""

    __slots__ = (
        "branches_out",
        "callers",
        "calls",
        "children",
        "code",
        "laterals",
        "out",
        "own",
        "parent",
        "shape",
        "touched",
        "transformers",
        "tripped",
        "weight",
    )  # fmt: skip

    def __init__(self, code: str, shape: Shape, parent: "Node | None") -> None:
        self.code = code
        self.shape = shape
        self.parent = parent
        self.children: dict[str, Node] = {}
        self.calls: dict[str, Call] = {}
        self.callers = 0
        self.own = 0
        self.weight = 0
        self.touched = 0
        self.tripped = 0
        self.branches_out = 0
        self.transformers = 0
        self.laterals = 0
        self.out = False


class Tree:
    """The devices with calls below them, each with its verdict: out, or not."""

    def __init__(self, rules: Rules, shape: Callable[[str], Shape]) -> None:
        self.rules = rules
        self.shape = shape
        self.nodes: dict[str, Node] = {}

    def add(self, call: Call) -> None:
        """Count a call at its device and on the way up: a few steps, however many calls there are."""
        node = self.nodes.get(call.path[0]) or self._grow(call.path)
        node.calls[call.id] = call
        self._recount(node)

    def load(self, calls: Iterable[Call]) -> None:
        """Count many calls at once: every device is looked at once, not once a call."""
        lowest: dict[str, Node] = {}
        for call in calls:
            code = call.path[0]
            node = lowest.get(code)
            if node is None:
                node = lowest[code] = self.nodes.get(code) or self._grow(call.path)
            node.calls[call.id] = call
        for node in lowest.values():
            self._recount(node)

    def remove(self, call: Call) -> None:
        """Take a call back."""
        node = self.nodes[call.path[0]]
        del node.calls[call.id]
        self._recount(node)
        while node.parent is not None and not node.weight and not node.calls and not node.children:
            del node.parent.children[node.code], self.nodes[node.code]
            node = node.parent

    def top_out(self, call: Call) -> Node | None:
        """Return the highest device on the call's way up that is out."""
        for code in reversed(call.path):
            node = self.nodes.get(code)
            if node is not None and node.out:
                return node
        return None

    def all_out(self, root: str) -> Iterator[Node]:
        """Yield the highest devices that are out from `root` down."""
        waiting = [self.nodes[root]] if root in self.nodes else []
        while waiting:
            node = waiting.pop()
            if node.out:
                yield node
            else:
                waiting += node.children.values()

    def _grow(self, path: tuple[str, ...]) -> Node:
        above: Node | None = None
        for code in reversed(path):
            node = self.nodes.get(code)
            if node is None:
                node = self.nodes[code] = Node(code, self.shape(code), above)
                if above is not None:
                    above.children[code] = node
            above = node
        return self.nodes[path[0]]

    def _recount(self, low: Node) -> None:
        low.callers, own = _said_by(low.calls)
        step, low.own = own - low.own, own
        transformers = laterals = 0
        node: Node | None = low
        while node is not None:
            touched, out = node.weight > 0, node.out
            node.weight += step
            newly = (node.weight > 0) - touched
            transformers += newly if node.shape.kind == "transformer" else 0
            laterals += newly if node.shape.kind == "lateral" else 0
            node.transformers += transformers
            node.laterals += laterals
            node.out = self._is_out(node)
            above = node.parent
            if above is not None and node.shape.kind == "transformer":
                above.touched += newly
                above.tripped += node.out - out
            elif above is not None:
                above.branches_out += node.out - out
            node = above

    def _is_out(self, node: Node) -> bool:
        rules, shape = self.rules, node.shape
        if shape.kind == "transformer":
            return node.weight >= rules.calls_per_transformer
        if node.weight < rules.min_calls:
            return False
        # Who only knows the lateral stands at one of its transformers.
        touched = node.touched + (node.callers if shape.kind == "lateral" else 0)
        direct = touched >= max(2, rules.transformers_share_lateral * shape.direct - _HAIR)
        if direct and 2 * shape.direct >= shape.transformers:
            return True
        # Transformers without a lateral of their own are one more branch.
        outs = node.branches_out + (direct or (shape.direct == 1 and node.tripped == 1))
        units = shape.branches + (shape.direct > 0)
        share = rules.feeders_share_substation if shape.kind == "substation" else rules.laterals_share_feeder
        return outs >= max(2, share * units - _HAIR)


def _said_by(calls: dict[str, Call]) -> tuple[int, int]:
    """Return how many callers there are and their weight: one who calls again is still one."""
    callers = {call.caller: call.weight for call in calls.values()}
    if len(callers) < len(calls):
        for call in calls.values():
            callers[call.caller] = max(call.weight, callers[call.caller])
    return len(callers), sum(callers.values())


def calls_below(node: Node) -> dict[str, Call]:
    """Return every call counted at the device or below it, by id."""
    found: dict[str, Call] = {}
    waiting = [node]
    while waiting:
        one = waiting.pop()
        found.update(one.calls)
        waiting += one.children.values()
    return found
