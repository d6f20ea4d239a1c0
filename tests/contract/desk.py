"""Short words for contract tests about contacts: report, take, finish."""

import itertools

import httpx

from tests.service import Running

_NUMBERS = itertools.count(1)


async def report(client: httpx.AsyncClient, /, **fields: object) -> dict:
    """Report a contact by a channel and return it."""
    body = {
        "external_id": f"x-{next(_NUMBERS)}", "channel": "hotline", "address": "0999000123", "queue": "outage", **fields
    }  # fmt: skip
    answer = await client.post("/v1/contacts", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def ready(svc: Running, *names: str, centre: str = "EVNCPC", **skills: int) -> list[httpx.AsyncClient]:
    """Return logged-in agents who are available."""
    clients = []
    for name in names:
        await svc.add_user(name, centre=centre, skills=skills or None)
        client = await svc.client(name)
        assert (await client.put("/v1/me/state", json={"state": "available"})).status_code == 200
        clients.append(client)
    return clients


async def do(client: httpx.AsyncClient, contact: dict, verb: str, expect: int = 200, **body: object) -> dict:
    """Send a verb to a contact and return the answer."""
    sent = {"json": body} if body else {}
    answer = await client.post(f"/v1/contacts/{contact['id']}/{verb}", **sent)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def state_of(client: httpx.AsyncClient) -> dict:
    """Return the caller's agent state."""
    return (await client.get("/v1/snapshot")).json()["me"]


async def segments(svc: Running) -> list[dict]:
    """Return every segment as a lead sees them."""
    await svc.add_user("auditor", "lead")
    return (await (await svc.client("auditor")).get("/v1/segments?limit=200")).json()["items"]
