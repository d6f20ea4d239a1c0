"""What can be inserted while writing, as one desk knows it: read once, filled in for the ticket or call on screen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll

from agent_tui import wire
from agent_tui.desk.snippets import HOTLINES, Mark, Snippet, of_articles, of_colleagues, of_templates
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_clock, fmt_date, fmt_day, fmt_time, language
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.outage_rows import cause_word
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

Values = Callable[[], Mapping[str, str]]


class Library:
    """Templates, knowledge and colleagues; `grown` is called when what was asked for has been read."""

    def __init__(self, desk: "Desk", values: Values, grown: Callable[[], None]) -> None:
        self._desk, self._values, self._grown = desk, values, grown
        self._templates: list[wire.Template] | None = None
        self._articles: list[wire.Article] | None = None
        self._asking: set[Mark] = set()
        self._made: tuple[object, list[Snippet]] = (None, [])

    def offers(self, mark: Mark) -> Sequence[Snippet]:
        """What stands behind a mark; nothing yet while it is being read."""
        english = language() == "en"
        if mark == "@@":
            return of_colleagues(self._desk.state.agents.values())
        read = self._templates if mark == "::" else self._articles
        if read is None:
            self._ask(mark)
            return ()
        values = dict(self._values()) if mark == "::" else {}
        made_from = (mark, english, tuple(values.items()))
        if self._made[0] != made_from:
            # With every letter the same list is searched: it is made once.
            if mark == "::":
                made = of_templates(self._templates or [], english, values)
            else:
                made = of_articles(self._articles or [], english, _("not verified, do not quote as the law"))
            self._made = made_from, made
        return self._made[1]

    def _ask(self, mark: Mark) -> None:
        if mark not in self._asking:
            self._asking.add(mark)
            cast("App[Any]", self._desk).run_worker(self._read(mark), group="library", exit_on_error=False)

    async def _read(self, mark: Mark) -> None:
        try:
            if mark == "::":
                self._templates = await self._desk.client.templates()
            else:
                self._articles = await self._desk.client.knowledge()
        except DeskError as error:
            self._desk.toast(error.say(), "warning")
            return
        finally:
            self._asking.discard(mark)
        self._grown()


def values_of(
    desk: "Desk", record: wire.CustomerRecord | None, ticket: wire.Ticket | None, outage: wire.Outage | None
) -> dict[str, str]:
    """What the placeholders of a text become, by their names; what is not known is left out."""
    now, user = datetime.fromtimestamp(desk.now(), UTC), desk.state.user
    values = {
        "agent.name": user.name,
        "centre.hotline": HOTLINES.get(user.centre or "", ""),
        "date.today": fmt_day(now),
    }
    if record is not None:
        values |= {
            "customer.name": record.name, "customer.title": record.title, "customer.code": record.code,
            "customer.address": record.address, "customer.meter_no": record.meter_no,
        }  # fmt: skip
    elif ticket is not None and ticket.customer:
        values["customer.code"] = ticket.customer
    if ticket is not None:
        values["ticket.number"] = ticket.number
        values["ticket.due"] = fmt_date(ticket.due_at) if ticket.due_at else ""
    if outage is not None:
        values |= {"outage.started": fmt_time(outage.started_at, now), "outage.cause": cause_word(outage.cause)}
        # A target that has passed is never written to a customer.
        if outage.etr is not None and outage.etr_state == "ok" and outage.etr > now:
            values["outage.etr"] = fmt_clock(outage.etr)
    return {name: value for name, value in values.items() if value}


class Whole(Dialog[bool]):
    """A snippet in full; Enter or the commit key inserts it."""

    CSS_PATH = ["dialog.tcss", "library.tcss"]

    def __init__(self, snippet: Snippet) -> None:
        super().__init__()
        self._snippet = snippet

    def compose(self) -> ComposeResult:
        """Title, text and source."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(self._snippet.title), classes="title")
            with VerticalScroll(id="whole"):
                yield SafeStatic(plain(self._snippet.whole or self._snippet.text, multiline=True))
            yield SafeStatic(hint(_("{commit} inserts it · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The text scrolls."""
        self.query_one("#whole").focus()

    def act_commit(self) -> None:
        """Insert."""
        self.dismiss(True)
