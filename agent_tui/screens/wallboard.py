"""The wallboard of a team lead: every centre's figures live, what is behind each, and what to do about it."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.desk.wallboard import ALL, Behind, behind, board_of
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_clock
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.screens.pane_state import SIDE_BY_SIDE, as_of, settle
from agent_tui.screens.wallboard_drill import Drill
from agent_tui.screens.wallboard_keys import WallboardKeys
from agent_tui.widgets import centre_rows, figure_rows
from agent_tui.widgets.board_side import head, side
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.half_map import HalfMap
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic, plain

REREAD_S = 10.0
STORM_S = 60.0
VAST = (180, 52)
"""Columns and lines from which the map of the country stands beside the day."""


class WallboardScreen(WallboardKeys):
    """Centres above, the figures of one below, the day beside them; Enter opens what a figure counts."""

    VIEW = "wallboard"
    CSS_PATH = ["wallboard.tcss"]
    AUTO_FOCUS = "#figures"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_pane", show=False),
        Binding("left", "centre(-1)", show=False),
        Binding("right", "centre(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._failed = ""
        self._reading = False
        self._read_at = self._storm_at = float("-inf")
        self._storm: wire.OutageStats | None = None

    def body(self) -> ComposeResult:
        """Centres, then figures or what is behind one, and the day."""
        yield SafeStatic(id="board-head", classes="pane-head")
        yield LineList(centre_rows.COLUMNS, id="centres", marks=False)
        with Horizontal(id="below"):
            with Vertical(id="left"):
                yield LineList(figure_rows.COLUMNS, id="figures", marks=False)
                yield Drill(id="drill")
                yield Flowing(id="counted")
            with VerticalScroll(id="side", can_focus=False):
                yield Flowing(id="day")
            with Vertical(id="country"):
                yield SafeStatic(id="country-head", classes="pane-head")
                yield HalfMap(id="country-map")

    def on_mount(self) -> None:
        """Begin with the lead's own centre."""
        self.drill.display = False
        self.centre = self.desk.state.user.centre

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")
        self.set_class(event.size.width >= VAST[0] and event.size.height >= VAST[1], "-vast")

    @property
    def board(self) -> wire.Board | None:
        """The board of the chosen centre."""
        known = self.desk.state.wallboard
        return None if known is None else board_of(known, self.centre)

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """New figures, or others behind them."""
        if diff.everything:
            self.reread(first=self.desk.state.wallboard is None)
        if diff.wallboard or diff.everything:
            self._draw()
            if self.drill.lives:
                self.read(self.drill.read(self.desk), "stays", before_keys=False)
        if diff.everything or ((diff.agents or diff.contacts) and self.drill.lives):
            self.drill.draw(self.desk)

    def link_changed(self, link: Link) -> None:
        """Old figures say how old they are."""
        self._draw()
        self.drill.draw(self.desk)
        if link.is_live:
            self.reread()

    def tick(self, now: float) -> None:
        """What only time changes is read again now and then."""
        if self.is_mounted and self.desk.link.is_live and now - self._read_at >= REREAD_S:
            self.reread()

    def totals(self) -> Content | str:
        """Nothing: every figure is on the board."""
        return ""

    def reread(self, *, first: bool = False) -> None:
        """Read the wallboard; `first`: keys typed meanwhile wait for it."""
        if not self._reading:
            self._reading, self._read_at = True, self.desk.now()
            self.read(self._fetch(), "wallboard", before_keys=first)

    async def _fetch(self) -> None:
        now = self.desk.now()
        try:
            self.desk.state.keep_wallboard(await self.desk.client.wallboard())
            self._failed = ""
            if now - self._storm_at >= STORM_S:
                self._storm, self._storm_at = await self.desk.client.outage_stats(), now
                self.query_one(HalfMap).show(await self.desk.client.areas())
        except DeskError as trouble:
            self._failed = trouble.say()
        finally:
            self._reading = False
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        known, board, desk = self.desk.state.wallboard, self.board, self.desk
        centres, figures = self.query_one("#centres", LineList), self.query_one("#figures", LineList)
        loading = "" if self._failed else _("reading the wallboard …")
        for listed in (centres, figures):
            settle(listed, desk, rows=known is not None, loading=loading, failed=self._failed, empty="")
        if known is None or board is None:
            self.query_one("#board-head", SafeStatic).say(Content.styled(_("ALL CENTRES"), "bold"))
            return
        rows = centre_rows.rows(known)
        centres.styles.height = len(rows) + 1
        centres.set_rows(rows)
        centres.highlight(board.centre)
        figures.set_rows(figure_rows.rows(known, board, desk.now()))
        stale = as_of(desk) or (self._failed and _("as of {time}").format(time=fmt_clock(known.at, seconds=True)))
        self.query_one("#board-head", SafeStatic).say(head(known, board, stale))
        self.query_one("#country-head", SafeStatic).say(Content.styled(_("CUSTOMERS OUT BY PROVINCE"), "bold"))
        self.query_one("#day", Flowing).say(side(known, board, self._storm, desk.now()), layout=True)
        self._say_counted()

    def _say_counted(self) -> None:
        known, board = self.desk.state.wallboard, self.board
        row = self.query_one("#figures", LineList).highlighted
        if self.drill.behind is not None:
            keys = hint(_("Space marks, * marks all · {commit} moves or reassigns · {take} takes over · {back} back"))
            text = "\n".join(filter(None, (keys, self.drill.kept_words())))
        elif known is None or board is None or row is None:
            text = ""
        else:
            lines = {line.id: line for line in figure_rows.rows(known, board, self.desk.now())}
            parts = (figure_rows.counted(row, known, board), figure_rows.detail_of(lines[row]) if row in lines else "")
            text = " ".join(filter(None, parts))
        self.query_one("#counted", Flowing).say(plain(text, multiline=True), layout=True)

    # What the fingers do

    @on(LineList.Highlighted, "#centres")
    def choose_centre(self, event: LineList.Highlighted) -> None:
        """The figures below are the centre's under the cursor."""
        if event.by_hand and event.id:
            self._show_centre(event.id)

    @on(LineList.Highlighted, "#figures")
    @on(LineList.Highlighted, "#agents")
    def say_counted(self) -> None:
        """One sentence says what the figure under the cursor counts."""
        self._say_counted()

    @on(LineList.Marked)
    def draw_marks(self) -> None:
        """The head says how many are marked."""
        self.drill.draw(self.desk)

    @on(LineList.Chosen, "#centres")
    def to_figures(self) -> None:
        """Enter on a centre goes to its figures."""
        self._back_to_figures()

    @on(LineList.Chosen, "#figures")
    async def open_figure(self, event: LineList.Chosen) -> None:
        """Enter on a figure opens what it counts."""
        found = behind(event.id, self.centre)
        if found is None:
            self.desk.toast(_("This figure is a calculation: no list lies behind it."))
        elif found.kind == "view":
            await self._open_view(found)
        else:
            self._open(found)

    async def _open_view(self, found: Behind) -> None:
        if found.view == "dangers":
            await self.desk.act("dangers")
        elif found.view == "plans":
            await self.desk.act("planned_works")
        else:
            await self.desk.show_view(found.view)

    def _open(self, found: Behind) -> None:
        self.query_one("#figures").display = False
        self.drill.open(found)
        self.drill.draw(self.desk)
        self.read(self.drill.read(self.desk), "stays", before_keys=found.kind == "stays")
        self._say_counted()
        self.refresh_bar()

    @on(HalfMap.Chosen)
    async def open_outages(self) -> None:
        """Enter on a province goes to the outages."""
        await self.desk.show_view("outages")

    @on(Drill.Read)
    def take_stays(self, event: Drill.Read) -> None:
        """Who is behind the figure."""
        self.drill.take(event, self.desk)

    @on(Drill.Kept)
    def say_kept(self) -> None:
        """The sentence below the list was written without it."""
        self._say_counted()

    def _show_centre(self, centre: str) -> None:
        self.centre = centre
        opened = self.drill.behind
        if opened is not None and opened.feeder:
            self._back_to_figures()
        elif opened is not None:
            self._open(Behind(opened.kind, opened.figure, None if centre == ALL else centre))
        self._draw()

    def action_centre(self, by: int) -> None:
        """Left and right: the figures of the centre before or after."""
        known = self.desk.state.wallboard
        if known is not None:
            names = [ALL, *known.centres]
            at = names.index(self.centre) if self.centre in names else 0
            self._show_centre(names[(at + by) % len(names)])

    def action_other_pane(self) -> None:
        """Tab: centres and figures; where there is room for one half only, the day in between."""
        centres = self.query_one("#centres", LineList)
        if self.has_class("-narrow") and not centres.has_focus and not self.has_class("-beside"):
            self.add_class("-beside")
            centres.focus()
        elif self.has_class("-vast") and not centres.has_focus and not self.query_one(HalfMap).has_focus:
            self.query_one(HalfMap).focus()
        elif centres.has_focus:
            self.remove_class("-beside")
            self._focus_lower()
        else:
            centres.focus()

    def _focus_lower(self) -> None:
        (self.drill.rows if self.drill.behind is not None else self.query_one("#figures")).focus()

    def _back_to_figures(self) -> None:
        self.remove_class("-beside")
        self.drill.close()
        figures = self.query_one("#figures")
        figures.display = True
        figures.focus()
        self._say_counted()
        self.refresh_bar()

    async def act_back(self) -> None:
        """Esc: from what is behind a figure back to the figures."""
        self._back_to_figures()

    async def act_refresh(self) -> None:
        """Read everything again."""
        self.desk.reconnect()
        self._storm_at = float("-inf")
        self.reread()
        await self.drill.read(self.desk)
