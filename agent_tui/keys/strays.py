"""Letters that arrive where nothing is typed: a paste gone astray, which nobody meant as commands."""

from collections import deque
from typing import Final

from textual import events
from textual._time import get_time

STRAY: Final = 200
"""More letters than this at once are dropped, and that is said."""
STRAY_SAID_S: Final = 3.0
TOGETHER_S: Final = 0.5
"""A space so soon behind a letter belongs to a text, also where the terminal hands it over in pieces."""
Input = events.InputEvent | events.Paste


class Strays:
    """What was seen of letters nobody asked for."""

    def __init__(self) -> None:
        self._letter_at = self._said_at = -STRAY_SAID_S

    def is_one(self, event: Input) -> bool:
        """Say whether it is a space among such letters: it marks nothing."""
        if not isinstance(event, events.Key) or event.character is None:
            return False
        if event.character.isalpha():
            self._letter_at = event.time
        return event.character == " " and event.time - self._letter_at < TOGETHER_S

    def drop(self, queue: deque[Input]) -> bool:
        """Drop the letters at the head of the queue and say whether to tell the agent, which is once in a while."""
        while queue and isinstance(queue[0], events.Key) and queue[0].is_printable:
            self._letter_at = queue.popleft().time
        now = get_time()
        told, self._said_at = now - self._said_at <= STRAY_SAID_S, now
        return not told
