"""What a lead does to agents and contacts from the wallboard: move, reassign, take over, write reports into files."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import platformdirs
from textual.app import App

from agent_tui import wire
from agent_tui.desk.wallboard import ALL, LEVEL, busiest_skill, midnight, state_of, stays_csv
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, ZONE, _, fmt_number, ngettext
from agent_tui.screens import undoing
from agent_tui.screens.pick import Entry, Offered, Pick
from agent_tui.text.clean import clean
from agent_tui.widgets.agent_rows import skill_words
from agent_tui.widgets.figure_rows import REASONS, STATE_WORDS
from agent_tui.widgets.queue_rows import WHY, who

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

T = TypeVar("T")
AT_ONCE: Final = 8
NAMED: Final = 3
REPORTS: Final[dict[str, str]] = {
    "intervals:30": N_("Intervals of 30 minutes, today"),
    "intervals:15": N_("Intervals of 15 minutes, today"),
    "agents": N_("Agents, today"),
    "stays": N_("Every stay in a queue, today"),
}

WHY_NOT: Final[dict[str, str]] = {
    "not_found": N_("not an agent of your centre"),
    "only_the_agent": N_("only the agent can say that they are back"),
}


async def move_agents(desk: "Desk", agents: Sequence[wire.Agent]) -> bool:
    """Ask what the agents shall do from now on, and see to it; says who could not be moved and why. False: not done."""
    skills = sorted({*WHY, *(skill for agent in desk.state.agents.values() for skill in agent.skills)})
    # Who pauses is needed back first; who works can work for another queue.
    paused = all(state_of(agent) == "paused" for agent in agents)
    likely = "available" if paused else f"also:{busiest_skill(desk.state.contacts.values())}"
    chosen = await _ask(desk, lambda: _moves(agents, skills), likely)
    if chosen is None:
        return False

    answer = await desk.client.move_agents([agent.id for agent in agents], _change(chosen))
    names = {agent.id: agent.name for agent in agents}
    what = _("move of {who}").format(who=_names(agent.name for agent in agents))
    back = undoing.remember(desk, answer.undo, what)
    told = ngettext("Moved {n} agent.", "Moved {n} agents.", answer.done).format(n=fmt_number(answer.done))
    if answer.done and answer.undo is None:
        told = _("Nothing to change: it is so already.")
    failed = [(names.get(one.id, one.id), _(WHY_NOT.get(one.code, one.code))) for one in answer.failed]
    _report(desk, f"{told} {back}".strip(), [f"{clean(name, cap=40)}: {why}" for name, why in failed])
    return True


def _change(chosen: str) -> wire.AgentChange:
    what, _sep, name = chosen.partition(":")
    if what in ("also", "only"):
        return wire.AgentChange(serve={name: LEVEL}, only=what == "only")
    if what == "paused":
        return wire.AgentChange(state="paused", reason=name)
    return wire.AgentChange(state="available" if what == "available" else "logged_out")


def _moves(agents: Sequence[wire.Agent], skills: Sequence[str]) -> Offered:
    names = _names(agent.name for agent in agents)
    serves = skill_words(agents[0].skills) if len(agents) == 1 else ""
    options = [Entry(f"also:{one}", _("also serve: {what}").format(what=_skill(one)), serves) for one in skills]
    options += [Entry(f"only:{one}", _("serve only: {what}").format(what=_skill(one)), serves) for one in skills]
    options.append(Entry("available", _("end the pause")))
    options += [Entry(f"paused:{code}", _("pause: {why}").format(why=_(word))) for code, word in REASONS.items()]
    options.append(Entry("logged_out", _("log out")))
    return _("Move {who}").format(who=names), options


def _skill(skill: str) -> str:
    return clean(_(WHY.get(skill, skill)))


async def reassign(desk: "Desk", contacts: Sequence[wire.Contact]) -> bool:
    """Ask for a colleague, and let the contacts ring there; says what could not be and why. False: not done."""
    centres = {contact.centre for contact in contacts}
    here = [one for one in desk.state.agents.values() if one.centre in centres and state_of(one) != "logged_out"]
    ready = sorted(here, key=lambda one: (state_of(one) != "available", one.name))

    def option(one: wire.Agent) -> Entry:
        state = _(STATE_WORDS[state_of(one)])
        busy = "" if state_of(one) == "available" else _("Busy: {state}.").format(state=state)
        return Entry(one.id, clean(one.name), f"{state} · {skill_words(one.skills)}", busy)

    def offered() -> Offered:
        title = _("Who answers {who}?").format(who=_names(who(contact) for contact in contacts))
        return title, [option(one) for one in ready]

    if not ready:
        desk.toast(_("Nobody is there who could answer."), "warning")
        return False
    agent = await _ask(desk, offered, ready[0].id)
    if agent is None:
        return False
    target = agent

    async def hand(contact: wire.Contact) -> None:
        desk.changed(desk.state.absorb(await desk.client.reassign(contact.id, target)))

    done, failed = await _each(contacts, hand, who)
    told = ngettext("{n} contact rings there now.", "{n} contacts ring there now.", done)
    _report(desk, told.format(n=fmt_number(done)), failed)
    return True


async def take_over(desk: "Desk", contact: wire.Contact) -> None:
    """Take the contact into one's own hands, out of the queue or out of an agent's, and go to it."""
    state, client = desk.state, desk.client
    if state.me is not None and state.me.intent != "available":
        desk.changed(state.absorb(await client.set_state("available")))
    held = contact.agent is not None and contact.state in ("connected", "held")
    taken = await (client.take_over(contact.id) if held else client.take(contact.id))
    desk.changed(state.absorb(taken))
    await desk.show_view("queue")


async def export(desk: "Desk", centre: str) -> None:
    """Ask which report, and write it as a CSV file; says where it is."""
    chosen = await _ask(desk, lambda: (_("Write into a CSV file"), [Entry(k, _(w)) for k, w in REPORTS.items()]), "")
    if chosen is None:
        return
    of = None if centre == ALL else centre
    kind, _sep, minutes = chosen.partition(":")
    now = datetime.fromtimestamp(desk.now(), ZONE)
    if kind == "stays":
        content = stays_csv(await read_stays(desk, of, midnight(now)))
    else:
        content = await desk.client.report_csv("intervals" if kind == "intervals" else "agents", of, int(minutes or 30))
    name = "-".join(filter(None, (kind, minutes, centre.lower(), now.strftime("%Y%m%d-%H%M%S")))) + ".csv"
    try:
        path = await asyncio.to_thread(write_private, downloads(), name, content)
    except OSError as trouble:
        desk.toast(
            _("The file could not be written: {why}").format(why=trouble.strerror or type(trouble).__name__), "error"
        )
        return
    desk.toast(_("Written: {path}").format(path=path))


async def read_stays(
    desk: "Desk", centre: str | None, since: datetime | None, outcome: str | None = None
) -> list[wire.Segment]:
    """Every stay begun since a moment (None: ever), page after page; raises errors of `agent_tui.errors`."""
    found: list[wire.Segment] = []
    after = None
    while True:
        page = await desk.client.segments(centre=centre, outcome=outcome, since=since, after=after)
        found += page.items
        if (after := page.next) is None:
            return found


def downloads() -> Path:
    """Where a person looks for a file: the folder for downloads, else home."""
    folder = platformdirs.user_downloads_path()
    return folder if folder.is_dir() else Path.home()


def write_private(folder: Path, name: str, content: bytes) -> Path:
    """Write a new file only its owner reads, for it names people; a name that exists gets a number. Raises OSError."""
    stem, _dot, kind = name.rpartition(".")
    for n in range(1, 1000):
        path = folder / (name if n == 1 else f"{stem}-{n}.{kind}")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return path
    raise FileExistsError(17, "too many files of this name", name)


async def _ask(desk: "Desk", offered: Callable[[], Offered], start: str) -> str | None:
    return await cast("App[Any]", desk).push_screen_wait(Pick(offered, start))


async def _each(
    things: Sequence[T], act: Callable[[T], Awaitable[None]], name: Callable[[T], str]
) -> tuple[int, list[str]]:
    """Do it to each, a few at a time; how many it was done to, and a line for each it was not."""
    failed: list[str] = []

    async def one(thing: T) -> None:
        try:
            await act(thing)
        except DeskError as trouble:
            failed.append(f"{clean(name(thing), cap=40)}: {trouble.say()}")

    for start in range(0, len(things), AT_ONCE):
        await asyncio.gather(*(one(thing) for thing in things[start : start + AT_ONCE]))
    return len(things) - len(failed), failed


def _report(desk: "Desk", told: str, failed: list[str]) -> None:
    if not failed:
        desk.toast(told)
        return
    more = [_("and {n} others").format(n=len(failed) - NAMED)] if len(failed) > NAMED else []
    desk.toast("\n".join([told, *failed[:NAMED], *more]), "warning")


def _names(names: Iterable[str]) -> str:
    every = [clean(name, cap=40) for name in names]
    if len(every) <= NAMED:
        return ", ".join(every)
    return _("{names} and {n} more").format(names=", ".join(every[: NAMED - 1]), n=len(every) - NAMED + 1)
