"""A caller who is no known customer: the place is typed, chosen and said, by keys alone."""

from pathlib import Path

from textual.widgets import Input

from agent_tui.screens.trouble import TroubleCodes
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.line_list import LineList
from tests.contract.grid import DONG_XUAN
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk
from tests.journeys.test_contact_help import take


class PlaceForm:
    """The dialog's last field, with what is found and what is known there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def open(self) -> None:
        await self.desk.press("shift+f5")
        await self.desk.until(lambda: self.desk.dialog(TroubleCodes))

    @property
    def typed(self) -> str:
        return self.desk.app.screen.query_one("#spot", Input).value

    @property
    def said(self) -> str:
        return str(self.desk.app.screen.query_one("#spot-say", Flowing).content)

    @property
    def found(self) -> tuple[str, ...]:
        listed = self.desk.app.screen.query_one("#spots", LineList)
        return listed.row_ids if listed.display else ()

    @property
    def focused(self) -> str | None:
        focused = self.desk.app.screen.focused
        return None if focused is None else focused.id


async def stranger(desk: Desk) -> tuple[dict, PlaceForm]:
    """A number nobody knows calls about the power and is taken."""
    call = await desk.report(address="0999123456")
    await take(desk)
    form = PlaceForm(desk)
    await form.open()
    return call, form


async def test_a_commune_by_its_old_name_is_chosen_read_aloud_and_saved(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        outage = await feeder_outage(desk)
        call, form = await stranger(desk)
        await desk.press("n", "n", "n", "m")
        await desk.until(lambda: form.focused == "spot")
        await desk.press(*"la hai")
        await desk.until(lambda: form.found == (f"commune:{DONG_XUAN}:",))
        await desk.until(lambda: desk.shows("was Thị trấn La Hai"))
        await desk.press("enter")
        await desk.until(lambda: "KNOWN OUTAGE" in form.said and "9 of 10 customers" in form.said)
        assert form.typed == "Xã Đồng Xuân, Đắk Lắk"
        assert "Part of Xã Đồng Xuân has been without power" in form.said.replace("\n", " ")
        await desk.press("enter")
        await desk.until(lambda: desk.told("Xã Đồng Xuân"))
        said = await desk.service_says(call)
        assert (said["trouble"]["commune"], said["trouble"]["device"], said["place"]) == (
            DONG_XUAN, None, "Xã Đồng Xuân",
        )  # fmt: skip
        assert said["trouble"]["scope"] == "neighbours"
        # Only the commune is known: the caller counts at no outage.
        assert (await (await desk.svc.client("boss")).get(f"/v1/outages/{outage['id']}")).json()["calls"] == 0
        # What was set is there again.
        await form.open()
        await desk.until(lambda: form.typed == "Xã Đồng Xuân" and "KNOWN OUTAGE" in form.said)


async def test_a_device_or_a_street_of_one_transformer_is_a_call_on_it(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call, form = await stranger(desk)
        for typed, device in (("tba la hai 2", "T2"), ("tran phu tuy hoa", "T9")):
            if not desk.dialog(TroubleCodes):
                await form.open()
            await desk.press("tab", "tab", "tab", "tab", *typed, "f8")
            # The dialog goes with the key; the service hears of it a moment later.
            await desk.until(lambda device=device: desk.hand.trouble is not None and desk.hand.trouble.device == device)
            assert (await desk.service_says(call))["trouble"]["device"] == device


async def test_no_such_place_is_said_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    async with open_desk(tmp_path, size=(80, 24)) as desk:
        call, form = await stranger(desk)
        await desk.press("tab", "tab", "tab", "tab", *"qwertz")
        await desk.until(lambda: "No place by that name" in form.said)
        await desk.press("f8")
        await desk.until(lambda: desk.told("No such place"))
        assert desk.dialog(TroubleCodes)
        assert form.typed == "qwertz"
        await desk.press(*["backspace"] * 6, *"dong xuan", "down", "up", "f8")
        await desk.until(lambda: desk.hand.trouble is not None and desk.hand.trouble.commune == DONG_XUAN)
        assert (await desk.service_says(call))["trouble"]["commune"] == DONG_XUAN


async def test_the_place_of_a_customer_is_filled_in_and_stays(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        form = PlaceForm(desk)
        await form.open()
        assert form.typed == "Xã Đồng Xuân · T1"
        await desk.press("n", "f8")
        await desk.until(lambda: desk.told("neighbours too"))
        said = await desk.service_says(call)
        assert (said["trouble"]["device"], said["trouble"]["scope"]) == ("T1", "neighbours")


async def test_the_language_changes_and_the_place_stays(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        _, form = await stranger(desk)
        await desk.press("tab", "tab", "tab", "tab", *"la hai", "enter")
        await desk.until(lambda: "NOTHING KNOWN THERE" in form.said)
        await desk.app.switch_language()
        await desk.until(lambda: "CHƯA GHI NHẬN GÌ" in form.said)
        await desk.until(lambda: (form.typed, form.focused) == ("Xã Đồng Xuân, Đắk Lắk", "spot"))
        await desk.press("f8")
        await desk.until(lambda: not desk.dialog(TroubleCodes))
