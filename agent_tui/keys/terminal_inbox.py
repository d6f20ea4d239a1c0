"""What the terminal sent, handed to the loop in small turns: a flood of keys leaves room for everything else.

Textual 8.2.8 makes a future and a task of every key and wakes the loop once for each; ten thousand unbracketed keys are
then one block of the loop as long as the reading thread stays ahead of it.
"""

from collections import deque
from typing import Final

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

TURN: Final = 32
"""So many messages go to the app before everything else has a turn."""


class InboxDriver(LinuxDriver):
    """Textual's driver for terminals, whose messages wait in one line."""

    _inbox: deque[Message]
    _called = False

    def send_message(self, message: Message) -> None:
        """Put a message into the line, from whatever thread, and call the loop unless it is called already."""
        if "_inbox" not in self.__dict__:
            self._inbox = deque()
        self._inbox.append(message)
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        for _ in range(min(TURN, len(self._inbox))):
            self._app.post_message(self._inbox.popleft())
        # In this order: what comes between these two lines calls the loop itself.
        self._called = False
        if self._inbox:
            self._called = True
            self._loop.call_soon(self._hand_over)
