"""What this agent can still take back: the service's undo tokens, newest last, each for ten minutes."""

from dataclasses import dataclass, field

GOOD_FOR_S = 600.0
KEPT = 50


@dataclass(frozen=True, slots=True)
class Reversible:
    """A committed act: the service's token, what the agent sees it called, and until when it can be taken back."""

    token: str
    label: str
    until: float


@dataclass(slots=True)
class UndoStack:
    """The acts in the order they were answered; times in epoch seconds on the service's clock."""

    _acts: list[Reversible] = field(default_factory=list)

    def push(self, token: str | None, label: str, now: float) -> None:
        """Remember an act; one the service gave no token for cannot be taken back and hides nothing older."""
        if token:
            self._acts = [*self._acts, Reversible(token, label, now + GOOD_FOR_S)][-KEPT:]

    def last(self, now: float) -> Reversible | None:
        """The newest act that can still be taken back, or None."""
        self._acts = [act for act in self._acts if now < act.until]
        return self._acts[-1] if self._acts else None

    def drop(self, token: str) -> None:
        """Forget an act: it was taken back, or the service said it cannot be any more."""
        self._acts = [act for act in self._acts if act.token != token]
