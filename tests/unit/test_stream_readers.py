"""The ring and its readers without a socket: who is passed over, who is reset, what is shared."""

import asyncio

from backend_stub.policy import Principal
from backend_stub.store.events import Logged
from backend_stub.stream import HEARTBEAT, Reader, Ring

LAN = Principal("u_lan", "lan", "Lan", "agent", "EVNCPC")


class Sink:
    """Takes frames while it is open."""

    def __init__(self) -> None:
        self.open = True
        self.got: list[bytes] = []

    def ready(self) -> bool:
        return self.open

    def write(self, part: bytes) -> None:
        self.got.append(part)


async def valid() -> bool:
    return True


async def ended() -> bool:
    return False


def join(ring: Ring, check=valid) -> tuple[Sink, Reader, "asyncio.Future[None]"]:
    sink, end = Sink(), asyncio.get_running_loop().create_future()
    reader = Reader(ring, LAN, ring.head, 5.0, check)
    reader.begin(sink, end)
    return sink, reader, end


def publish(ring: Ring, first: int, last: int) -> None:
    ring.publish(Logged(seq, "outage.changed", None, None, b"%d" % seq, None) for seq in range(first, last + 1))
    ring.flush()


async def test_a_full_connection_is_passed_over_and_gets_everything_later_in_one_part() -> None:
    ring = Ring(10)
    slow, _, _ = join(ring)
    quick, _, _ = join(ring)
    slow.open = False
    publish(ring, 1, 2)
    publish(ring, 3, 3)
    assert slow.got == []
    slow.open = True
    ring.flush()
    assert slow.got == [b"".join(quick.got)]
    assert slow.got[0].count(b"data: ") == 3


async def test_one_that_is_overtaken_by_the_ring_is_reset() -> None:
    ring = Ring(3)
    slow, _, _ = join(ring)
    slow.open = False
    for seq in range(1, 9):
        publish(ring, seq, seq)
    slow.open = True
    ring.flush()
    assert slow.got == [b'event: reset\ndata: {"seq":8}\n\n']


async def test_readers_of_a_role_and_centre_share_the_bytes() -> None:
    ring = Ring(10)
    sinks = [join(ring)[0] for _ in range(3)]
    publish(ring, 1, 2)
    assert sinks[0].got[0] is sinks[1].got[0] is sinks[2].got[0]


async def test_a_silence_ends_with_a_heartbeat() -> None:
    ring = Ring(10)
    sink, reader, _ = join(ring)
    now = asyncio.get_running_loop().time()
    reader.catch_up(now + 3.9)
    assert sink.got == []
    reader.catch_up(now + 4.1)
    assert sink.got == [HEARTBEAT]


async def test_the_round_ends_the_streams_of_sessions_that_are_over() -> None:
    ring = Ring(10)
    _, _, stays = join(ring)
    _, _, goes = join(ring, ended)
    await ring.check()
    assert (stays.done(), goes.done()) == (False, True)


async def test_a_closed_ring_ends_those_there_and_those_who_come_late() -> None:
    ring = Ring(10)
    _, _, there = join(ring)
    ring.close()
    _, _, late = join(ring)
    assert there.done()
    assert late.done()
