"""What the grouping of trouble calls is about: groups of calls, and what is decided about them."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Group:
    """The calls below one device thought to have failed; `outage` is None until it has a name."""

    key: int
    device: str
    root: str
    calls: set[str] = field(default_factory=set)
    first: float = 0.0
    last: float = 0.0
    outage: str | None = None


@dataclass(frozen=True, slots=True)
class Predicted:
    """A group that is new or changed: what it rests on, and the calls that were not counted at it before."""

    key: int
    outage: str | None
    device: str
    kind: str
    calls: int
    transformers: int
    laterals: int
    first: float
    last: float
    fresh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A predicted outage that another took over (`into`: a group's key), or that nothing shows any more (None)."""

    outage: str
    into: int | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is to be done, in this order; `absorbed` are calls that belong to an outage people know of."""

    absorbed: dict[str, str]
    predicted: list[Predicted]
    merged: list[Merged]
    loose: list[str]

    def __bool__(self) -> bool:
        return bool(self.absorbed or self.predicted or self.merged or self.loose)
