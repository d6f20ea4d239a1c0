"""The copy key: the customer's code, then the phone, into the terminal's clipboard; nothing else ever writes there."""

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from agent_tui.i18n import _
from agent_tui.text.phone import is_masked

if TYPE_CHECKING:
    from agent_tui.screens.base import DeskScreen

Copied = tuple[tuple[str, ...], int]
"""What could be copied at the last press, and which of it was."""
NOTHING: Final[Copied] = ((), -1)


@runtime_checkable
class ShowsPhones(Protocol):
    """A view with a customer's record open."""

    def phones_on_screen(self) -> list[str]:
        """The phone numbers of that record."""
        ...


def copyable(screen: "DeskScreen") -> tuple[str, ...]:
    """What the copy key takes, one press after the other; a masked number is no number."""
    hand = screen.desk.state.hand
    found = [screen.customer_on_screen() or ""]
    if isinstance(screen, ShowsPhones):
        found += screen.phones_on_screen()
    if hand is not None and screen.VIEW == "queue":
        found.append(hand.address)
    return tuple(dict.fromkeys(text for text in found if text and not is_masked(text)))


def copy_next(screen: "DeskScreen", last: Copied) -> Copied:
    """Copy what follows the last copy, say what it was, and answer it for the next press."""
    texts, desk = copyable(screen), screen.desk
    if not texts:
        desk.toast(_("There is no customer on screen to copy from."), "warning")
        return last
    known, index = last
    index = (index + 1) % len(texts) if texts == known else 0
    screen.app.copy_to_clipboard(texts[index])
    said = _("Copied: {text}").format(text=texts[index])
    if len(texts) > 1:
        following = texts[(index + 1) % len(texts)]
        said += " · " + _("{key} again: {text}").format(key=desk.keymap.shown("copy"), text=following)
    desk.toast(said)
    return texts, index
