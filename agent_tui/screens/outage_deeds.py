"""What F8, the palette and the detail do with an outage: each act asks what it must and sends it with the version seen.

The service decides; a change of somebody else in between is shown, and the act is asked for again.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeGuard, cast

from textual.app import App

from agent_tui import wire
from agent_tui.desk.outage_acts import ACTS, CREW_MOVES, Act, Refusal, likely, refusal
from agent_tui.errors import Conflict, Stale
from agent_tui.i18n import N_, _, fmt_number, fmt_time, ngettext
from agent_tui.keys.actions import BY_NAME
from agent_tui.net.transport import new_key
from agent_tui.screens.outage_calls import OutageCalls
from agent_tui.screens.outage_detail import OutageDetail
from agent_tui.screens.outage_message import OutageMessageDialog
from agent_tui.screens.outage_remark import Remark
from agent_tui.screens.outage_restore import Restore
from agent_tui.screens.outage_target import SetTarget
from agent_tui.screens.pick import Entry, Offered, Pick
from agent_tui.screens.ticket_bulk import close_of_outage
from agent_tui.widgets.outage_rows import CAUSES, cause_word
from agent_tui.widgets.power_verdict import CREW, STATUS, device_name
from agent_tui.widgets.safe import Confirm, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

WHY: Final[dict[Refusal, str]] = {
    "lead_only": N_("A team lead does that; you can add a remark and call back."),
    "planned": N_("This is planned work: its own clocks lead it."),
    "already": N_("It is confirmed already."),
    "nobody_out": N_("Nobody is without power in it any more."),
    "over": N_("It is over already."),
    "not_over": N_("Power is not back yet: report that first."),
    "no_callbacks": N_("Nobody asked to be called back about it."),
    "part_back": N_("A part has its power back: it was an outage. Report the rest as back."),
}
CONFLICTS: Final[dict[str, str]] = {
    "callbacks_open": N_("People still wait to be called back about it: call them first."),
    "already_restored": N_("These devices have their power back already."),
    "nobody_out": N_("Nobody is without power in it any more."),
}
TRIES: Final = 3
Move = Literal["confirm", "cancel", "close"]
Deed = Callable[[wire.Outage], Awaitable[None]]


def why_not(desk: "Desk", act: Act, outage: wire.Outage) -> str | None:
    """Why this cannot be done with the outage now, as a sentence; None when it can."""
    code = refusal(act, outage, desk.state.user.role)
    if code is not None:
        return _(WHY[code])
    return None if desk.link.is_live else _("Without the service nothing can be changed; wait for the connection.")


class OutageDeeds:
    """The acts for one desk."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        # Typed and not sent: leaving the dialog loses nothing.
        self._remarks: dict[str, str] = {}
        self._deeds: dict[Act, Deed] = {
            "outage_confirm": lambda outage: self._move(outage, "confirm"),
            "outage_etr": self._target,
            "outage_crew": self._crew,
            "outage_cause": self._cause,
            "outage_restore": self._restore,
            "outage_callbacks": self._callbacks,
            "outage_message": self._message,
            "outage_note": self._note,
            "outage_cancel": self._cancel,
            "outage_close": lambda outage: self._move(outage, "close"),
        }

    @property
    def app(self) -> App[Any]:
        """The app as Textual knows it."""
        return cast("App[Any]", self._desk)

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self._desk.now(), UTC)

    async def menu(self, outage: wire.Outage) -> None:
        """Everything that can be done with it, the likely act under the cursor."""

        def offered() -> Offered:
            options = [
                Entry(act, _(BY_NAME[act].label), _(BY_NAME[act].help), why_not(self._desk, act, outage) or "")
                for act in ACTS
            ]
            return device_name(outage), options

        chosen = await self.app.push_screen_wait(Pick(offered, likely(outage, self._desk.state.user.role, self.now())))
        for act in ACTS:
            if act == chosen:
                await self.do(act, self._desk.state.outages.get(outage.id, outage))

    async def look(self, outage: wire.Outage) -> None:
        """All of it; the commit key goes on to what can be done."""
        if await self.app.push_screen_wait(OutageDetail(outage, self.now)) == "change":
            await self.menu(self._desk.state.outages.get(outage.id, outage))

    async def do(self, act: Act, outage: wire.Outage) -> None:
        """Do it; raises errors of `agent_tui.errors`, what is not understood from its code apart."""
        if reason := why_not(self._desk, act, outage):
            self._desk.toast(reason, "warning")
            return
        try:
            await self._deeds[act](outage)
        except Stale:
            self._desk.toast(_("Somebody changed this outage a moment ago: look at it, then do it again."), "warning")
        except Conflict as refused:
            if refused.code not in CONFLICTS:
                raise
            self._desk.toast(_(CONFLICTS[refused.code]), "warning")

    # One act each

    async def _move(self, outage: wire.Outage, verb: Move) -> None:
        # What was no outage by so many calls may be one by another.
        seen = ("status", "calls") if verb == "cancel" else ("status",)
        client = self._desk.client
        after = await self._change(outage, seen, lambda version: client.move_outage(outage.id, verb, version))
        self._took(after, _("{what}: {status}.").format(what=device_name(after), status=_(STATUS[after.status])))

    async def _cancel(self, outage: wire.Outage) -> None:
        question = ngettext(
            "{what}: was it no outage? {calls} call was counted.",
            "{what}: was it no outage? {calls} calls were counted.",
            outage.calls,
        )
        asked = plain(question.format(what=device_name(outage), calls=fmt_number(outage.calls)))
        if await self.app.push_screen_wait(Confirm(asked, _("It was none"))):
            await self._move(outage, "cancel")

    async def _target(self, outage: wire.Outage) -> None:
        answer = await self.app.push_screen_wait(SetTarget(outage, self.now))
        if answer is None:
            return
        client, etr, source = self._desk.client, answer.etr, answer.source
        after = await self._change(
            outage, ("etr", "etr_source"), lambda v: client.patch_outage(outage.id, v, etr=etr, etr_source=source)
        )
        if answer.etr is None:
            told = _("{what}: the target is taken back.").format(what=device_name(after))
        else:
            told = _("{what}: target {time}.").format(what=device_name(after), time=fmt_time(answer.etr, self.now()))
        self._took(after, told)

    async def _crew(self, outage: wire.Outage) -> None:
        def offered() -> Offered:
            options = [Entry(code, _(CREW[code])) for code in CREW_MOVES[outage.crew]]
            return _("Crew now: {state}").format(state=_(CREW[outage.crew])), options

        chosen = await self._pick(offered, CREW_MOVES[outage.crew])
        if chosen is not None:
            crew, client = _crew_of(chosen), self._desk.client
            after = await self._change(outage, ("crew",), lambda v: client.patch_outage(outage.id, v, crew=crew))
            self._took(after, f"{device_name(after)}: {_(CREW[after.crew])}.")

    async def _cause(self, outage: wire.Outage) -> None:
        def offered() -> Offered:
            return _("Cause of {what}").format(what=device_name(outage)), [Entry(c, cause_word(c), c) for c in CAUSES]

        chosen = await self._pick(offered, [outage.cause or ""])
        if chosen is not None:
            cause, client = chosen, self._desk.client
            after = await self._change(outage, ("cause",), lambda v: client.patch_outage(outage.id, v, cause=cause))
            self._took(after, f"{device_name(after)}: {cause_word(after.cause)}.")

    async def _restore(self, outage: wire.Outage) -> None:
        answer = await self.app.push_screen_wait(Restore(outage, self.now))
        if answer is None:
            return
        after = await self._desk.client.restore_outage(
            outage.id, at=answer.at, customers=answer.customers, devices=answer.devices, note=answer.note or None,
            key=new_key(),
        )  # fmt: skip
        left = _("{n} still out").format(n=fmt_number(after.customers_out))
        told = left if after.customers_out else _("everybody has power again")
        self._took(after, f"{device_name(after)}: {_(STATUS[after.status])}, {told}.")
        if not after.customers_out:
            await close_of_outage(self._desk, after)

    async def _callbacks(self, outage: wire.Outage) -> None:
        await self.app.push_screen_wait(OutageCalls(outage, self._desk.state.user.id, self.now))

    async def _message(self, outage: wire.Outage) -> None:
        await self.app.push_screen_wait(OutageMessageDialog(outage, self.now))

    async def _note(self, outage: wire.Outage) -> None:
        def keep(typed: str) -> None:
            self._remarks[outage.id] = typed

        draft = self._remarks.get(outage.id, "")
        text = await self.app.push_screen_wait(Remark(device_name(outage), draft, keep))
        if text:
            # A remark of an older picture is as good: whoever changed the outage lost nothing by it.
            note, client = text, self._desk.client
            after = await self._change(outage, (), lambda v: client.patch_outage(outage.id, v, note=note))
            self._remarks.pop(outage.id, None)
            self._took(after, _("The remark is in the log."))

    async def _change(
        self, seen: wire.Outage, fields: Sequence[str], send: Callable[[int], Awaitable[wire.Outage]]
    ) -> wire.Outage:
        """Send it for the newest version while these fields are what the agent saw; raises Stale once they are not.

        Every call that is counted raises the version too: in a storm no dialog would be quick enough.
        """

        def same(newest: object) -> TypeGuard[wire.Outage]:
            return isinstance(newest, wire.Outage) and all(getattr(newest, f) == getattr(seen, f) for f in fields)

        newest = self._desk.state.outages.get(seen.id)
        version = newest.version if same(newest) else seen.version
        for _again in range(TRIES):
            try:
                return await send(version)
            except Stale as stale:
                if not same(stale.current):
                    raise
                version = stale.current.version
        return await send(version)

    async def _pick(self, offered: Callable[[], Offered], start: Sequence[str]) -> str | None:
        return await self.app.push_screen_wait(Pick(offered, start[0] if start else ""))

    def _took(self, after: wire.Outage, told: str) -> None:
        self._desk.changed(self._desk.state.absorb(after))
        self._desk.toast(told)


def _crew_of(code: str) -> wire.CrewStatus:
    return next((crew for crew in _CREWS if crew == code), "none")


_CREWS: Final[tuple[wire.CrewStatus, ...]] = ("none", "assigned", "enroute", "onsite", "working", "held", "done")
