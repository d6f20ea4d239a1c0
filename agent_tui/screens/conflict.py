"""Somebody saved the same ticket meanwhile: other fields merge by themselves, the same field is decided here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from agent_tui import wire
from agent_tui.desk import conflicts
from agent_tui.desk.merge import Merge, patch_from
from agent_tui.errors import DeskError, Stale
from agent_tui.i18n import _, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused
from agent_tui.screens.conflict_third import Thirds
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.ticket_form import NOBODY
from agent_tui.screens.ticket_history import Words
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.ticket_edit import TicketPane

NO_THIRD: Final = "\x00"


class Conflict(Dialog[Merge]):
    """One field after the other, mine beside theirs; answers the merge with every field decided."""

    CSS_PATH = ["dialog.tcss", "conflict.tcss"]

    def __init__(self, merge: Merge, words: Words, saved_by: str, thirds: Thirds | None = None) -> None:
        super().__init__()
        self._merge, self._words, self._saved_by = merge, words, saved_by
        self._thirds = thirds or Thirds()

    def compose(self) -> ComposeResult:
        """Who saved, the field, mine beside theirs, what stood there before, a third value, what merged by itself."""
        with Vertical(classes="panel"):
            yield SafeStatic(id="conflict-title", classes="title")
            yield SafeStatic(id="conflict-field")
            with Horizontal(id="conflict-sides"):
                yield SafeStatic(id="conflict-mine")
                yield SafeStatic(id="conflict-theirs")
            yield SafeStatic(id="conflict-before")
            edit = _("or type a third (↑ yours, ↓ theirs to edit)")
            yield TextField(placeholder=edit, id="conflict-third", select_on_focus=False)
            with Horizontal(id="conflict-choose"):
                yield SafeStatic(_("or another:"), id="conflict-another")
                yield Choice([(NO_THIRD, "…")], id="conflict-choice")
            yield SafeStatic(classes="error", id="conflict-wrong")
            yield SafeStatic(id="conflict-merged")
            keys = _("Enter keeps yours · Tab takes theirs · Shift+Tab what was before · {back} decides later")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """The first field nobody decided."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Tab takes theirs, Shift+Tab what was before, the arrows bring a text to be edited; else as in a dialog."""
        now = self._merge.open[0]
        if event.key in ("up", "down") and self._third.display:
            self._third.value = (now.mine if event.key == "up" else now.theirs) or ""
            self._third.cursor_position = len(self._third.value)
        elif event.key == "tab":
            self._decide(now.theirs)
        elif event.key == "shift+tab":
            if now.base != conflicts.UNKNOWN:
                self._decide(now.base)
        elif event.key == "enter":
            self.act_commit()
        else:
            super().on_key(event)
            return
        event.stop()
        event.prevent_default()

    @on(TextField.Submitted, "#conflict-third")
    def _submitted(self, event: TextField.Submitted) -> None:
        event.stop()
        self.act_commit()

    @on(TextField.Changed, "#conflict-third")
    def _typed(self, event: TextField.Changed) -> None:
        event.stop()
        self._judge()

    def act_commit(self) -> None:
        """What was typed or chosen, else mine."""
        now = self._merge.open[0]
        if not self._third.display:
            chosen = self._choice.value
            self._decide({NO_THIRD: now.mine, NOBODY: None}.get(chosen, chosen or None))
        elif not self._judge():
            self._decide(self._third.value.strip() or now.mine)

    @property
    def _third(self) -> TextField:
        return self.query_one("#conflict-third", TextField)

    @property
    def _choice(self) -> Choice:
        return self.query_one("#conflict-choice", Choice)

    def _judge(self) -> str:
        wrong = self._thirds.wrong(self._merge.open[0], self._merge.values, self._third.value.strip())
        line = self.query_one("#conflict-wrong", SafeStatic)
        line.set_class(bool(wrong), "on")
        line.say(f"▲ {wrong}" if wrong else "", layout=True)
        return wrong

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
        self.query_one("#conflict-field", SafeStatic).say(plain(words.name(now.name), "bold $warning"))
        for side, head, value, style in (
            ("mine", _("yours"), now.mine, "bold"),
            ("theirs", _("theirs"), now.theirs, "bold $accent"),
        ):
            shown = plain(head, "$muted") + Content("\n") + plain(words.value(now.name, value), style)
            self.query_one(f"#conflict-{side}", SafeStatic).say(shown, layout=True)
        known = now.base != conflicts.UNKNOWN
        before = words.value(now.name, now.base) if known else _("not known any more")
        line = plain(_("before") + "  ", "$muted") + plain(before, "$muted")
        self.query_one("#conflict-before", SafeStatic).say(line, layout=True)
        self._offer_third()
        merged = self.query_one("#conflict-merged", SafeStatic)
        merged.say(plain(merged_words(self._merge, words), "$muted"), layout=True)

    def _offer_third(self) -> None:
        """A line to type into, or the choices of the field, whichever it has."""
        options = self._thirds.options(self._merge.open[0], self._merge.values)
        third, choice = self._third, self._choice
        third.value = ""
        # The start has no letters: what is typed finds one of the values.
        choice.set_options([(NO_THIRD, "…"), *(options or [])])
        choice.set(NO_THIRD)
        third.display = options is None
        self.query_one("#conflict-choose").display = options is not None
        self.set_focus(third if third.display else choice)
        self._judge()


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
    try:
        types: Sequence[wire.TicketType] = await desk.client.ticket_types()
    except DeskError:
        types = ()
    pane, patch = pane_of(desk, current.id), intent.body
    if pane is not None:
        # The editor may hold more than was sent, typed while the catalogue was read too.
        patch = pane.changes().patch or patch
    if not isinstance(patch, wire.PatchTicket):
        return
    merge = conflicts.three_way(patch, intent.version or 0, current, stale.since, me)
    people = {agent.username: agent.name for agent in desk.state.agents.values()}
    words, thirds = Words(types, people), Thirds(types, people, list(desk.state.outages.values()))
    if merge.conflicts:
        if pane is None or desk.view("tickets") is not cast("App[Any]", desk).screen:
            # A dialog must not come between the agent and another contact: the text waits, with the reason.
            text = _("{number}: somebody saved the same field meanwhile. Yours is kept under “Unsaved texts”.")
            desk.toast(text.format(number=current.number), "warning")
            return
        dialog = Conflict(merge, words, _saved_by(stale.since, me, people, desk.now()), thirds)
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
