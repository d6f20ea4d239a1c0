"""What a lead does with a planned work: told, told again, told in writing, postponed, called off."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from textual.app import App

from agent_tui import wire
from agent_tui.errors import Stale
from agent_tui.i18n import N_, _
from agent_tui.screens.pick import Entry, Offered, Pick
from agent_tui.widgets.power_verdict import STATUS
from agent_tui.widgets.safe import Confirm, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

PlanAct = Literal["notified", "renotified", "written", "postponed", "cancelled"]
ACTS: Final[dict[PlanAct, str]] = {
    "notified": N_("Customers were told"),
    "renotified": N_("Customers were told of the change"),
    "written": N_("Large customers were told in writing"),
    "postponed": N_("Put off"),
    "cancelled": N_("Call off"),
}
MOVES: Final[dict[str, frozenset[str]]] = {
    "draft": frozenset({"notified", "cancelled"}),
    "notified": frozenset({"renotified", "postponed", "cancelled"}),
    "renotified": frozenset({"postponed", "cancelled"}),
    "postponed": frozenset({"renotified", "cancelled"}),
    "active": frozenset({"postponed", "cancelled"}),
}


def why_not(desk: "Desk", plan: wire.Plan, act: PlanAct) -> str:
    """Why this cannot be done with the plan now; empty when it can."""
    if desk.state.user.role == "agent":
        return _("A team lead does that.")
    if act == "written":
        return "" if plan.large and plan.written_at is None else _("Nobody is to be told in writing.")
    now = _(STATUS[plan.status])
    return "" if act in MOVES.get(plan.status, ()) else _("It is {status} now.").format(status=now)


async def plan_menu(desk: "Desk", plan: wire.Plan) -> wire.Plan | None:
    """Choose what happens to it and send that; answers the plan as it is then, None when nothing was done."""
    app = cast("App[Any]", desk)

    def offered() -> Offered:
        options = [Entry(act, _(word), "", why_not(desk, plan, act)) for act, word in ACTS.items()]
        return plan.device_name or plan.device, options

    start = next((act for act in ACTS if not why_not(desk, plan, act)), "")
    chosen = await app.push_screen_wait(Pick(offered, start))
    act = next((act for act in ACTS if act == chosen), None)
    if act is None:
        return None
    if act in ("postponed", "cancelled"):
        question = plain(_("{act}: {what}?").format(act=_(ACTS[act]), what=plan.device_name or plan.device))
        if not await app.push_screen_wait(Confirm(question, _(ACTS[act]))):
            return None
    body = _patch(act, datetime.fromtimestamp(desk.now(), UTC))
    try:
        after = await desk.client.patch_plan(plan.id, plan.version, body)
    except Stale:
        desk.toast(_("Somebody changed this plan a moment ago: look at it, then do it again."), "warning")
        return None
    desk.toast(f"{after.device_name or after.device}: {_(STATUS[after.status])}.")
    return after


def _patch(act: PlanAct, now: datetime) -> wire.PatchPlan:
    return wire.PatchPlan(written_at=now) if act == "written" else wire.PatchPlan(status=act)
