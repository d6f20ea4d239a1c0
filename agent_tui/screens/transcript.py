"""Look closer at a contact: its history and what was said; on a text channel a line to the customer."""

from collections.abc import Awaitable, Callable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.snippets import holes
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _, fmt_clock
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.queue_rows import CHANNELS, STATES
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.snippet_list import Offers, SnippetList, WritingField, nothing

MESSAGE_CAP: Final = 2000
AUTHORS = {"customer": N_("customer"), "agent": N_("we"), "system": N_("system")}


def lines(detail: wire.ContactDetail, names: dict[str, str]) -> Content:
    """History and transcript as one list in the order of time, each line with its clock; `names` maps agents' ids."""
    entries: list[tuple[float, int, Content]] = []
    for step in detail.history:
        who = names.get(step.by or "", "")
        # An offer names the colleague it went to by id.
        more = names.get(step.detail or "", step.detail)
        words = " · ".join(filter(None, (_(STATES.get(step.state, step.state)), who, more)))
        line = plain(f"{fmt_clock(step.at, seconds=True)}  {words}", "$muted")
        entries.append((step.at.timestamp(), 0, line))
    for message in detail.transcript:
        author = _(AUTHORS.get(message.author, message.author))
        style = "bold" if message.author == "customer" else ""
        head = plain(f"{fmt_clock(message.at, seconds=True)}  {author}: ", "$accent")
        entries.append((message.at.timestamp(), 1, head + plain(message.text, style, multiline=True)))
    entries.sort(key=lambda entry: entry[:2])
    if not entries:
        return plain(_("Nothing is on file for this contact yet."), "$muted")
    return Content("\n").join(line for _at, _kind, line in entries)


class Transcript(Dialog[None]):
    """History and transcript; without `send` nothing can be written; `keep` receives what is typed, with every key."""

    CSS_PATH = ["dialog.tcss", "transcript.tcss"]

    def __init__(
        self,
        contact: wire.Contact,
        read: Callable[[], Awaitable[wire.ContactDetail]],
        names: dict[str, str],
        send: Callable[[str], None] | None,
        draft: str,
        keep: Callable[[str], None],
        offers: Offers = nothing,
    ) -> None:
        super().__init__()
        self._contact, self._read, self._names, self._send = contact, read, names, send
        self._draft, self._keep, self._offers = draft, keep, offers

    def compose(self) -> ComposeResult:
        """Who, the lines, the message field."""
        glyph, word = CHANNELS.get(self._contact.channel, ("·", self._contact.channel))
        with Vertical(classes="panel"):
            yield SafeStatic(
                plain(f"{glyph} {_(word)} · {self._contact.name or self._contact.address}"), classes="title"
            )
            with VerticalScroll(id="lines"):
                yield SafeStatic(plain(_("reading …"), "$muted"), id="text")
            if self._send is not None:
                yield SnippetList(id="snippets")
                ask = _("message to the customer, Enter sends, :: inserts a text")
                yield WritingField(self._draft, placeholder=ask, id="message", max_length=MESSAGE_CAP)
            yield SafeStatic(hint(_("PgUp PgDn scroll · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Read at once; the message field, where there is one, has the focus."""
        if self._send is not None:
            field, snippets = self.query_one("#message", WritingField), self.query_one("#snippets", SnippetList)
            field.listed, snippets.offers = snippets, self._offers
            field.focus()
        else:
            self.query_one("#lines").focus()
        self.work(self._load(), "transcript")

    async def _load(self) -> None:
        try:
            shown = lines(await self._read(), self._names)
        except DeskError as error:
            shown = plain("✗ " + error.say(), "$error")
        if self.is_open:
            self.query_one("#text", SafeStatic).say(shown, layout=True)
            self.query_one("#lines", VerticalScroll).scroll_end(animate=False)

    def look_again(self) -> None:
        """The texts that can be inserted have been read."""
        if self._send is not None and self.is_open:
            self.query_one("#snippets", SnippetList).look(self.query_one("#message", WritingField).before)

    def act_back(self) -> None:
        """Esc: an unsent message waits for the next time."""
        self.dismiss(None)

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Every key counts."""
        event.stop()
        self._keep(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter sends what was typed and keeps the dialog open."""
        event.stop()
        text = clean(event.value, cap=MESSAGE_CAP).strip()
        if missing := holes(text):
            # A customer never reads the name of a placeholder.
            self.desk.toast(_("Not sent. Still to be filled in: {what}").format(what=", ".join(missing)), "warning")
        elif text and self._send is not None:
            self._send(text)
            event.input.value = ""
            shown = self.query_one("#text", SafeStatic)
            mine = plain("…  " + _("we") + ": ", "$accent") + plain(text)
            before = shown.content
            shown.say((before if isinstance(before, Content) else Content("")) + Content("\n") + mine, layout=True)
            self.query_one("#lines", VerticalScroll).scroll_end(animate=False)
