import re
from pathlib import Path

import httpx
import pytest

from backend_stub.clock import ManualClock
from backend_stub.metrics import Histogram, Meter
from backend_stub.store import connect
from backend_stub.store.driver import sqlite3
from tests.contract.desk import do, ready, report
from tests.service import Running, running_service

NAME = "Trần Thị Bí Mật"
PHONE = "0905998877"


def figures(text: str) -> dict[str, float]:
    """The samples by name with labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def scrape(svc: Running) -> dict[str, float]:
    answer = await svc.anonymous().get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return figures(answer.text)


async def test_requests_are_counted_by_template_and_status_never_by_path(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        channel, (lan, minh) = await svc.channel(), await ready(svc, "lan", "minh")
        for n in range(3):
            contact = await report(channel, name=NAME, address=PHONE)
            await do(lan, contact, "take")
            if n == 0:
                await do(minh, contact, "take", expect=409)
            await do(lan, contact, "finish", disposition="information")
        assert (await lan.get(f"/v1/nothing/{PHONE}")).status_code == 404
        text = (await svc.anonymous().get("/metrics")).text
        seen = figures(text)
        take = 'method="POST",route="/v1/contacts/{id}/take"'
        assert seen[f'http_requests_total{{{take},status="200"}}'] == 3
        assert seen[f'http_requests_total{{{take},status="409"}}'] == 1
        assert seen[f"http_request_seconds_count{{{take}}}"] == 4
        assert seen[f'http_request_seconds_bucket{{le="+Inf",{take}}}'] == 4
        assert 0 < seen[f"http_request_seconds_sum{{{take}}}"] < 60
        assert seen['http_requests_total{method="",route="unknown",status="404"}'] == 1
        ids = re.compile(r'route="[^"]*/[a-z]-?[0-9A-Za-z]{12,}')
        assert not ids.search(text)
        for secret in (PHONE, NAME, contact["id"], "lan", "minh"):
            assert secret not in text


async def test_the_queue_shows_how_many_wait_and_how_long(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000.0)
    async with running_service(tmp_path, clock) as svc:
        channel, (lan,) = await svc.channel(), await ready(svc, "lan")
        first = await report(channel, queue="billing")
        clock.advance(30)
        await report(channel, queue="billing")
        clock.advance(12)
        seen = await scrape(svc)
        assert seen['queue_waiting{queue="billing"}'] == 2
        assert seen['queue_oldest_wait_seconds{queue="billing"}'] == 42
        assert seen['queue_waiting{queue="outage"}'] == 0
        await do(lan, first, "take")
        seen = await scrape(svc)
        assert seen['queue_waiting{queue="billing"}'] == 1
        assert seen['queue_oldest_wait_seconds{queue="billing"}'] == 12


async def test_the_store_and_the_streams_are_measured(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        stream = await svc.stream("lan")
        await stream.next()
        before = await scrape(svc)
        assert before["event_streams"] == 1
        await report(await svc.channel())
        after = await scrape(svc)
        assert after["store_commit_group_count"] > before["store_commit_group_count"]
        assert after["store_commit_seconds_count"] == after["store_commit_group_count"]
        assert after["store_commit_seconds_sum"] > before["store_commit_seconds_sum"]
        assert after["store_commit_group_sum"] >= after["store_commit_group_count"]
        assert after["event_lag"] == 0
        assert after["disk_free_bytes"] > 0
        assert after['database_bytes{file="main"}'] > 4_096
        assert after['database_bytes{file="wal"}'] > 0
        assert after["store_busy_total"] == 0
        await stream.close()
        assert (await scrape(svc))["event_streams"] == 0


async def test_a_lock_that_lasts_too_long_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_MS", 1)
    async with running_service(tmp_path) as svc:
        other = sqlite3.connect(str(svc.engine.path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not await svc.engine.writable()
        other.execute("ROLLBACK")
        assert await svc.engine.writable()
        other.close()
        assert (await scrape(svc))["store_busy_total"] == 1


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.1.2.3", 403)])
async def test_only_this_machine_reads_them(tmp_path: Path, peer: str, status: int) -> None:
    async with running_service(tmp_path) as svc:
        transport = httpx.ASGITransport(app=svc.app, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            assert (await client.get("/metrics")).status_code == status


def test_a_value_on_a_bound_belongs_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 99.0):
        histogram.observe(value)
    assert histogram.buckets() == [("1.0", 2), ("2.0", 3), ("+Inf", 4)]
    assert histogram.total == 102.0


def test_counting_stays_small_whatever_is_asked() -> None:
    meter = Meter()
    for status in (200, 404) * 500:
        meter.answered(("GET", "/v1/contacts/{id}"), status, 0.01)
    assert len(meter.requests) == 1
    assert sum(meter.answers.values()) == 1_000
