"""Somebody saved the same ticket meanwhile: other fields merge by themselves, the same field is decided here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from rich.cells import cell_len
from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agent_tui import wire
from agent_tui.desk import conflicts
from agent_tui.desk.merge import OF_TYPE, Merge, patch_from
from agent_tui.errors import DeskError, Stale
from agent_tui.i18n import _, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.ticket_history import Words
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.ticket_edit import TicketPane

WRITABLE: Final = "title"


class Conflict(Dialog[Merge]):
    """One field after the other, mine beside theirs; answers the merge with every field decided."""

    CSS_PATH = ["dialog.tcss", "conflict.tcss"]

    def __init__(self, merge: Merge, words: Words, saved_by: str) -> None:
        super().__init__()
        self._merge, self._words, self._saved_by = merge, words, saved_by

    def compose(self) -> ComposeResult:
        """Who saved, the field, both values, a line for a third, what merged by itself."""
        with Vertical(classes="panel"):
            yield SafeStatic(id="conflict-title", classes="title")
            yield SafeStatic(id="conflict-values")
            yield TextField(placeholder=_("or type a third"), id="conflict-third")
            yield SafeStatic(id="conflict-merged")
            yield SafeStatic(hint(_("Enter keeps yours · Tab takes theirs · {back} decides later")), classes="hint")

    def on_mount(self) -> None:
        """The first field nobody decided."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Tab takes theirs; everything else is a dialog's."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            self._decide(self._merge.open[0].theirs)
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.act_commit()
        else:
            super().on_key(event)

    @on(TextField.Submitted, "#conflict-third")
    def _submitted(self, event: TextField.Submitted) -> None:
        event.stop()
        self.act_commit()

    def act_commit(self) -> None:
        """What was typed, else mine."""
        third = self.query_one("#conflict-third", TextField).value.strip()
        self._decide(third or self._merge.open[0].mine)

    def _decide(self, value: str | None) -> None:
        self._merge = self._merge.decide(self._merge.open[0].name, value)
        if self._merge.open:
            self._show()
        else:
            self.dismiss(self._merge)

    def _show(self) -> None:
        now, words = self._merge.open[0], self._words
        title = ngettext(
            "{who}: one field differs", "{who}: {n} fields differ, this is {k}", len(self._merge.conflicts)
        )
        said = title.format(who=self._saved_by, n=len(self._merge.conflicts), k=len(self._merge.decided) + 1)
        self.query_one("#conflict-title", SafeStatic).say(plain(said))
        sides = ((_("yours"), now.mine, "bold"), (_("theirs"), now.theirs, "bold $accent"), (_("before"), now.base, ""))
        lines = [plain(words.name(now.name), "bold $warning")]
        wide = max(cell_len(side) for side, _value, _style in sides)
        for side, value, style in sides:
            known = value != conflicts.UNKNOWN
            shown = words.value(now.name, value) if known else _("not known any more")
            lines.append(
                plain(f"  {side}{' ' * (wide - cell_len(side))}  ", "$muted") + plain(shown, style or "$muted")
            )
        self.query_one("#conflict-values", SafeStatic).say(Content("\n").join(lines), layout=True)
        third = self.query_one("#conflict-third", TextField)
        third.value = ""
        third.display = third.can_focus = now.name == WRITABLE or now.name.startswith(OF_TYPE)
        self.set_focus(third if third.display else None)
        merged = self.query_one("#conflict-merged", SafeStatic)
        merged.say(plain(merged_words(self._merge, words), "$muted"), layout=True)


def merged_words(merge: Merge, words: Words) -> str:
    """`merged by itself: Priority (theirs), Title (yours)`; empty where nothing was."""
    parts = [_("{field} (theirs)").format(field=words.name(name)) for name in merge.from_them]
    parts += [_("{field} (yours)").format(field=words.name(name)) for name in merge.from_me]
    return _("merged by itself: {fields}").format(fields=", ".join(parts)) if parts else ""


def pane_of(desk: "Desk", ticket: str) -> "TicketPane | None":
    """The editor, if this ticket stands in it."""
    from agent_tui.screens.ticket_edit import TicketPane

    view = desk.view("tickets")
    pane = view.query_one("#ticket-pane", TicketPane) if view is not None and view.is_mounted else None
    return pane if pane is not None and pane.ticket is not None and pane.ticket.id == ticket else None


async def meet(desk: "Desk", refused: IntentRefused) -> None:
    """A save came too late: merge it, ask about fields both changed, save again; runs in a worker."""
    intent, stale = refused.intent, refused.reason
    if not (isinstance(stale, Stale) and isinstance(stale.current, wire.Ticket)):
        return
    current, me = stale.current, desk.state.user.username
    pane, patch = pane_of(desk, current.id), intent.body
    if pane is not None:
        # The editor may hold more than was sent.
        patch = pane.changes().patch or patch
    if not isinstance(patch, wire.PatchTicket):
        return
    merge = conflicts.three_way(patch, intent.version or 0, current, stale.since, me)
    people = {agent.username: agent.name for agent in desk.state.agents.values()}
    try:
        words = Words(await desk.client.ticket_types(), people)
    except DeskError:
        words = Words((), people)
    if merge.conflicts:
        if pane is None or desk.view("tickets") is not cast("App[Any]", desk).screen:
            # A dialog must not come between the agent and another contact: the text waits, with the reason.
            text = _("{number}: somebody saved the same field meanwhile. Yours is kept under “Unsaved texts”.")
            desk.toast(text.format(number=current.number), "warning")
            return
        dialog = Conflict(merge, words, _saved_by(stale.since, me, people, desk.now()))
        decided = await cast("App[Any]", desk).push_screen_wait(dialog)
        if decided is None:
            desk.toast(hint(_("{number} is not saved yet: {commit} compares again."), number=current.number), "warning")
            return
        merge = decided
    _save(desk, pane_of(desk, current.id), merge, current, stale.since, words)


def _save(
    desk: "Desk", pane: "TicketPane | None", merge: Merge, current: wire.Ticket, since: Sequence[wire.TicketChange],
    words: Words,
) -> None:  # fmt: skip
    patch = patch_from(merge.values, current)
    label = conflicts.draft_fields(patch, current)
    if pane is not None:
        pane.adopt(current, merge.values)
    else:
        note = desk.drafts.text("ticket", current.id, "note")
        desk.drafts.keep("ticket", current.id, current.number, {"note": note, **label})
    if patch is not None:
        desk.outbox.put("patch_ticket", current.id, patch, version=current.version)
        desk.drafts.mark("ticket", current.id, on_its_way=current.id, refused="")
    if merge.from_them:
        names = conflicts.authors(since, desk.state.user.username)
        who = ", ".join(words.value("assignee", name) for name in names)
        fields = ", ".join(words.name(name) for name in merge.from_them)
        desk.toast(_("{who} saved meanwhile: {fields}. Both are kept.").format(who=who, fields=fields))


def _saved_by(since: Sequence[wire.TicketChange], me: str, people: dict[str, str], now: float) -> str:
    others = [step for step in since if step.author != me]
    if not others:
        return _("SAVED MEANWHILE")
    who = people.get(others[-1].author, others[-1].author)
    return _("SAVED BY {who} {time}").format(who=who, time=fmt_time(others[-1].at, now))
