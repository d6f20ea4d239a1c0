"""What if: a load and the levers on it, changed with the arrows, and at once what each of them buys."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.wallboard import ALL, ON_DUTY
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _, fmt_duration, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.net.latest import LatestWins
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets import bars
from agent_tui.widgets.centre_rows import centre_name, share
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

USUAL_AHT_S: Final = 180.0
COLUMNS: Final = (Column("name", "", 30, flex=1), Column("value", "", 14, align="right"))
GAINS: Final = (
    Column("lever", N_("lever"), 28, flex=1),
    Column("calls", N_("calls/h"), 9, align="right", hide_below=76),
    Column("level", N_("in time"), 7, align="right"),
    Column("lost", N_("gave up"), 7, align="right"),
    Column("asa", N_("answer"), 8, align="right", hide_below=66),
    Column("needed", N_("needed"), 7, align="right"),
)
LEVERS: Final[dict[str, str]] = {
    "as_is": N_("as it is above"),
    "deflect_30": N_("announcement keeps 30 % away"),
    "deflect_50": N_("announcement keeps 50 % away"),
    "deflect_70": N_("announcement keeps 70 % away"),
    "pool": N_("one queue for all centres"),
    "agents_10": N_("a tenth more agents"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """The load as it is set up: calls an hour before the surge, agents, seconds of handling, levers."""

    calls: float
    agents: int
    aht_s: float
    multiplier: float = 1.0
    deflect: float = 0.0
    centres: int = 1
    target: float = 0.8
    threshold_s: float = 30.0

    def request(self) -> wire.WhatIfRequest:
        """The question to the service."""
        return wire.WhatIfRequest(
            calls_per_hour=self.calls, aht_s=self.aht_s, target=self.target, threshold_s=self.threshold_s,
            agents=self.agents, multiplier=round(self.multiplier, 2), deflect=round(self.deflect, 2),
            centres=self.centres,
        )  # fmt: skip


def case_of(board: wire.Board) -> Case:
    """What is foretold for the next half-hour, with those on duty now."""
    duty = sum(board.agents.get(state, 0) for state in ON_DUTY)
    calls = 2 * board.forecast[0].offered if board.forecast else float(board.offered)
    # The mean of today is that of two calls at dawn; the waiting time is worked out with what is to be expected.
    aht = (board.ewt.aht_s if board.ewt is not None else 0.0) or board.aht_s or USUAL_AHT_S
    level = board.service_level_30m
    return Case(round(calls), duty, round(aht), target=level.target, threshold_s=level.threshold_s,
                centres=5 if board.centre == ALL else 1)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knob:
    """One value that the arrows change: its name, how it is read, what a step does (within what makes sense)."""

    name: str
    shown: Callable[[Case], str]
    step: Callable[[Case, int], Case]


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


KNOBS: Final[dict[str, Knob]] = {
    "multiplier": Knob(
        N_("surge: calls times"), lambda c: f"x {fmt_number(c.multiplier, 2)}",
        lambda c, by: replace(c, multiplier=_between(c.multiplier + 0.25 * by, 0.25, 20)),
    ),
    "deflect": Knob(
        N_("kept away by the announcement"), lambda c: share(c.deflect),
        lambda c, by: replace(c, deflect=_between(round(c.deflect + 0.1 * by, 1), 0, 1)),
    ),
    "agents": Knob(
        N_("agents"), lambda c: fmt_number(c.agents),
        lambda c, by: replace(c, agents=int(_between(c.agents + by * max(1, c.agents // 20), 1, 5000))),
    ),
    "centres": Knob(
        N_("queues that do not help each other"), lambda c: fmt_number(c.centres),
        lambda c, by: replace(c, centres=int(_between(c.centres + by, 1, 5))),
    ),
    "aht": Knob(
        N_("handling time"), lambda c: fmt_duration(c.aht_s),
        lambda c, by: replace(c, aht_s=_between(c.aht_s + 10 * by, 10, 3600)),
    ),
    "calls": Knob(
        N_("calls an hour before the surge"), lambda c: fmt_number(c.calls),
        lambda c, by: replace(c, calls=_between(round(c.calls + by * max(1, c.calls // 20)), 0, 100_000)),
    ),
}  # fmt: skip


class StaffingDialog(Dialog[None]):
    """Knobs above, what each lever buys below; nothing is stored."""

    CSS_PATH = ["dialog.tcss", "staffing.tcss"]

    def __init__(self, board: wire.Board) -> None:
        super().__init__()
        self._board = board
        self._case = case_of(board)
        self._answer: wire.WhatIf | None = None
        self._failed = ""
        self._latest: LatestWins[Case, wire.WhatIf] = LatestWins(self._ask, self._answered, self._not_answered)

    def compose(self) -> ComposeResult:
        """Knobs, the sum, the levers, what comes."""
        with Vertical(classes="panel"):
            title = _("What if · {centre}").format(centre=centre_name(self._board.centre))
            yield SafeStatic(plain(title), classes="title")
            yield LineList(COLUMNS, id="knobs", header=False, marks=False)
            yield Flowing(id="sum")
            yield LineList(GAINS, id="gains", marks=False)
            yield Flowing(id="coming")
            yield SafeStatic(hint(_("← → change · ↑ ↓ choose · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The surge is what one asks about first."""
        gains = self.query_one("#gains", LineList)
        gains.can_focus = False
        gains.styles.height = len(LEVERS) + 1
        self.query_one("#knobs", LineList).styles.height = len(KNOBS)
        self._draw()
        self.query_one("#knobs", LineList).focus()
        self._latest.want(self._case)

    def on_key(self, event: events.Key) -> None:
        """Left and right turn the knob under the cursor."""
        knob = KNOBS.get(self.query_one("#knobs", LineList).highlighted or "")
        if event.key in ("left", "right") and knob is not None:
            event.stop()
            event.prevent_default()
            self._case = knob.step(self._case, 1 if event.key == "right" else -1)
            self._draw()
            self._latest.want(self._case)
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """Nothing to save: the commit key closes too."""
        self.dismiss(None)

    async def _ask(self, case: Case) -> wire.WhatIf:
        return await self.desk.client.what_if(case.request())

    def _answered(self, _case: Case, answer: wire.WhatIf) -> None:
        self._answer, self._failed = answer, ""
        if self.is_open:
            self._draw()

    def _not_answered(self, _case: Case, trouble: DeskError) -> None:
        self._failed = trouble.say()
        if self.is_open:
            self._draw()

    def _draw(self) -> None:
        case = self._case
        self.query_one("#knobs", LineList).set_rows(
            [Row(key, (Cell(_(knob.name)), Cell(f"‹ {knob.shown(case)} ›", "bold"))) for key, knob in KNOBS.items()]
        )
        gains = self.query_one("#gains", LineList)
        answer = self._answer
        if answer is None:
            gains.placeholder("failed" if self._failed else "loading", self._failed or _("working it out …"))
            self.query_one("#sum", Flowing).say(" ", layout=True)
        else:
            gains.placeholder("data")
            gains.set_rows(_gains(answer.levers))
            text = Content.styled("✗ " + self._failed, "$error") if self._failed else summary(answer, case)
            self.query_one("#sum", Flowing).say(text, layout=True)
        self.query_one("#coming", Flowing).say(bars.coming(self._board, case.agents), layout=True)


def _gains(levers: "Sequence[wire.Lever]") -> list[Row]:
    return [
        Row(
            lever.lever,
            (
                Cell(_(LEVERS.get(lever.lever, lever.lever)), "bold" if lever.lever == "as_is" else ""),
                Cell(fmt_number(lever.calls_per_hour)),
                Cell(share(lever.service_level), "bold"),
                Cell(share(lever.abandon_rate)),
                Cell("–" if lever.asa_s is None else fmt_duration(lever.asa_s)),
                Cell("–" if lever.agents_needed is None else fmt_number(lever.agents_needed)),
            ),
        )
        for lever in levers
    ]


def summary(answer: wire.WhatIf, case: Case) -> Content:
    """How many agents both models ask for: who waits for ever (C) and who gives up (A)."""
    need_c, need_a = answer.erlang_c.agents_needed, answer.erlang_a.agents_needed
    calls = _("{n} calls/h are {erlang} Erlang").format(
        n=fmt_number(answer.calls_per_hour), erlang=fmt_number(answer.erlang, 1)
    )
    text = _("agents needed for {share} in {s} s: {a} (Erlang A, {patience} patience), {c} if nobody gave up (C)")
    needed = text.format(
        share=share(case.target), s=fmt_number(case.threshold_s), a="–" if need_a is None else fmt_number(need_a),
        patience=fmt_duration(answer.patience_s), c="–" if need_c is None else fmt_number(need_c),
    )  # fmt: skip
    return plain(calls, "bold") + plain(" · " + needed)
