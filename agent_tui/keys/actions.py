"""The one registry of actions: name, keys, footer label, help; keys, palette, help and the keyboard card come from it.

A screen answers `why_not(name)` and `act_<name>()`; nothing else knows a key.
"""

from dataclasses import dataclass
from typing import Final, Literal

from agent_tui.i18n import N_

Scope = Literal["app", "list", "palette"]
Group = Literal["call", "outage", "lead", "move", "list", "desk"]

GROUPS: Final[dict[Group, str]] = {
    "call": N_("The call"),
    "outage": N_("The outage"),
    "lead": N_("The team lead"),
    "move": N_("Getting around"),
    "list": N_("In a list"),
    "desk": N_("The desk"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """What an action is called while it does something more special than its own label says."""

    name: str
    label: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One verb; `scope` app = bound on every view, list = handled by the focused list, palette = without a key.

    `bar` is the place in the action bar (0 first), None keeps it out; label and help are msgids, `short` is the
    label where the terminal is narrow, empty where the label is short enough; `faces` are its other labels.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    scope: Scope = "app"
    bar: int | None = None
    short: str = ""
    faces: tuple[Face, ...] = ()

    def words(self, face: str) -> tuple[str, str]:
        """Label and short label (msgids) under this face; its own under a name it has none for."""
        for known in self.faces:
            if known.name == face:
                return known.label, known.short or known.label
        return self.label, self.short or self.label

    @property
    def waits(self) -> bool:
        """It may ask the service, so it takes its turn behind the one before it."""
        return (self.group in ("call", "outage", "lead") and self.name != "find") or self.name == "leave"


# What an agent does with a contact less often than the keys of the bar.
CONTACT_ACTIONS: Final[tuple[Action, ...]] = (
    Action("callbacks", ("shift+f2",), N_("Promised calls"),
           N_("Call back who was promised it: all queues, the oldest promise first"), "call"),
    Action("trouble", ("shift+f5",), N_("Trouble"),
           N_("What is out and what is dangerous, in four letters; a danger goes to the field unit"), "call"),
    Action("hand_on", ("shift+f1",), N_("Help with it"),
           N_("Ask the lead or a colleague in, transfer with a note, promise a call back"), "call"),
    Action("more_time", (), N_("More time"), N_("A longer wrap-up, once"), "call", scope="palette"),
    Action("dangers", (), N_("Open dangers"), N_("Dangers that are not over: who has them, since when"), "call",
           scope="palette"),
    Action("hand_over", (), N_("Hand over"), N_("Leave all my open work to a colleague, with a note"), "call",
           scope="palette"),
)  # fmt: skip
# Run from the menu of the commit key on an outage, and by name from the palette.
OUTAGE_ACTIONS: Final[tuple[Action, ...]] = tuple(
    Action(name, (), label, help, "outage", scope="palette")
    for name, label, help in (
        ("outage_menu", N_("Change outage"), N_("Everything that can be done with the outage under the cursor")),
        ("outage_confirm", N_("Confirm"), N_("The outage is real: confirm what was predicted")),
        ("outage_etr", N_("Set target"), N_("When power is to be back, and who says so")),
        ("outage_crew", N_("Crew"), N_("What the crew is doing")),
        ("outage_cause", N_("Cause"), N_("Why the power went out")),
        ("outage_restore", N_("Power back"), N_("Power is back: for all, for so many customers, below some devices")),
        ("outage_callbacks", N_("Call backs"), N_("Call back who asked for it, and say what came of it")),
        ("outage_message", N_("Notify"), N_("What customers would be told, how many, in how many parts; send it")),
        ("outage_note", N_("Add a remark"), N_("A remark in the log of the outage")),
        ("outage_cancel", N_("False alarm"), N_("It was no outage: cancel it")),
        ("outage_close", N_("Close outage"), N_("Everything about it is done: close it")),
        ("outage_sort", N_("Sort outages"), N_("Customer-minutes lost, customers, calls, newest, next target")),
        ("planned_works", N_("Planned works"), N_("Planned works with the clocks of their notices")),
        ("storm_board", N_("Storm board"), N_("Customers out and back by province and corporation")),
    )
)
# What a team lead does on the wallboard; from anywhere else the palette goes there first.
LEAD_ACTIONS: Final[tuple[Action, ...]] = tuple(
    Action(name, (), label, help, "lead", scope="palette")
    for name, label, help in (
        ("centre_state", N_("Centre state"), N_("Surge mode, announcement, offer of a call back")),
        ("move_agents", N_("Move agents"), N_("Other skills or another state for the marked agents")),
        ("reassign", N_("Reassign"), N_("The marked contacts ring at another agent")),
        ("take_over", N_("Take over"), N_("Take the contact under the cursor out of an agent's hands")),
        ("what_if", N_("What if"), N_("How many agents a load needs, and what each lever buys")),
        ("export_csv", N_("Export CSV"), N_("Intervals, agents or stays of today into a file")),
    )
)
ACTIONS: Final[tuple[Action, ...]] = (
    Action("help", ("f1", "question_mark"), N_("Help"), N_("Every key of this view; each line can be run"), "desk",
           bar=0),
    Action("take", ("f2",), N_("Take"), N_("Take the offered contact, else the selected or the next one"), "call",
           bar=1, faces=(Face("offer", N_("Take offer"), N_("Take")), Face("this", N_("Take this"), N_("Take")),
                         Face("next", N_("Take next"), N_("Take")), Face("call", N_("Call")),
                         Face("take_over", N_("Take over"), N_("Take")))),
    Action("find", ("f3",), N_("Find"), N_("Find a customer by code, phone, meter, name or place"), "call", bar=2),
    Action("identify", ("shift+f3",), N_("Is the caller"),
           N_("The customer on screen is the caller, also where somebody else was chosen before"), "call"),
    Action("new_ticket", ("f4",), N_("New ticket"), N_("New ticket for the customer on screen"), "call", bar=3,
           short=N_("New")),
    Action("attach", ("f5",), N_("Attach"),
           N_("Attach to the outage; without one, report or choose one; in the queue all marked contacts"), "call",
           bar=4, faces=(Face("marked", N_("Attach marked"), N_("Attach")),)),
    Action("next_view", ("f6",), N_("Next view"), N_("Go to the next view"), "move", bar=5,
           short=N_("View")),
    Action("previous_view", ("shift+f6",), N_("Previous view"), N_("Go to the previous view"), "move"),
    Action("look_closer", ("f7",), N_("Look closer"), N_("History, differences, transcript"), "call", bar=6,
           short=N_("Look"), faces=(Face("bills", N_("Bills")), Face("what_if", N_("What if"), N_("Plan")))),
    Action("commit", ("f8",), N_("Save"), N_("Save; in a contact, save and wrap up"), "call", bar=7,
           faces=(Face("wrap_up", N_("Wrap up"), N_("Wrap")), Face("outage", N_("Change")),
                  Face("marked", N_("Change marked"), N_("Change")),
                  Face("move", N_("Move agents"), N_("Staff")),
                  Face("reassign", N_("Reassign"), N_("Staff")))),
    Action("state", ("f9",), N_("State"), N_("Change my state: ready, pause, log out"), "call", bar=8,
           short=N_("Duty"), faces=(Face("centre", N_("Centre state"), N_("Surge")),)),
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
    Action("merge_tickets", (), N_("Merge tickets"), N_("The marked tickets into the one under the cursor"), "list",
           scope="palette"),
    Action("save_view", (), N_("Save list"), N_("The list of tickets with its filter, under a name of its own"),
           "list", scope="palette"),
    Action("delete_view", (), N_("Delete list"), N_("The saved list on screen; its tickets stay"), "list",
           scope="palette"),
    Action("view_queue", ("1",), N_("Queue"), N_("Go to the queue"), "move"),
    Action("view_customers", ("2",), N_("Customers"), N_("Go to the customers"), "move"),
    Action("view_outages", ("3",), N_("Outages"), N_("Go to the outages"), "move"),
    Action("view_tickets", ("4",), N_("Tickets"), N_("Go to the tickets"), "move"),
    Action("view_wallboard", ("5",), N_("Wallboard"), N_("Go to the wallboard of the team leads"), "move"),
    *LEAD_ACTIONS,
    *CONTACT_ACTIONS,
    *OUTAGE_ACTIONS,
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
LEAD_VIEWS: Final[tuple[tuple[str, str], ...]] = (*VIEWS, ("wallboard", N_("Wallboard")))
LEADS: Final = ("lead", "admin")
FOR_LEADS: Final = frozenset({"view_wallboard", *(action.name for action in LEAD_ACTIONS)})


def views_of(role: str) -> tuple[tuple[str, str], ...]:
    """The views somebody of this role has, in the order of F6."""
    return LEAD_VIEWS if role in LEADS else VIEWS
