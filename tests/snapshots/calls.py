"""What happens beside a plain call, as pictures: a danger, four letters, promised calls, help, a lone house."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import structs

from agent_tui import wire
from backend_stub.domain import power_say, safety
from backend_stub.domain.place_power import OutageHere, PlaceFacts, place_verdict
from backend_stub.domain.power import OutageFact
from tests.snapshots.scene import HAND, RECORD, WAITING, Scene, ago, ahead, contact

Steps = Callable[[Scene], Awaitable[None]]
LONE = "PC08GG0099999"
UNIT = wire.Dispatch("Đội QLVH Đồng Xuân", "Dây rơi ngang đường, có trẻ em", ago(190), "lan", None, ago(70), True)
DANGER = structs.replace(
    HAND, id="cd", priority_class="danger", dispatch=UNIT, trouble=wire.Trouble("all", "lost", "wire_down", "street")
)
UNSENT = structs.replace(DANGER, dispatch=None, trouble=None)
STRANGER = structs.replace(HAND, id="cs", customer=None, name=None, place=None, address="0999 123 456")
FOUND = [
    wire.PlaceHit("commune", "Xã Đồng Xuân", "22081", "Xã Đồng Xuân", "Đắk Lắk", 8_912,
                  was="Thị trấn La Hai, Đồng Xuân, Phú Yên"),
    wire.PlaceHit("street", "Lê Lợi", "22081", "Xã Đồng Xuân", "Đắk Lắk", 64, "474-03-07", street="Lê Lợi"),
    wire.PlaceHit("device", "TBA Đồng Xuân 17", "22081", "Xã Đồng Xuân", "Đắk Lắk", 58, "474-03-07", "transformer"),
]  # fmt: skip
TREE = ("do cây đổ vào đường dây", "because a tree fell on the line")
CREW = ("tổ sửa chữa đang đến", "a crew is on its way")
SINCE, TARGET = ago(2_600).timestamp(), ahead(90).timestamp()
PART = OutageHere(OutageFact("o1", "unplanned", "confirmed", SINCE, TARGET, TREE, CREW), 1_896)
THERE = place_verdict(PlaceFacts("Xã Đồng Xuân", 8_912, (PART,), 3), ago(0).timestamp())
SAFETY = safety.script("wire_down")
PROMISES = [
    wire.Callback("k1", "outage", "EVNCPC", "hotline", "outage", "*******456", "Nguyễn Văn Ty", RECORD.code,
                  "Xã Đồng Xuân", "o1", ago(9_000), ago(724), True, 1),
    wire.Callback("k2", "agent", "EVNCPC", "hotline", "billing", "*******112", "Phạm Thị Hoa", "PC12AA2452529",
                  "Phường Tuy Hòa", None, ago(5_000), ago(130), True, 0, "u2", "u2"),
    wire.Callback("k3", "agent", "EVNCPC", "zalo", "service", "*******514", "Lê Minh", None, "Sơn Hòa", None, ago(900),
                  ahead(25), False, 2, "u1"),
]  # fmt: skip


def _detail(who: wire.Contact) -> wire.ContactDetail:
    return wire.ContactDetail(**structs.asdict(who), safety=SAFETY)


def answer(where: str) -> object | None:
    """What the service says to these calls; None to everything else."""
    said: dict[str, object] = {
        "/v1/callbacks": wire.Page(PROMISES),
        "/v1/callbacks/k1/dial": structs.replace(PROMISES[0], address="0905123456", claimed_by="u1"),
        "/v1/contacts/cd": _detail(UNSENT),
        "/v1/contacts/cd/trouble": UNSENT,
        "/v1/places/search": wire.Page(FOUND),
        "/v1/places/power": wire.PlacePower(
            THERE.verdict, THERE.say, "Xã Đồng Xuân", 8_912, 3, outage="o1", customers_out=1_896
        ),
        "/v1/dispatches": wire.Page(
            [wire.OpenDispatch("cd", "EVNCPC", DANGER.joined_at, "outage", None, "Xã Đồng Xuân", "u1", SAFETY, UNIT),
             wire.OpenDispatch("ce", "EVNCPC", ago(30), "outage", None, "Sông Cầu", None, SAFETY)]
        ),
        f"/v1/customers/{LONE}": structs.replace(RECORD, code=LONE),
        f"/v1/customers/{LONE}/power": wire.Power(
            "only_you", power_say.restored(ago(900).timestamp(), ago(0).timestamp()), restored_at=ago(900),
            nested_of="o9", script=list(power_say.BREAKER),
        ),
    }  # fmt: skip
    return said.get(where)


async def _trouble(scene: Scene) -> None:
    await scene.press("shift+f5", "w" if scene.app.launch.language == "en" else "t", "right")


async def _places(scene: Scene) -> None:
    await scene.press("shift+f5", "tab", "tab", "tab", "tab")
    await scene.type("la hai")
    await scene.shows("Lê Lợi")
    await scene.settle()


async def _place(scene: Scene) -> None:
    await _places(scene)
    await scene.press("enter")
    await scene.shows("1.896" if scene.app.launch.language == "vi" else "1,896")
    await scene.settle()


async def _field_unit(scene: Scene) -> None:
    await scene.press("shift+f5", "f8")
    await scene.press("f8")


async def _callbacks(scene: Scene) -> None:
    await scene.press("shift+f2")
    await scene.shows("Phạm Thị Hoa")
    await scene.settle()


async def call_result(scene: Scene) -> None:
    """One of them is being called."""
    await _callbacks(scene)
    await scene.press("enter")
    await scene.shows("0905123456")


async def _hand_on(scene: Scene) -> None:
    await scene.press("shift+f1")


async def dangers(scene: Scene) -> None:
    """The list of open dangers."""
    await scene.app.act("dangers")
    await scene.shows("Sông Cầu")
    await scene.settle()


async def missed(scene: Scene) -> None:
    """A call rang here and nobody took it."""
    me = wire.AgentState("available", "not_responding", ago(30))
    scene.app.changed(scene.app.state.absorb(me))
    await scene.settle()


async def _lone(scene: Scene) -> None:
    await scene.shows("13:50")
    await scene.settle()


async def _danger(scene: Scene) -> None:
    await scene.settle()


SCENES: dict[str, tuple[dict[str, Any], Steps]] = {
    "call-danger": ({"contacts": [DANGER, *WAITING]}, _danger),
    "call-trouble": ({"contacts": [HAND, *WAITING]}, _trouble),
    "call-places": ({"contacts": [STRANGER, *WAITING]}, _places),
    "call-place": ({"contacts": [STRANGER, *WAITING]}, _place),
    "call-field-unit": ({"contacts": [UNSENT, *WAITING]}, _field_unit),
    "call-only-you": ({"contacts": [structs.replace(HAND, customer=LONE), *WAITING]}, _lone),
    "call-hand-on": ({"contacts": [HAND, *WAITING]}, _hand_on),
    "callbacks": ({"contacts": [contact("c1"), *WAITING[1:]]}, _callbacks),
}
LOOK: dict[str, tuple[dict[str, Any], Steps]] = {
    **SCENES,
    "call-result": ({}, call_result),
    "call-dangers": ({}, dangers),
    "call-missed": ({}, missed),
}
