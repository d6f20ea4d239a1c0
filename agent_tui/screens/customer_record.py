"""One customer's record: five tabs, each read when it is first shown, and the bill under the eyes."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.i18n import ZONE, _
from agent_tui.keys.keymap import hint
from agent_tui.screens.base import Desk
from agent_tui.screens.pane_state import as_of
from agent_tui.screens.record_reader import RecordFile, RecordReader
from agent_tui.widgets import bill_table, customer_card
from agent_tui.widgets.bill_chart import BillChart, compared, legend, step
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.record_tabs import NAMES, RecordTabs
from agent_tui.widgets.safe import SafeStatic, plain

# The bars grow in a pane so high. The paragraph, which is read aloud, has the full width at every size: beside the
# table it would be a column that ends below the fold.
TALL = 26


class RecordScroll(VerticalScroll, inherit_bindings=False, can_focus=True):
    """Its keys are the pane's."""


class RecordPane(Vertical):
    """Head, tabs and the page below; `open` reads a record, `file` is what is known of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,tab", "tab(1)", show=False),
        Binding("left,shift+tab", "tab(-1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another tab, month or answer: what the keys mean may have changed."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reader = RecordReader(lambda: self.desk.client, self._start, self._came)

    @property
    def desk(self) -> Desk:
        """The app, typed."""
        return cast(Desk, self.app)

    def compose(self) -> ComposeResult:
        """The text page and the page of the bills; one of them is shown."""
        yield SafeStatic(id="record-head", classes="pane-head")
        yield RecordTabs(id="record-tabs")
        with RecordScroll(id="record-scroll"):
            yield Flowing(id="record")
            with Vertical(id="bills"):
                yield BillChart(id="bill-chart")
                yield Flowing(id="bill-facts")
                yield Flowing(id="bill-say")
                yield SafeStatic(id="bill-table")
                yield Flowing(id="bill-foot")

    def on_resize(self, event: events.Resize) -> None:
        """Higher bars where there is room."""
        self.set_class(event.size.height >= TALL, "-tall")

    # Reading

    def open(self, code: str, tab: str, reason: str) -> None:
        """Read this customer's record and show it at that tab."""
        self._reader.open(code, tab if tab in NAMES else NAMES[0], reason)
        scroll = self.query_one("#record-scroll")
        scroll.focus()
        scroll.scroll_home(animate=False)
        self.draw()

    def close(self) -> None:
        """No record is open."""
        self._reader.file = None
        self.draw()

    def again(self) -> None:
        """Read everything once more; what is shown stays until the answers come."""
        self._reader.again()
        self.draw()

    @property
    def file(self) -> RecordFile | None:
        """What is known of the customer."""
        return self._reader.file

    def _start(self, reading: Coroutine[None, None, None]) -> None:
        # The screen's worker: a fault in it is the screen's to report.
        self.screen.run_worker(reading, group="record", exit_on_error=False)

    def _came(self) -> None:
        if self.is_mounted:
            self.draw()

    # What the screen asks

    @property
    def tab(self) -> str:
        """The tab on screen, empty without a record."""
        return self.file.tab if self.file is not None else ""

    def likely_ticket(self) -> wire.NewTicket | None:
        """The ticket the bill on screen calls for."""
        file = self.file
        if file is None or file.tab != "bills" or file.record is None or not file.bills:
            return None
        check = file.checks.get(file.period)
        return bill_table.draft_ticket(file.record, file.bills, file.period, check, self._today())

    # Drawing

    def draw(self) -> None:
        """Head, tabs and the page of the chosen tab."""
        file = self.file
        stale = as_of(self.desk) if file is not None and file.record is not None else ""
        age = Content.styled(f"▲ {stale} · ", "$warning") if stale else Content("")
        named = customer_card.head(file.record) if file is not None and file.record else None
        self.query_one("#record-head", SafeStatic).say(age + (named or Content.styled(_("RECORD"), "bold")))
        self.query_one(RecordTabs).show(self.tab)
        on_bills = file is not None and file.record is not None and file.tab == "bills" and bool(file.bills)
        self.query_one("#bills").display = on_bills
        self.query_one("#record").display = not on_bills
        if on_bills and file is not None and file.record is not None:
            self._draw_bills(file, file.record, file.bills or [])
        else:
            self.query_one("#record", SafeStatic).say(self._page(), layout=True)
        self.post_message(self.Changed())

    def _page(self) -> Content:
        """The page of a tab without a chart; every state of it has a sentence."""
        file = self.file
        if file is None:
            return Content.styled(_("Enter opens a record here."), "$muted")
        if file.record is None:
            return self._wrong("record") or Content.styled(_("reading the customer's record …"), "$muted")
        record, now = file.record, self._now()
        outages = self.desk.state.outages
        about = outages.get(file.power.outage or "") if file.power else None
        if file.tab == "bills":
            nothing = _("No bills on file.") if file.bills is not None else _("reading the bills …")
            return self._wrong("bills") or Content.styled(nothing, "$muted")
        if file.tab == "power":
            return customer_card.power_page(record, file.power, [*outages.values()], now, self._wrong("power"))
        if file.tab == "contacts":
            return customer_card.page(customer_card.contacts(record, now))
        if file.tab == "tickets":
            return customer_card.page(customer_card.tickets(record, now))
        return customer_card.overview(record, file.power, about, now, self._wrong("power"))

    def _draw_bills(self, file: RecordFile, record: wire.CustomerRecord, bills: Sequence[wire.Bill]) -> None:
        check = file.checks.get(file.period)
        self.query_one(BillChart).show(bills, file.period)
        width = self.query_one("#record-scroll").content_size.width
        marks = Content.styled(legend(bills, file.period, width), "$muted")
        ticket = self.likely_ticket()
        offered = bill_table.offer(ticket.type if ticket is not None else "", check, self._now())
        facts = [marks, bill_table.facts(bills, file.period, check), offered]
        self._say("bill-facts", Content("\n").join([part for part in facts if part.plain]))
        bill, _before = compared(bills, file.period)
        self._say("bill-table", bill_table.table(bill) if bill else Content(""))
        waiting = self._wrong("check") or Content.styled(_("working out why …"), "$muted")
        self._say("bill-say", bill_table.say(check) if check else waiting)
        owed = plain(_("Balance") + "  ", "$muted") + bill_table.owed(record, self._today(), bills)
        self._say("bill-foot", Content("\n").join([owed, bill_table.how_to_pay(record)]))

    def _say(self, where: str, content: Content) -> None:
        self.query_one(f"#{where}", SafeStatic).say(content, layout=True)

    def _wrong(self, what: str) -> Content | None:
        error = self.file.errors.get(what) if self.file is not None else None
        return Content.styled(f"✗ {error} " + hint(_("{refresh} reads it again.")), "$error") if error else None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def _today(self) -> date:
        return self._now().astimezone(ZONE).date()

    # Keys and mouse

    def show_tab(self, tab: str) -> None:
        """Go to a tab; the bills are read when they are first looked at."""
        file = self.file
        if file is None or tab == file.tab:
            return
        file.tab = tab
        if tab == "bills":
            self._reader.need_bills()
        self.query_one("#record-scroll").scroll_home(animate=False)
        self.draw()

    def show_period(self, period: str) -> None:
        """Look at another bill."""
        if self.file is not None and period != self.file.period:
            self._reader.look_at(period)
            self.draw()

    @on(RecordTabs.Picked)
    def _tab_clicked(self, event: RecordTabs.Picked) -> None:
        event.stop()
        self.show_tab(event.tab)

    @on(BillChart.Picked)
    def _month_clicked(self, event: BillChart.Picked) -> None:
        event.stop()
        self.show_period(event.period)

    def action_tab(self, by: int) -> None:
        """The next or previous tab, round and round."""
        if self.file is not None:
            self.show_tab(NAMES[(NAMES.index(self.file.tab) + by) % len(NAMES)])

    def action_step(self, by: int) -> None:
        """On the bills the arrows choose a month, elsewhere they scroll."""
        if self.file is not None and self.file.tab == "bills" and self.file.bills:
            self.show_period(step(self.file.bills, self.file.period, by))
        else:
            self.query_one("#record-scroll").scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A page up or down."""
        scroll = self.query_one("#record-scroll")
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def action_end(self, by: int) -> None:
        """The start or the end of the page."""
        scroll = self.query_one("#record-scroll")
        (scroll.scroll_home if by < 0 else scroll.scroll_end)(animate=False)
