"""One contact, two agents, one moment: exactly one of them gets it."""

import asyncio
from pathlib import Path

import msgspec

from backend_stub.settings import Limits
from tests.contract.desk import do, ready, report
from tests.full import count
from tests.service import CHEAP, running_service

ROUNDS = count(200, 10_000)
# Both agents work faster than people do.
FAST = msgspec.structs.replace(CHEAP, limits=Limits(requests_s=1e6))


async def test_exactly_one_takes_it_every_time(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings=FAST) as svc:
        channel = await svc.channel()
        agents = await ready(svc, "lan", "minh")
        ids = [(await client.get("/v1/me")).json()["id"] for client in agents]
        for n in range(ROUNDS):
            contact = await report(channel)
            # Neither may always be first in the queue of the writer; in every third round one presses "next".
            first, second = (0, 1) if n % 2 else (1, 0)
            take = f"/v1/contacts/{contact['id']}/take"
            other = take if n % 3 else "/v1/contacts/next"
            answers = await asyncio.gather(agents[first].post(take), agents[second].post(other))
            assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 204])
            won = next(i for i, answer in zip((first, second), answers, strict=True) if answer.status_code == 200)
            lost = next(answer for answer in answers if answer.status_code != 200)
            if lost.status_code == 409:
                assert (lost.json()["code"], lost.json()["by"]) == ("already_taken", ids[won])
            taken = (await agents[won].get(f"/v1/contacts/{contact['id']}")).json()
            assert (taken["agent"], taken["version"]) == (ids[won], 2)
            await do(agents[won], contact, "finish", disposition="information")


async def test_ten_agents_press_next_on_five_contacts(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        channel = await svc.channel()
        agents = await ready(svc, *(f"a{n}" for n in range(10)))
        contacts = [await report(channel) for _ in range(5)]
        answers = await asyncio.gather(*(client.post("/v1/contacts/next") for client in agents))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [204] * 5
        taken = {answer.json()["id"] for answer in answers if answer.status_code == 200}
        assert taken == {contact["id"] for contact in contacts}
