"""The one registry of actions: name, keys, footer label, help; keys, palette, help and the keyboard card come from it.

A screen answers `why_not(name)` and `act_<name>()`; nothing else knows a key.
"""

from dataclasses import dataclass
from typing import Final, Literal

from agent_tui.i18n import N_

Scope = Literal["app", "list", "palette"]
Group = Literal["call", "move", "list", "desk"]

GROUPS: Final[dict[Group, str]] = {
    "call": N_("The call"),
    "move": N_("Getting around"),
    "list": N_("In a list"),
    "desk": N_("The desk"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One verb; `scope` app = bound on every view, list = handled by the focused list, palette = without a key.

    `bar` is the place in the action bar (0 first), None keeps it out; label and help are msgids, `short` is the
    label where the terminal is narrow, empty where the label is short enough.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    scope: Scope = "app"
    bar: int | None = None
    short: str = ""

    @property
    def waits(self) -> bool:
        """It may ask the service, so it takes its turn behind the one before it."""
        return (self.group == "call" and self.name != "find") or self.name == "leave"


ACTIONS: Final[tuple[Action, ...]] = (
    Action("help", ("f1", "question_mark"), N_("Help"), N_("Every key of this view; each line can be run"), "desk",
           bar=0),
    Action("take", ("f2",), N_("Take"), N_("Take the offered contact, else the selected or the next one"), "call",
           bar=1),
    Action("find", ("f3",), N_("Find"), N_("Find a customer by code, phone, meter, name or place"), "call", bar=2),
    Action("new_ticket", ("f4",), N_("New ticket"), N_("New ticket for the customer on screen"), "call", bar=3,
           short=N_("New")),
    Action("attach", ("f5",), N_("Attach"),
           N_("Attach to the outage; without one, report or choose an outage"), "call", bar=4),
    Action("next_view", ("f6",), N_("Next view"), N_("Go to the next view"), "move", bar=5,
           short=N_("View")),
    Action("previous_view", ("shift+f6",), N_("Previous view"), N_("Go to the previous view"), "move"),
    Action("look_closer", ("f7",), N_("Look closer"), N_("History, differences, transcript"), "call", bar=6,
           short=N_("Look")),
    Action("commit", ("f8",), N_("Save"), N_("Save; in a contact, save and wrap up"), "call", bar=7),
    Action("state", ("f9",), N_("State"), N_("Change my state: ready, pause, log out"), "call", bar=8,
           short=N_("Duty")),
    Action("hold", ("ctrl+o",), N_("Hold"), N_("Hold or resume the call"), "call"),
    Action("undo", ("ctrl+z",), N_("Undo"), N_("Undo the last committed action (outside text fields)"), "call"),
    Action("back", ("escape", "ctrl+g"), N_("Back"), N_("Back; never destroys text"), "move"),
    Action("palette", ("ctrl+p",), N_("Commands"), N_("Every command by name, with its key"), "desk", bar=9,
           short=N_("All")),
    Action("refresh", ("ctrl+r",), N_("Refresh"), N_("Read everything again; reconnect now"), "desk"),
    Action("copy", ("ctrl+y",), N_("Copy"), N_("Copy the customer's code; once more: the phone number"), "desk"),
    Action("filter", ("slash",), N_("Filter"), N_("Filter the list"), "list"),
    Action("mark", ("space",), N_("Mark"), N_("Mark the row"), "list", scope="list"),
    Action("mark_all", ("asterisk",), N_("Mark all"), N_("Mark all rows shown, or none"), "list", scope="list"),
    Action("view_queue", ("1",), N_("Queue"), N_("Go to the queue"), "move"),
    Action("view_customers", ("2",), N_("Customers"), N_("Go to the customers"), "move"),
    Action("view_outages", ("3",), N_("Outages"), N_("Go to the outages"), "move"),
    Action("view_tickets", ("4",), N_("Tickets"), N_("Go to the tickets"), "move"),
    Action("language", (), N_("Language"), N_("Switch between Vietnamese and English"), "desk", scope="palette"),
    Action("theme", (), N_("Theme"), N_("Next theme: dark, light, high contrast"), "desk", scope="palette"),
    Action("density", (), N_("Density"), N_("More lines, or more air"), "desk", scope="palette"),
    Action("drafts", (), N_("Unsaved texts"), N_("Texts that were typed and not sent"), "desk", scope="palette"),
    Action("leave", (), N_("Log out"), N_("Log out and leave the desk; refused while a contact is open"), "desk",
           scope="palette"),
)  # fmt: skip

# The optional layer: letters for the fingers of vim users, wherever a letter would not be typed.
VIM: Final[dict[str, str]] = {"j": "down", "k": "up", "h": "left", "l": "right", "g": "home", "G": "end"}
# Keys that are the same in every program; nobody can move them.
FIXED: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("enter",), N_("Open, choose, confirm")),
    (("tab", "shift+tab"), N_("Next or previous pane or field")),
    (("up", "down", "left", "right"), N_("Move")),
    (("home", "end", "pageup", "pagedown"), N_("Start, end, a page up or down")),
)
BY_NAME: Final[dict[str, Action]] = {action.name: action for action in ACTIONS}
VIEWS: Final[tuple[tuple[str, str], ...]] = (
    ("queue", N_("Queue")),
    ("customers", N_("Customers")),
    ("outages", N_("Outages")),
    ("tickets", N_("Tickets")),
)
