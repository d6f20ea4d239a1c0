"""Callers of whom only a place is known, over HTTP: found by any name, counted honestly, told what is known there."""

import pytest

from backend_stub.reference import places
from backend_stub.store import behind, board_figures, customers, grid
from backend_stub.store.customers import CustomerRow
from backend_stub.store.engine import Tx
from backend_stub.store.grid import DeviceRow
from tests.contract.test_grouping import COMMUNE, Desk, code, transformer
from tests.contract.test_grouping import desk as desk

TUY_HOA, SONG_CAU = "22015", "22051"
NAME = places.communes()[COMMUNE].full_name


def streets(tx: Tx) -> None:
    """Lê Lợi is fed by one transformer of the commune, Trần Phú (of everybody else) by many."""
    grid.upsert_many(tx.conn, [DeviceRow("474-1-L", "transformer", "474-1", "TBA Lê Lợi 7", COMMUNE)])
    homes = [
        CustomerRow(
            f"PC08GG9{n:06}", f"Lê {n}", "Chị", (f"0906{n:06}",), f"{n}/2 Đường Lê Lợi, Thôn 3", COMMUNE, "",
            f"9{n:07}", f"HE{n}", "474-1-L", "residential", 1, "", "active",
        )
        for n in range(1, 4)
    ]  # fmt: skip
    customers.upsert_many(tx.conn, homes)


async def stranger(desk: Desk, n: object = 1, **more: object) -> dict:
    body = {"external_id": f"s-{n}", "channel": "hotline", "address": f"09990{n:05}", "queue": "outage", **more}
    answer = await (await desk.svc.channel()).post("/v1/contacts", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ask(desk: Desk, path: str, **body: object) -> dict:
    answer = await (await desk.svc.client("agent")).post(f"/v1/places/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(desk: Desk, q: str, **more: object) -> list[dict]:
    return (await ask(desk, "search", q=q, **more))["items"]


async def reported(desk: Desk) -> list[dict]:
    return (await (await desk.svc.client("agent")).get("/v1/places/reported")).json()["items"]


async def possible(desk: Desk, outage: dict) -> int:
    one = (await (await desk.svc.client("agent")).get(f"/v1/outages/{outage['id']}")).json()["possible"]
    every = (await (await desk.svc.client("agent")).get("/v1/places/possible")).json()["items"]
    assert {found["outage"]: found["callers"] for found in every}.get(outage["id"], 0) == one
    return one


@pytest.mark.parametrize(
    ("said", "was"),
    [
        ("xã đồng xuân, đắk lắk", None),
        ("dong xuan dak lak", None),
        ("La Hai, Đồng Xuân, Phú Yên", "Thị trấn La Hai, Đồng Xuân, Phú Yên"),
        ("tt la hai", "Thị trấn La Hai, Đồng Xuân, Phú Yên"),
    ],
)
async def test_a_commune_is_found_by_its_name_of_today_and_of_before(desk: Desk, said: str, was: str | None) -> None:
    first = (await found(desk, said))[0]
    assert (first["kind"], first["commune"], first["name"], first["was"]) == ("commune", COMMUNE, NAME, was)
    assert first["customers"] == 180


async def test_streets_and_devices_are_found_and_nonsense_is_nothing(desk: Desk) -> None:
    await desk.svc.engine.write(streets)
    for said in ("lê lợi, la hai", "duong le loi dong xuan", "12 Lê Lợi, xã Đồng Xuân"):
        (street,) = await found(desk, said)
        assert (street["kind"], street["name"], street["commune"], street["device"], street["customers"]) == (
            "street", "Lê Lợi", COMMUNE, "474-1-L", 3,
        )  # fmt: skip
    (many,) = await found(desk, "tran phu, dong xuan")
    assert (many["street"], many["device"], many["customers"]) == ("Trần Phú", None, 180)
    assert (await found(desk, "474-1-2"))[0]["device"] == transformer(1, 2)
    assert [hit["device"] for hit in await found(desk, "tba le loi 7")] == ["474-1-L"]
    assert len(await found(desk, "474", limit=3)) == 3
    near = await found(desk, "le loi", near=COMMUNE)
    assert near[0]["street"] == "Lê Lợi"
    for said in ("…", "' OR 1=1 --", "qwertz", "\x1b[31m", "x" * 500):
        assert await found(desk, said) == []


async def test_a_place_that_is_a_device_is_a_call_on_it(desk: Desk) -> None:
    await desk.svc.engine.write(streets)
    told = await desk.trouble((await stranger(desk))["id"], commune=COMMUNE, street="đường lê lợi")
    assert (told["trouble"]["device"], told["trouble"]["street"], told["place"]) == (
        "474-1-L", "Lê Lợi", f"Lê Lợi, {NAME}",
    )  # fmt: skip
    await desk.round()
    assert await desk.outages() == []
    await desk.trouble((await stranger(desk, 2))["id"], device="474-1-L")
    await desk.round()
    (outage,) = await desk.outages()
    assert (outage["device"], outage["calls"]) == ("474-1-L", 2)


async def test_a_stranger_who_redials_is_one_caller_of_a_device(desk: Desk) -> None:
    for n, address in ((1, "0999012345"), (2, "0999012345")):
        contact = await stranger(desk, n, address=address)
        await desk.trouble(contact["id"], device=transformer(1, 3))
    await desk.round()
    assert await desk.outages() == []
    assert (await desk.power(1, 3, 0))["neighbours_calling"] == 1
    since = desk.clock.now() - 600
    assert await desk.svc.engine.read(lambda conn: board_figures.feeder_callers(conn, since)) == {"474": 1}
    assert len(await desk.svc.engine.read(lambda conn: behind.feeder(conn, "474", since))) == 1
    other = await stranger(desk, 3)
    await desk.trouble(other["id"], device=transformer(1, 3))
    await desk.round()
    assert [one["device"] for one in await desk.outages()] == [transformer(1, 3)]


async def test_five_callers_of_a_commune_are_a_report_and_no_outage(desk: Desk) -> None:
    for n in range(5):
        assert await reported(desk) == []
        told = await desk.trouble((await stranger(desk, n))["id"], commune=TUY_HOA)
        assert (told["trouble"]["device"], told["place"]) == (None, "Phường Tuy Hòa")
        desk.clock.advance(120)
        await desk.round()
    assert await desk.outages() == []
    (one,) = await reported(desk)
    assert (one["commune"], one["centre"], one["calls"], one["possibly"]) == (TUY_HOA, "EVNCPC", 5, None)
    assert one["explanation"]["vi"] == "5 cuộc gọi từ Phường Tuy Hòa trong 9 phút, chưa rõ thiết bị"
    board = (await (await desk.svc.client("lead")).get("/v1/wallboard")).json()
    for place in (board["all"], board["centres"]["EVNCPC"]):
        (alert,) = [alert for alert in place["alerts"] if alert["code"] == "commune_reported"]
        assert (alert["level"], alert["value"], alert["say"]["en"]) == (
            "look", 5.0, "5 calls from Phường Tuy Hòa in 9 min, no device known.",
        )  # fmt: skip
    assert not [a for a in board["centres"]["EVNHANOI"]["alerts"] if a["code"] == "commune_reported"]
    desk.clock.advance(2_700)
    assert await reported(desk) == []


async def test_a_street_of_many_transformers_a_redial_and_a_danger(desk: Desk) -> None:
    for n in range(4):
        told = await desk.trouble((await stranger(desk, n))["id"], commune=COMMUNE, street="Trần Phú")
        assert told["trouble"]["device"] is None
    again = await stranger(desk, 5, address="0999000000")
    await desk.trouble(again["id"], commune=COMMUNE)
    wire_down = await desk.trouble((await stranger(desk, 6))["id"], commune=COMMUNE, danger="wire_down")
    assert (wire_down["priority_class"], wire_down["place"]) == ("danger", NAME)
    await desk.round()
    assert (await desk.outages(), await reported(desk)) == ([], [])
    await desk.trouble((await stranger(desk, 7))["id"], commune=COMMUNE)
    await desk.round()
    assert [one["calls"] for one in await reported(desk)] == [5]


async def test_an_outage_explains_callers_of_its_commune_and_they_do_not_count_in_it(desk: Desk) -> None:
    callers = [await stranger(desk, n) for n in range(6)]
    for contact in callers:
        await desk.trouble(contact["id"], commune=COMMUNE)
    small = await desk.lead(
        "POST", "/v1/outages", {"device": transformer(1, 1), "kind": "unplanned", "status": "confirmed"}
    )
    await desk.round()
    (one,) = await reported(desk)
    assert (one["possibly"], one["possible"]) == (small["id"], 6)
    assert one["explanation"]["en"].endswith("possibly the outage of 474-1-1 (10 of 180 customers there)")
    assert await possible(desk, small) == 6
    whole = await desk.lead("POST", "/v1/outages", {"device": "474", "kind": "unplanned", "status": "confirmed"})
    await desk.round()
    assert await reported(desk) == []
    assert {o["id"]: o["calls"] for o in await desk.outages()} == {small["id"]: 0, whole["id"]: 0}
    # They stand beside the outage that leaves most of the commune without supply, and beside that one only.
    assert (await possible(desk, small), await possible(desk, whole)) == (0, 6)
    # When it is over, so are the calls of before; an agent may still attach one by hand.
    await desk.lead("POST", f"/v1/contacts/{callers[0]['id']}/attach", {"outage": whole["id"]})
    assert await possible(desk, whole) == 5
    for outage in (small, whole):
        desk.clock.advance(60)
        await desk.lead("POST", f"/v1/outages/{outage['id']}/restore", {})
    await desk.round()
    assert await reported(desk) == []


async def test_what_is_said_of_a_place(desk: Desk) -> None:
    async def said(**place: str) -> dict:
        return await ask(desk, "power", **place)

    assert (await said(commune=COMMUNE))["verdict"] == "nothing_known"
    callers = [await stranger(desk, n) for n in range(3)]
    for contact in callers:
        await desk.trouble(contact["id"], commune=COMMUNE)
    own = await said(commune=COMMUNE, contact=callers[0]["id"])
    assert (own["verdict"], own["reporting"]) == ("several_reported", 2)
    assert f"2 người khác ở {NAME} báo mất điện" in own["say"]["vi"]
    await desk.trouble(callers[2]["id"], sign="overvoltage")
    assert (await said(commune=COMMUNE))["reporting"] == 2
    outage = await desk.lead("POST", "/v1/outages", {"device": "474-1", "kind": "unplanned", "status": "confirmed"})
    part = await said(commune=COMMUNE)
    assert (part["verdict"], part["outage"], part["customers_out"], part["customers"]) == (
        "known_outage", outage["id"], 60, 180,
    )  # fmt: skip
    assert f"Part of {NAME} has been without power" in part["say"]["en"]
    below = await said(device=transformer(1, 3))
    assert (below["verdict"], below["customers_out"]) == ("known_outage", 10)
    assert "customer code" not in below["say"]["en"]
    assert (await said(device="474"))["customers_out"] == 60
    assert (await said(device=transformer(0, 3)))["verdict"] == "nothing_known"
    await desk.lead("POST", f"/v1/outages/{outage['id']}/restore", {"devices": [transformer(1, 3)]}, outage["version"])
    assert (await said(device=transformer(1, 3)))["verdict"] == "nothing_known"
    assert (await said(commune=COMMUNE))["customers_out"] == 50
    lateral = await said(device="474-1")
    assert (lateral["verdict"], lateral["customers_out"]) == ("known_outage", 50)
    assert "customer code" in lateral["say"]["en"]


async def test_a_lateral_that_is_back_is_not_out_with_the_rest_of_its_feeder(desk: Desk) -> None:
    outage = await desk.lead("POST", "/v1/outages", {"device": "474", "kind": "unplanned", "status": "confirmed"})
    await desk.lead("POST", f"/v1/outages/{outage['id']}/restore", {"devices": ["474-1"]}, outage["version"])
    for device, verdict, out in (
        ("474-1", "nothing_known", 0),
        ("474-2", "known_outage", 60),
        ("474", "known_outage", 120),
    ):
        said = await ask(desk, "power", device=device)
        assert (said["verdict"], said["customers_out"]) == (verdict, out), device


async def test_places_that_cannot_be_are_refused_by_name(desk: Desk) -> None:
    contact = await stranger(desk)
    client = await desk.svc.client("lead")
    for field, body in (
        ("street", {"street": "Trần Phú"}),
        ("street", {"street": "Phố Không Có", "commune": COMMUNE}),
        ("street", {"street": "…", "commune": COMMUNE}),
        ("commune", {"street": "Trần Phú", "commune": "00000"}),
    ):
        answer = await client.post(f"/v1/contacts/{contact['id']}/trouble", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), body
    for field, body in (("commune", {}), ("commune", {"commune": "x"}), ("device", {"device": "x"})):
        answer = await client.post("/v1/places/power", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), body
    assert (await client.get(f"/v1/contacts/{contact['id']}")).json()["trouble"] is None


async def test_whoever_is_identified_afterwards_is_a_call_at_home(desk: Desk) -> None:
    contact = await stranger(desk)
    await desk.trouble(contact["id"], commune=TUY_HOA)
    known = await desk.lead("POST", f"/v1/contacts/{contact['id']}/identify", {"customer": code(1, 1, 2)})
    assert (known["trouble"]["device"], known["trouble"]["commune"], known["place"]) == (
        transformer(1, 1), COMMUNE, NAME,
    )  # fmt: skip
