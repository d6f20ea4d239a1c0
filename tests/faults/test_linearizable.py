"""One ticket, several colleagues at once: every history of it is that of a register that changes step by step."""

import asyncio
import itertools
import random
from pathlib import Path

import httpx
import msgspec

from backend_stub.settings import Limits
from tests.faults.histories import Operation, State, linearizable
from tests.full import count
from tests.service import CHEAP, Running, running_service

HISTORIES = count(20, 200)
PEOPLE = 4
STEPS = 5
# Four people work faster than people do.
FAST = msgspec.structs.replace(CHEAP, limits=Limits(requests_s=1e6))


class Register:
    """One ticket's title as somebody reads and writes it; `blind` writes again over whatever stands in the way."""

    def __init__(self, client: httpx.AsyncClient, ticket: str, blind: bool) -> None:
        self.client = client
        self.path = f"/v1/tickets/{ticket}"
        self.blind = blind

    async def read(self) -> State:
        got = (await self.client.get(self.path)).json()
        return State(got["version"], got["title"])

    async def write(self, based_on: int, text: str) -> tuple[bool, State]:
        sent = await self.client.patch(self.path, json={"title": text}, headers={"If-Match": f'"{based_on}"'})
        assert sent.status_code in (200, 412), sent.text
        got = sent.json() if sent.status_code == 200 else sent.json()["current"]
        state = State(got["version"], got["title"])
        if sent.status_code == 412 and self.blind:
            return await self.write(state.version, text)
        return sent.status_code == 200, state


async def work(register: Register, ticks: "itertools.count[int]", chance: random.Random, name: str) -> list[Operation]:
    """Read and write some times, sometimes on the strength of an old reading, and return what happened."""
    done: list[Operation] = []
    seen = State(1, "")
    for n in range(STEPS):
        began = next(ticks)
        if n == 0 or chance.random() < 0.3:
            seen = await register.read()
            done.append(Operation("read", began, next(ticks), seen))
            continue
        text = f"{name}{n}"
        accepted, answer = await register.write(seen.version, text)
        done.append(Operation("write", began, next(ticks), answer, accepted, seen.version, text))
        # Not everybody takes in the answer: the next write may stand on an old version.
        seen = answer if chance.random() < 0.8 else seen
    return done


async def record(svc: Running, seed: int, *, blind: bool = False) -> tuple[State, list[Operation]]:
    """Let everybody work on one new ticket and return its first state and the history."""
    chance = random.Random(seed)
    people = [await svc.client(f"person{n}") for n in range(PEOPLE)]
    made = (await people[0].post("/v1/tickets", json={"type": "OTHER", "title": "new"})).json()
    ticks = itertools.count(1)
    registers = [Register(client, made["id"], blind) for client in people]
    parts = await asyncio.gather(*(work(one, ticks, chance, "abcd"[n]) for n, one in enumerate(registers)))
    return State(made["version"], made["title"]), [one for part in parts for one in part]


async def test_every_history_of_a_ticket_is_one_of_single_steps(tmp_path: Path) -> None:
    contested = 0
    async with running_service(tmp_path, settings=FAST) as svc:
        for seed in range(HISTORIES):
            start, history = await record(svc, seed)
            assert linearizable(start, history), (seed, history)
            contested += any(not operation.accepted for operation in history)
    # Histories without a conflict prove nothing.
    assert contested > HISTORIES / 2


async def test_a_client_that_writes_over_others_is_found_out(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings=FAST) as svc:
        found = [not linearizable(*await record(svc, seed, blind=True)) for seed in range(5)]
    assert all(found)


ONE = State(1, "a")


def read(began: int, ended: int, version: int, text: str) -> Operation:
    return Operation("read", began, ended, State(version, text))


def write(began: int, ended: int, based_on: int, text: str, *, answer: State | None = None) -> Operation:
    accepted = answer is None
    return Operation("write", began, ended, answer or State(based_on + 1, text), accepted, based_on, text)


def test_the_checker_accepts_what_overlaps_in_either_order() -> None:
    assert linearizable(ONE, [write(1, 10, 1, "b"), read(2, 3, 1, "a"), read(4, 5, 2, "b")])
    assert linearizable(ONE, [write(1, 10, 1, "b"), write(2, 9, 1, "c", answer=State(2, "b"))])


def test_the_checker_finds_a_lost_update() -> None:
    assert not linearizable(ONE, [write(1, 4, 1, "b"), write(2, 5, 1, "c")])
    assert not linearizable(ONE, [write(1, 2, 1, "b"), write(3, 4, 1, "c"), read(5, 6, 2, "c")])


def test_the_checker_finds_an_old_reading_and_one_from_the_future() -> None:
    assert not linearizable(ONE, [write(1, 2, 1, "b"), read(3, 4, 1, "a")])
    assert not linearizable(ONE, [read(1, 2, 2, "b"), write(3, 4, 1, "b")])
    assert not linearizable(ONE, [write(1, 9, 1, "b"), read(2, 3, 2, "b"), read(4, 5, 1, "a")])


def test_the_checker_finds_a_refusal_without_a_reason() -> None:
    assert not linearizable(ONE, [write(1, 2, 1, "b", answer=ONE)])
