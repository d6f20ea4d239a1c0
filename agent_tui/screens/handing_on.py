"""Help with a contact: ask the lead or a colleague in, hand it on, promise a call; and the hand-over of a shift."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from textual.app import App

from agent_tui import wire
from agent_tui.i18n import N_, ZONE, _, fmt_time, ngettext
from agent_tui.screens.dialog import until_accepted
from agent_tui.screens.hand_on import Card, HandOn, HandOnAnswer, Way
from agent_tui.widgets.queue_rows import WHY

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.contact_flow import ContactFlow

CENTRES: Final[dict[str, str]] = {
    "EVNNPC": N_("north"), "EVNHANOI": N_("Hà Nội"), "EVNCPC": N_("centre"), "EVNSPC": N_("south"),
    "EVNHCMC": N_("Hồ Chí Minh City"),
}  # fmt: skip
LATER_MIN: Final = (15, 30, 60, 120)
MORNING_H: Final = 8
READY: Final = frozenset({"idle", "reserved", "on_contact", "wrap_up"})


def about(flow: "ContactFlow", desk: "Desk", screen: "DeskScreen") -> wire.Contact | None:
    """The contact in hand, else the chosen one I am asked about."""
    if flow.hand is not None:
        return flow.hand
    chosen = flow.selected(screen)
    return chosen if chosen is not None and chosen.consulted == desk.state.user.id else None


def ways(contact: wire.Contact, state_user: wire.User, agents: Sequence[wire.Agent], now: datetime) -> list[Way]:
    """What can be done with it, in the order of how often it is wanted."""
    found: list[Way] = []
    names = {agent.id: agent.name for agent in agents}
    if contact.consulted is not None:
        who = names.get(contact.consulted, contact.consulted)
        mine = contact.consulted == state_user.id
        leave = _("take it over") if mine else _("leave it to {who}").format(who=who)
        found += [Way("complete", "", leave), Way("end_consult", "", _("end the consultation"))]
        if mine:
            return found
    else:
        found.append(Way("consult", "", _("ask the lead in")))
    there = [agent for agent in agents if agent.id != state_user.id and agent.activity in READY]
    if contact.state == "connected":
        found += [_later(minutes, now) for minutes in LATER_MIN]
        found.append(_tomorrow(now))
    queues = [queue for queue in WHY if queue != contact.queue]
    found += [Way("queue", queue, _("to the queue: {queue}").format(queue=_(WHY[queue]))) for queue in queues]
    for agent in there:
        if contact.consulted is None:
            found.append(Way("consult", agent.id, _("ask {who} in").format(who=agent.name)))
        found.append(Way("agent", agent.id, _("to {who}").format(who=agent.name)))
    found += [
        Way("centre", code, _("to {code}, {place}").format(code=code, place=_(place)))
        for code, place in CENTRES.items()
        if code != contact.centre
    ]
    return found


def _later(minutes: int, now: datetime) -> Way:
    at = now + timedelta(minutes=minutes)
    text = ngettext("call back in {n} minute, {time}", "call back in {n} minutes, {time}", minutes)
    return Way("callback", at.isoformat(), text.format(n=minutes, time=fmt_time(at, now)))


def _tomorrow(now: datetime) -> Way:
    morning = now.astimezone(ZONE).replace(hour=MORNING_H, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Way("callback", morning.isoformat(), _("call back tomorrow, {time}").format(time=fmt_time(morning, now)))


async def ask(flow: "ContactFlow", desk: "Desk", contact: wire.Contact) -> None:
    """Choose what becomes of the contact, and do it."""
    choices = ways(contact, desk.state.user, list(desk.state.agents.values()), flow.now())
    who = flow.name_of(contact)
    dialog = HandOn(_("Help with · {who}").format(who=who), choices)

    async def go(answer: HandOnAnswer) -> tuple[Way, wire.Contact]:
        return answer.way, await _go(desk, contact.id, answer.way, answer.note or None)

    done = await until_accepted(desk, dialog, go)
    if done is None:
        return
    way, after = done
    desk.changed(desk.state.absorb(after))
    if isinstance(after, wire.Transferred) and after.card is not None:
        await cast("App[Any]", desk).push_screen_wait(Card(after.card))
    else:
        desk.toast(_("Done: {what}").format(what=way.text))


async def _go(desk: "Desk", contact: str, way: Way, note: str | None) -> wire.Contact:
    client = desk.client
    match way.kind:
        case "consult":
            return await client.consult(contact, way.to or None)
        case "end_consult":
            return await client.end_consult(contact)
        case "complete":
            return await client.complete_consult(contact)
        case "callback":
            return await client.callback(contact, at=datetime.fromisoformat(way.to))
        case "queue":
            return await client.transfer(contact, wire.TransferRequest(queue=way.to, note=note))
        case "centre":
            return await client.transfer(contact, wire.TransferRequest(centre=way.to, note=note))
        case _:
            return await client.transfer(contact, wire.TransferRequest(agent=way.to, note=note))


async def end_of_shift(desk: "Desk") -> None:
    """Leave all my open work to a colleague of the centre, with a note."""
    me = desk.state.user
    there = sorted(desk.state.agents.values(), key=lambda agent: (agent.activity not in READY, agent.name))
    choices = [Way("agent", agent.id, agent.name) for agent in there if agent.id != me.id and agent.centre == me.centre]
    dialog = HandOn(_("Leave my open work to"), choices)

    async def leave(answer: HandOnAnswer) -> tuple[str, wire.Handover]:
        return answer.way.text, await desk.client.hand_over(answer.way.to, answer.note or None)

    left = await until_accepted(desk, dialog, leave)
    if left is None:
        return
    who, done = left
    told = _("Left to {who}: {contacts}, {callbacks}, {tickets}.").format(
        who=who,
        contacts=ngettext("{n} contact", "{n} contacts", done.contacts).format(n=done.contacts),
        callbacks=ngettext("{n} call back", "{n} call backs", done.callbacks).format(n=done.callbacks),
        tickets=ngettext("{n} ticket", "{n} tickets", done.tickets).format(n=done.tickets),
    )
    if done.queued:
        back = ngettext("{n} contact went back to its queue.", "{n} contacts went back to their queues.", done.queued)
        told += " " + back.format(n=done.queued)
    desk.toast(told)
