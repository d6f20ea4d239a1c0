"""The figures of one board as lines: name, value, what it is made of; and a sentence that says what each counts."""

from collections.abc import Iterator
from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import ALL, STATES
from agent_tui.i18n import N_, _, fmt_duration, fmt_number, fmt_time
from agent_tui.keys.keymap import hint
from agent_tui.text.clean import clean
from agent_tui.widgets.alerts import alert_row, hot_row, said
from agent_tui.widgets.centre_rows import level_style, level_word, share, span
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.queue_rows import CHANNELS

COLUMNS: Final[tuple[Column, ...]] = (
    Column("mark", "", 1),
    Column("name", N_("figure"), 22),
    Column("value", "", 11, align="right"),
    Column("detail", N_("what it is made of"), 30, flex=1),
)
LONG: Final = 36
REASONS: Final[dict[str, str]] = {
    "break": N_("short break"),
    "meal": N_("meal"),
    "training": N_("training"),
    "meeting": N_("meeting"),
    "paperwork": N_("paperwork"),
    "technical": N_("technical trouble"),
}
STATE_WORDS: Final[dict[str, str]] = {
    "available": N_("ready"),
    "reserved": N_("ringing"),
    "on_contact": N_("on contact"),
    "wrap_up": N_("wrap-up"),
    "paused": N_("pause"),
    "not_responding": N_("not answering"),
    "logged_out": N_("logged out"),
}
FORMULAS: Final[dict[str, str]] = {
    "SL_all": N_("answered in time of all offered"),
    "SL_excl": N_("answered in time of all offered but those who gave up"),
    "SL_pos": N_("answered or given up in time of all offered"),
    "SL_ans": N_("answered in time of all answered"),
    "SL_short": N_("answered in time of all offered but those who gave up within seconds"),
}
COUNTS: Final[dict[str, str]] = {
    "waiting": N_("Contacts that wait now, on every channel, whenever they came."),
    "longest": N_("Since when the one who came first and still waits has been waiting."),
    "service_level_30m": N_("Of contacts of the last 30 minutes: {formula}."),
    "service_level": N_("Of contacts since midnight, every channel: {formula}."),
    "service_level_calls": N_("Of calls since midnight: {formula}."),
    "offered": N_("Stays in a queue begun since midnight, without refused ones and calls back."),
    "answered": N_("Of the offered those that were answered, also those still talking."),
    "abandoned": N_("Of the offered those who gave up before an answer; short ones gave up within seconds."),
    "refused": N_("Callers who never got in, and callers the announcement served before the queue."),
    "callbacks": N_("Calls promised and not made yet, from the queue, from agents and after outages."),
    "known_outage": N_("Of the waiting those whose outage is known: attached to it, or fed by what is out."),
    "ewt": N_("Who joins now: half wait at most the first time, four of five at most the second."),
    "speed": N_("Average wait of the answered, and talk, hold and wrap-up together of what is finished."),
    "csat": N_("Scores 1 to 5 of today's contacts; self-service proposed and accepted."),
    "feed": N_("How long ago the centre was heard of; for all of them the one silent for longest."),
}
NO_EXCHANGE: Final = N_("No telephone exchange is connected: gaps in its data and callers it served are not known.")


def _rate(part: int, whole: int) -> str:
    return share(part / whole if whole else None)


def _level(row: str, name: str, level: wire.ServiceLevel) -> Row:
    detail = _("target {target} / {s} s · {formula} of {n}").format(
        target=share(level.target), s=fmt_number(level.threshold_s), formula=level.formula, n=fmt_number(level.calls)
    )
    return _row(row, name, level_word(level), detail, level_style(level))


def _row(row: str, name: str, value: str, detail: str = "", style: str = "bold") -> Row:
    return Row(row, (Cell(""), Cell(name), Cell(value, style), Cell(detail, "$muted")))


def _people(board: wire.Board) -> Iterator[Row]:
    reasons = [
        f"{_(REASONS.get(reason, reason)) if reason else _('without a reason')} {count}"
        for reason, count in sorted(board.paused_by_reason.items(), key=lambda entry: -entry[1])
    ]
    for state in STATES:
        count = board.agents.get(state, 0)
        detail = " · ".join(reasons) if state == "paused" else ""
        odd = state == "not_responding" and count
        style = "bold $warning" if odd else "bold" if count else "$muted"
        yield _row(state, _("agents: {state}").format(state=_(STATE_WORDS[state])), fmt_number(count), detail, style)


def _counts(board: wire.Board) -> Iterator[Row]:
    counts = board.counts
    short = _("without short ones ({n}): {share}").format(
        n=fmt_number(counts.short), share=share(board.abandon_rate_without_short)
    )
    others = (
        (_("moved on {n}"), counts.overflowed), (_("timed out {n}"), counts.timed_out),
        (_("took a call back {n}"), counts.withdrawn), (_("left by key {n}"), counts.exit_key),
        (_("line lost {n}"), counts.lost_with_pbx), (_("waiting {n}"), counts.waiting),
    )  # fmt: skip
    of_offered = _("{share} of the offered").format(share=_rate(board.answered, board.offered))
    rest = " · ".join(text.format(n=fmt_number(n)) for text, n in others if n)
    yield _row("offered", _("offered"), fmt_number(board.offered), rest)
    yield _row("answered", _("answered"), fmt_number(board.answered), of_offered)
    yield _row("abandoned", _("gave up"), fmt_number(counts.abandoned), f"{share(board.abandon_rate)} · {short}")
    never = _("served by the announcement {n}").format(n=fmt_number(counts.contained))
    if not board.feed_expected and not counts.contained:
        never = _("served by the announcement: not known without an exchange")
    yield _row("refused", _("never got in"), fmt_number(counts.refused), never, "bold" if counts.refused else "$muted")


def _waits(board: wire.Board, now: float) -> Iterator[Row]:
    channels = " · ".join(
        f"{CHANNELS[name][0]} {fmt_number(n)}" for name, n in sorted(board.by_channel.items(), key=lambda one: -one[1])
    )
    yield _row("waiting", _("waiting"), fmt_number(board.waiting), channels)
    since = board.longest_since
    if since is None:
        yield _row("longest", _("longest"), "–", "", "$muted")
    else:
        began = since.timestamp()
        cells = (Cell(""), Cell(_("longest")), Cell(lambda at: fmt_duration(at - began), "bold"),
                 Cell(_("since {time}").format(time=fmt_time(since, now)), "$muted"))  # fmt: skip
        yield Row("longest", cells)
    yield _level("service_level_30m", _("in time, 30 min"), board.service_level_30m)
    if board.ewt is None:
        yield _row("ewt", _("new caller waits"), "–", _("nobody is on duty"), "$muted")
    else:
        detail = _("{ahead} ahead · {agents} on duty · {aht} each").format(
            ahead=board.ewt.ahead, agents=board.ewt.agents, aht=fmt_duration(board.ewt.aht_s)
        )
        yield _row("ewt", _("new caller waits"), span(board.ewt), detail)
    promise = board.oldest_promise
    oldest = "" if promise is None else _("oldest promise {time}").format(time=fmt_time(promise, now))
    yield _row("callbacks", _("call backs"), fmt_number(board.callbacks_waiting), oldest)
    yield _row("known_outage", _("outage known"), fmt_number(board.known_outage_callers), _("of those who wait"))


def _day(board: wire.Board) -> Iterator[Row]:
    yield _level("service_level", _("in time, today"), board.service_level)
    yield _level("service_level_calls", _("in time, calls"), board.service_level_calls)
    yield from _counts(board)
    asa = "–" if board.asa_s is None else fmt_duration(board.asa_s)
    aht = "–" if board.aht_s is None else fmt_duration(board.aht_s)
    yield _row("speed", _("average answer"), asa, _("handling {aht}").format(aht=aht))
    scores = board.said
    score = "–" if scores.csat_average is None else fmt_number(scores.csat_average, 1)
    offers = _("{n} scores · self-service {yes} of {all}").format(
        n=fmt_number(scores.csat_count), yes=fmt_number(scores.self_service_accepted),
        all=fmt_number(scores.self_service_offered),
    )  # fmt: skip
    yield _row("csat", _("satisfaction"), score, offers)
    age = "–" if board.feed_age_s is None else fmt_duration(board.feed_age_s)
    gap = _("the data have a gap") if board.data_gap else _("no gap in the data")
    if not board.feed_expected:
        gap = _("no exchange reports: last contact heard of")
    yield _row("feed", _("telephones heard"), age, gap, "bold $error" if board.data_gap else "bold")


def rows(wallboard: wire.Wallboard, board: wire.Board, now: float) -> list[Row]:
    """What asks for attention, then every figure of the board; `now` is epoch seconds UTC."""
    hot = [hot_row(one) for one in wallboard.hot_feeders] if board.centre == ALL else []
    return [*map(alert_row, board.alerts), *hot, *_waits(board, now), *_people(board), *_day(board)]


def detail_of(row: Row) -> str:
    """What a line says its figure is made of, where that may be longer than the line."""
    text = row.cells[-1].text
    return text if isinstance(text, str) and len(text) > LONG and not row.id.startswith("alert:") else ""


def counted(row: str, wallboard: wire.Wallboard, board: wire.Board) -> str:
    """One sentence that says what a figure counts and by which formula."""
    what, _sep, name = row.partition(":")
    if what == "alert":
        said_of = next((said(alert) for alert in board.alerts if alert.code == name), "")
        return said_of + " " + hint(_("Enter opens who can help, or who waits; {state} says it to everybody."))
    if what == "hot":
        return _("More callers than chance explains; at most {n} false alarms a day over all feeders.").format(
            n=fmt_number(wallboard.false_alarms_a_day, 1)
        )
    if row in STATES:
        return _("Agents in this state now.")
    level = board.service_level_30m
    formula = _(FORMULAS[level.formula]) if level.formula in FORMULAS else level.formula
    text = _(COUNTS[row]).format(formula=formula) if row in COUNTS else ""
    if row in ("feed", "refused") and not board.feed_expected:
        text += " " + _(NO_EXCHANGE)
    source = _("Target: {source}").format(source=clean(level.source)) if row.startswith("service_level") else ""
    return f"{text} {source}".strip()
