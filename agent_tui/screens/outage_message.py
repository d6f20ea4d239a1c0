"""What customers would be told about an outage: the text, its parts and price in parts, how many get it; then sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agent_tui import wire
from agent_tui.errors import Conflict, DeskError
from agent_tui.i18n import N_, _, fmt_number, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.safe import Confirm, SafeStatic, plain

Wording = Literal["plain", "vi", "en"]
WORDINGS: Final[dict[Wording, str]] = {
    "plain": N_("Vietnamese without accents"),
    "vi": N_("Vietnamese"),
    "en": N_("English"),
}
CHANNELS: Final[dict[wire.NoticeChannel, str]] = {"sms": N_("text message"), "zalo": N_("Zalo"), "app": N_("app")}
KINDS: Final[dict[str, str]] = {
    "known": N_("that power is out"),
    "etr": N_("the target"),
    "partly_back": N_("that a part is back"),
    "back": N_("that power is back"),
    "plan": N_("the planned work"),
    "plan_moved": N_("that the work was moved"),
    "plan_cancelled": N_("that the work was called off"),
}
REFUSED: Final[dict[str, str]] = {
    "already_sent": N_("The same words went to the same customers within the last half hour."),
    "nobody_to_write_to": N_("Nobody would get it."),
    "was_no_outage": N_("It was no outage: there is nothing to tell anybody."),
}


class OutageMessageDialog(Dialog[None]):
    """A preview in three wordings; a lead sends it with the commit key, after a question with the number."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, outage: wire.Outage, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._outage, self._now = outage, now
        self._message: wire.OutageMessage | None = None
        self._failed = ""

    def compose(self) -> ComposeResult:
        """Which outage, wording and channel, the text, its figures, the keys."""
        with Vertical(classes="panel"):
            what = _("Message · {what}").format(what=device_name(self._outage))
            yield SafeStatic(plain(what), classes="title")
            yield SafeStatic(_("wording"), classes="label")
            yield Choice([(code, _(word)) for code, word in WORDINGS.items()], "plain", id="wording")
            yield SafeStatic(_("sent by"), classes="label")
            yield Choice([(code, _(word)) for code, word in CHANNELS.items()], "sms", id="channel")
            yield SafeStatic(id="message-text")
            yield SafeStatic(id="message-facts")
            yield SafeStatic(hint(_("← → another wording · {commit} sends it · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Read it."""
        self.query_one("#wording").focus()
        self._draw()
        if self._message is None:
            self.work(self._read(), "message")

    async def _read(self) -> None:
        try:
            self._message = await self.desk.client.outage_message(self._outage.id)
        except DeskError as error:
            self._failed = _why(error)
        if self.is_open:
            self._draw()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Another wording costs other parts."""
        event.stop()
        self._draw()

    def typed_again(self) -> None:
        """The figures in other words."""
        self._draw()

    @property
    def _draft(self) -> wire.MessageDraft | None:
        return None if self._message is None else _worded(self._message, self.query_one("#wording", Choice).value)

    def _draw(self) -> None:
        text, facts = self.query_one("#message-text", SafeStatic), self.query_one("#message-facts", SafeStatic)
        draft, message = self._draft, self._message
        if draft is None or message is None:
            waiting = plain("✗ " + self._failed, "$error") if self._failed else plain(_("reading …"), "$muted")
            text.say(waiting, layout=True)
            return
        text.say(plain(f"“{draft.text}”", "bold", multiline=True), layout=True)
        facts.say(self._facts(message, draft), layout=True)

    def _facts(self, message: wire.OutageMessage, draft: wire.MessageDraft) -> Content:
        kind = _(KINDS[message.kind]) if message.kind in KINDS else message.kind
        parts = ngettext("{n} part", "{n} parts", draft.parts).format(n=draft.parts)
        people = ngettext("{n} customer gets it", "{n} customers get it", message.recipients)
        counted = people.format(n=fmt_number(message.recipients))
        total = fmt_number(draft.parts * message.recipients)
        lines = [
            plain(_("Says {kind} · {places} characters, {parts}").format(kind=kind, places=draft.places, parts=parts)),
            plain(_("{people}, {total} parts in all").format(people=counted, total=total), "bold"),
        ]
        if message.without_phone:
            lacking = ngettext("{n} has no phone on file", "{n} have no phone on file", message.without_phone)
            lacking = lacking.format(n=fmt_number(message.without_phone))
            lines.append(plain("▲ " + lacking, "$warning"))
        lines += [self._sent(sent) for sent in message.sent[-3:]]
        return Content("\n").join(lines)

    def _sent(self, sent: wire.SentNotice) -> Content:
        channel = _(CHANNELS[sent.channel])
        when = fmt_time(sent.at, self._now())
        told = _("told {n} by {channel}, {time}, {by}")
        text = told.format(n=fmt_number(sent.recipients), channel=channel, time=when, by=sent.by)
        return plain(("✓ " if sent.sent_at else "◷ ") + text, "$muted")

    def act_commit(self) -> None:
        """Ask once, with the number, then send."""
        if self.desk.state.user.role == "agent":
            self.desk.toast(_("A team lead sends messages; you see what would be said."), "warning")
        elif self._message is not None and not self._message.recipients:
            self.desk.toast(_("Nobody would get it."), "warning")
        elif self._draft is not None:
            self.work(self._send(), "message")

    async def _send(self) -> None:
        desk, draft, message = self.desk, self._draft, self._message
        chosen, wording = (self.query_one(name, Choice).value for name in ("#channel", "#wording"))
        channel: wire.NoticeChannel = next((known for known in CHANNELS if known == chosen), "sms")
        if draft is None or message is None:
            return
        many = fmt_number(message.recipients)
        asked = ngettext(
            "Send this to {n} customer by {channel}?", "Send this to {n} customers by {channel}?", message.recipients
        )
        question = plain(asked.format(n=many, channel=_(CHANNELS[channel])))
        if not await self.app.push_screen_wait(Confirm(question, _("Send it"))):
            return
        try:
            # What was read a while ago may name a target that has passed since: such words are never sent.
            fresh = await desk.client.outage_message(self._outage.id)
            if _worded(fresh, wording) != draft:
                self._message = fresh
                if self.is_open:
                    self._draw()
                desk.toast(_("The words have changed since you read them: read them again, then send."), "warning")
                return
            sent = await desk.client.send_notice(self._outage.id, wire.NotifyRequest(channel, draft.text))
        except Conflict as refused:
            desk.toast(_why(refused), "warning")
        except DeskError as error:
            desk.toast(error.say(), "error")
        else:
            told = ngettext("On its way to {n} customer.", "On its way to {n} customers.", sent.recipients)
            desk.toast(told.format(n=fmt_number(sent.recipients)))
            if self.is_active:
                self.dismiss(None)


def _worded(message: wire.OutageMessage, wording: str) -> wire.MessageDraft | None:
    return {"plain": message.plain, "vi": message.vi, "en": message.en}.get(wording)


def _why(error: DeskError) -> str:
    code = error.code if isinstance(error, Conflict) else ""
    return _(REFUSED[code]) if code in REFUSED else error.say()
