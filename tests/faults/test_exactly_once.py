"""Connections cut between request and answer and tried again with the same key: one effect, the first answer."""

import asyncio
import random
from pathlib import Path

from tests.faults import verify
from tests.faults.load import Ledger
from tests.faults.process import Serving
from tests.faults.proxy import Proxy, Where
from tests.faults.talk import Cut, Link, Said, request
from tests.full import count

CUTS = count(60, 1_000)
AT_ONCE = 6
PLACES = [where for where in Where if where is not Where.NOWHERE]


def contact(number: int) -> tuple[str, str, dict[str, str]]:
    """Return a channel's report of a customer."""
    return "door", "/v1/contacts", {
        "external_id": f"x-{number}", "channel": "hotline", "address": "0999000123", "queue": "outage"
    }  # fmt: skip


def ticket(number: int) -> tuple[str, str, dict[str, str]]:
    """Return an agent's ticket."""
    return f"agent{number % AT_ONCE}", "/v1/tickets", {"type": "OTHER", "title": f"ticket {number}", "note": "once"}


async def cut_and_retry(proxy: Proxy, number: int, cuts: list[Where]) -> None:
    """Ask through the proxy until an answer comes through; check it against the one that was withheld."""
    user, path, body = contact(number) if number % 2 else ticket(number)
    key = f"once-{number:06}"
    proxy.cuts[key] = cuts
    raw = request(user, "POST", path, body, key)
    said: Said | None = None
    while said is None:
        link = Link(proxy.port, user)
        try:
            said = await link.send(raw)
        except Cut:
            continue
        finally:
            link.close()
    assert said.status == 201
    if key in proxy.withheld:
        assert proxy.withheld[key] == (201, said.body)
    again = await Link(proxy.upstream, user).send(raw)
    assert (again.status, again.body, again.headers["etag"]) == (201, said.body, said.headers["etag"])
    other = await Link(proxy.upstream, user).send(request(user, "POST", path, {**body, **strange(body)}, key))
    assert (other.status, other.code) == (422, "idempotency_mismatch")


def strange(body: dict[str, str]) -> dict[str, str]:
    """Return what makes the body another one."""
    return {"title": "another"} if "title" in body else {"external_id": "another"}


async def cut_many(upstream: int) -> int:
    """Cut at least CUTS connections, each request's first one to three, and return how many requests there were."""
    chance = random.Random(13)
    number = 0
    async with Proxy(upstream) as proxy:
        while proxy.made < CUTS:
            numbers = range(number, number := number + AT_ONCE)
            async with asyncio.timeout(30):
                await asyncio.gather(
                    *(cut_and_retry(proxy, n, chance.choices(PLACES, k=chance.randint(1, 3))) for n in numbers)
                )
    return number


def rows(data_dir: Path) -> tuple[int, int, int]:
    """Return how many contacts, tickets and stored answers there are."""
    conn = verify.open_copy(data_dir)
    found = tuple(
        conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("contact", "ticket", "idempotency")
    )
    assert verify.doubled(conn) == []
    assert verify.unsound(conn, Ledger()) == []
    conn.close()
    return found[0], found[1], found[2]


def test_a_request_repeated_after_a_cut_has_one_effect_and_the_first_answer(data_dir: Path) -> None:
    with Serving(data_dir) as serving:
        asked = asyncio.run(cut_many(serving.port))
        assert serving.stop() == 0
    assert serving.said() == ""
    assert rows(data_dir) == (asked // 2, asked // 2, asked)


async def overtake(upstream: int) -> None:
    """Send the same request on many connections before the first is answered."""
    user, path, body = ticket(0)
    raw = request(user, "POST", path, body, "overtaken-1")
    links = [Link(upstream, user) for _ in range(20)]
    answers = await asyncio.gather(*(link.send(raw) for link in links))
    for link in links:
        link.close()
    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}


def test_a_repetition_that_overtakes_its_request_has_no_effect_of_its_own(data_dir: Path) -> None:
    with Serving(data_dir) as serving:
        asyncio.run(overtake(serving.port))
        serving.kill()
    assert rows(data_dir) == (0, 1, 1)
