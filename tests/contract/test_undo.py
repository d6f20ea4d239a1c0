"""Taking changes back: ten minutes, once, by whoever made them, and never over a later change."""

from backend_stub.clock import ManualClock
from backend_stub.store import undo
from backend_stub.store.undo import Was
from tests.service import Running


async def opened(svc: Running) -> dict:
    made = await (await svc.client("agent")).post("/v1/tickets", json={"type": "OTHER", "title": "Việc"})
    assert made.status_code == 201, made.text
    return made.json()


async def patched(svc: Running, ticket: dict, **change: object) -> dict:
    headers = {"if-match": str(ticket["version"])}
    answer = await (await svc.client("agent")).patch(f"/v1/tickets/{ticket['id']}", json=change, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def take_back(svc: Running, token: str, user: str = "agent") -> tuple[int, dict]:
    answer = await (await svc.client(user)).post(f"/v1/undo/{token}")
    return answer.status_code, answer.json()


async def test_a_token_is_good_for_ten_minutes_and_for_its_maker_alone(svc: Running, clock: ManualClock) -> None:
    await svc.client("agent")
    await svc.client("lead")
    token = await svc.engine.write(lambda tx: undo.offer(tx, "agent", []))
    assert (await take_back(svc, token, "lead"))[0] == 404
    clock.advance(599)
    await svc.service.go_round()
    assert (await take_back(svc, token))[0] == 200
    status, said = await take_back(svc, token)
    assert (status, said["code"]) == (409, "undo_done")
    late = await svc.engine.write(lambda tx: undo.offer(tx, "agent", []))
    clock.advance(600)
    await svc.service.go_round()
    status, said = await take_back(svc, late)
    assert (status, said["code"]) == (409, "undo_expired")
    assert (await take_back(svc, "u_nothing"))[0] == 404
    clock.advance(undo.KEEP_S)
    await svc.service.go_round()
    assert (await take_back(svc, late))[0] == 404


async def test_a_step_is_taken_back_whole_or_not_at_all(svc: Running) -> None:
    first, second = await opened(svc), await opened(svc)

    def offer(tx) -> str:
        for one in (first, second):
            tx.conn.execute("UPDATE ticket SET priority = 'high', version = 2 WHERE id = ?", (one["id"],))
        return undo.offer(tx, "agent", [Was("ticket", one["id"], 2, {"priority": "normal"}) for one in (first, second)])

    token = await svc.engine.write(offer)
    changed = await patched(svc, {**second, "version": 2}, title="Sửa sau")
    status, said = await take_back(svc, token)
    assert (status, said["code"]) == (409, "undo_would_lose")
    assert said["things"] == [{"kind": "ticket", "id": second["id"]}]
    agent = await svc.client("agent")
    assert (await agent.get(f"/v1/tickets/{first['id']}")).json()["priority"] == "high"
    # The later change taken back, nothing stands in the way.
    assert (await take_back(svc, changed["undo"]))[0] == 200
    status, said = await take_back(svc, token)
    assert (status, said["done"]) == (200, 2)
    for one in (first, second):
        now = (await agent.get(f"/v1/tickets/{one['id']}")).json()
        assert (now["priority"], now["title"]) == ("normal", "Việc")


async def test_a_note_taken_back_opens_no_way_over_others_changes(svc: Running) -> None:
    """Only a step that gave columns back makes an older one follow: a note leaves the version to whoever changed it."""
    agent = await svc.client("agent")
    first = await patched(svc, await opened(svc), title="Việc của tôi")
    second = await patched(svc, first, title="Việc sau")
    answer = await agent.post("/v1/tickets/bulk", json={"ids": [second["id"]], "change": {"note": "đã gọi"}})
    third = await patched(svc, second, title="Việc cuối")
    assert (await take_back(svc, answer.json()["undo"]))[0] == 200
    status, said = await take_back(svc, first["undo"])
    assert (status, said["code"]) == (409, "undo_would_lose")
    assert (await agent.get(f"/v1/tickets/{third['id']}")).json()["title"] == "Việc cuối"
