"""Two at one ticket: who is here, what both changed, and the texts that wait for their agent."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import structs

from agent_tui import wire
from agent_tui.desk.drafts import Draft
from agent_tui.desk.store import Diff
from agent_tui.errors import Stale
from agent_tui.messages import Intent, IntentRefused
from agent_tui.widgets.fields import TextField
from tests.snapshots.scene import NOW, Scene, ago

Steps = Callable[[Scene], Awaitable[None]]


def answer(where: str) -> object | None:
    """What the service says about drafts and presence; None to everything else."""
    if where == "/v1/drafts":
        return wire.Page([])
    if where.startswith("/v1/drafts/"):
        return wire.Draft(where.rpartition("/")[2], {}, None, "", None, NOW, 1)
    return wire.TicketPresence("t1") if where.endswith("/presence") else None


async def editor(scene: Scene) -> None:
    await scene.press("4")
    await scene.shows("T-2026-004512")
    await scene.press("down", "enter")
    await scene.until(lambda: scene.app.screen.query_one("#ticket-form").display)


def open_ticket(scene: Scene) -> wire.Ticket:
    return scene.app.screen.query_one("#ticket-pane").ticket


async def presence(scene: Scene) -> None:
    await editor(scene)
    here = open_ticket(scene)
    state = scene.app.state
    for id, doing, field in ((here.id, "editing", "note"), ("t1", "viewing", None)):
        others = [wire.Presence("minh", doing, field)]
        state.tickets[id] = structs.replace(state.tickets[id], presence=others)
    scene.app.changed(Diff(tickets=frozenset((here.id, "t1"))))
    await scene.shows("Minh")
    await scene.settle()


async def conflict(scene: Scene) -> None:
    await editor(scene)
    here = open_ticket(scene)
    title = scene.app.screen.query_one("#ticket-title", TextField)
    title.value = f"{here.title} (khách hẹn 25/11)"
    await scene.settle()
    theirs = structs.replace(here, title=f"{here.title}, hẹn chiều 24/11", priority="high", version=here.version + 1)
    changes = [wire.FieldChange("title", here.title, theirs.title), wire.FieldChange("priority", here.priority, "high")]
    since = (wire.TicketChange(theirs.version, ago(150), "minh", "changed", changes),)
    body = wire.PatchTicket(title=title.value)
    problem = wire.Problem("about:blank", "version_conflict", 412, "version_conflict", "", "r")
    intent = Intent("patch_ticket", here.id, body, here.id, "k1", None, here.version)
    scene.app.hear(IntentRefused(intent, Stale(problem, theirs, since)))
    await scene.until(lambda: scene.dialog)
    await scene.settle()


async def drafts(scene: Scene) -> None:
    book = scene.app.drafts
    at = scene.app.now()
    refused = "Khách hàng đã có phiếu này."
    book.restore([
        Draft("ticket", "t3", "T-2026-004477", {"note": "Đã gọi lại khách, hẹn sáng mai."}, at - 60),
        Draft("wrap_up", "gone", "Phan Thị Mai", {"text": "Khách báo có điện lại lúc 14:00.", "contact": "gone",
                                                 "refused": refused}, at - 30),
        Draft("new_ticket", "k9", "Trần Văn Bình", {"title": "Cột nghiêng", "on_its_way": "k9"}, at - 600),
    ])  # fmt: skip
    scene.app.run_worker(scene.app.screen.act_drafts(), exit_on_error=False)
    await scene.until(lambda: scene.dialog)
    await scene.settle()


SCENES: dict[str, tuple[dict[str, Any], Steps]] = {
    "tickets-presence": ({}, presence),
    "tickets-conflict": ({}, conflict),
    "drafts": ({}, drafts),
}
